"""Wrapping siblings in a new block.

A chain goes on meaning the same: what its nodes read from outside becomes inputs of the new block, under the
names they had, and what is read of them outside becomes its outputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain as chained
from itertools import count
from typing import Literal

from composer.design.document import Design
from composer.design.edits.flow import MERGE, Flow, Wires, flow_of, settled
from composer.design.edits.ids import free_id, fresh_id, with_id
from composer.design.edits.references import redirected
from composer.design.edits.refusal import refusal
from composer.design.edits.sizes import free_names, indices, names_around
from composer.design.edits.trees import block_at, chain, is_shortcut, locate_child, with_children
from composer.design.nodes import (
    Block,
    BlockBase,
    Code,
    Layer,
    Node,
    Parallel,
    Repeat,
    Residual,
    Sequential,
    Use,
    rebuild,
)
from composer.design.paths import Place, find

BlockKind = Literal["Sequential", "Parallel", "Residual", "Repeat"]

_KINDS: Mapping[str, type[Sequential | Parallel | Residual]] = {
    "Sequential": Sequential,
    "Parallel": Parallel,
    "Residual": Residual,
}


def wrap(design: Design, paths: tuple[str, ...], kind: BlockKind, id: str = "") -> Design:
    """Put adjacent siblings into a new block, which gets an id where none is given.

    Raises:
        EditError: where they are not adjacent siblings, the id is taken, or the new block cannot give out what
            is read of them outside.
    """
    run = _run_of(design, paths)
    id = _id_for(run, id, kind)
    if isinstance(run.block, Repeat):
        return _wrap_body(design, run, kind)
    flow = flow_of(design, run.at)
    if kind == "Repeat":
        if not _can_repeat(run, flow):
            if len(_read_outside(run, flow)) > 1:
                raise _hidden(run, flow, kind)
            design = wrap(design, paths, "Sequential", id)
            return wrap(design, (str(run.at.child(id)),), "Repeat", id)
        return _wrapped(design, run, flow, _repeat_of(design, run, flow, id))
    return _wrapped(design, run, flow, _block_of(run, flow, kind, id))


@dataclass(frozen=True, slots=True)
class _Run:
    """Adjacent children of the block at a place."""

    at: Place
    block: Block
    nodes: tuple[Node, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.nodes)


def _run_of(design: Design, paths: Sequence[str]) -> _Run:
    places = [locate_child(design, path) for path in paths]
    parents = {at.parent for at in places}
    if len(parents) != 1:
        raise refusal(paths[0] if paths else "", "siblings: nodes of one block", f"{len(parents)} blocks")
    (at,) = parents
    block = block_at(design, at)
    if isinstance(block, Code):
        raise refusal(paths[0], "nodes of a block", "what the code of a custom layer calls by name")
    wanted = {each.ids[-1] for each in places}
    siblings = block.children if len(wanted) == 1 and is_shortcut(block, *wanted) else chain(block)
    positions = [k for k, each in enumerate(siblings) if each.id in wanted]
    if len(positions) != len(places) or positions[-1] - positions[0] + 1 != len(places):
        raise refusal(paths[0], "adjacent siblings", ", ".join(repr(each) for each in paths))
    return _Run(at, block, siblings[positions[0] : positions[-1] + 1])


def _id_for(run: _Run, id: str, kind: str) -> str:
    if isinstance(run.block, Repeat):
        return "0"
    rest = {each.id for each in run.block.children} - set(run.ids)
    return free_id(str(run.at), id, rest.union(run.block.input_names)) if id else fresh_id(run.block, kind.lower())


def _wrap_body(design: Design, run: _Run, kind: str) -> Design:
    """The body of a Repeat gets a block around it, which takes the Repeat's inputs."""
    names = run.block.input_names
    design = redirected(design, {run.at.child("0"): run.at.child("0").child("0")})
    body = find(design, str(run.at.child("0")))
    if kind == "Repeat":
        block: Block = Repeat(id="0", input_names=names, body=body, index=_index(design, run))
    else:
        inner = body if len(names) == 1 else rebuild(body, inputs=names)
        block = _KINDS[kind](id="0", input_names=names, nodes=(inner,))
    return with_children(design, run.at, ("0",), (block,))


def _outside_names(run: _Run, flow: Flow) -> tuple[str, ...]:
    """What the nodes read from outside, each once."""
    known = {*run.block.input_names, *(each.id for each in run.block.children)} - set(run.ids)
    names = (_name(text) for id in run.ids for text in flow.inputs.get(id, ()))
    return tuple(dict.fromkeys(name for name in names if name in known))


def _input_names(run: _Run, flow: Flow) -> dict[str, str]:
    """What the new block calls each value from outside: `x` where position alone says which it is, else the same."""
    outside = _outside_names(run, flow)
    written = any(_name(text) in outside for each in run.nodes for text in each.inputs)
    if len(outside) == 1 and not written and "x" not in run.ids:
        return {outside[0]: "x"}
    return {name: name for name in outside}


def _block_of(run: _Run, flow: Flow, kind: str, id: str) -> Block:
    names = tuple(_input_names(run, flow).values()) or (_unused("x", run.ids),)
    block = _KINDS[kind](id=id, input_names=names, nodes=run.nodes)
    outputs = _read_outside(run, flow)
    if outputs in ((), run.ids[-1:]):
        return block
    if isinstance(block, Sequential) and not isinstance(run.block, Parallel):
        chosen: Block = rebuild(block, outputs=outputs)
        return chosen
    raise _hidden(run, flow, kind)


def _unused(name: str, ids: Sequence[str]) -> str:
    return name if name not in ids else _unused(f"{name}_", ids)


def _can_repeat(run: _Run, flow: Flow) -> bool:
    """Whether one node is a Repeat's body as it stands: a module fed by whole values, each once."""
    if len(run.nodes) != 1 or not isinstance(run.nodes[0], Layer | Use | BlockBase):
        return False
    return flow.inputs[run.ids[0]] == _outside_names(run, flow)


def _repeat_of(design: Design, run: _Run, flow: Flow, id: str) -> Block:
    (node,) = run.nodes
    names = tuple(_input_names(run, flow).values()) or ("x",)
    names = tuple(_unused("x", names) if name == "0" else name for name in names)  # "0" is the body
    return Repeat(id=id, input_names=names, body=with_id(node, "0"), index=_index(design, run))


def _index(design: Design, run: _Run) -> str:
    """An index that nothing around or below goes by."""
    (node,) = run.nodes
    taken = names_around(design, run.at.child(node.id)) | free_names(node) | indices(node)
    return next(name for name in chained("ijk", (f"i{number}" for number in count(2))) if name not in taken)


def _read_outside(run: _Run, flow: Flow) -> tuple[str, ...]:
    """The ids of the nodes whose output is read outside, in order."""
    read = {_name(text) for text in _outside_wires(run, flow)}
    return tuple(id for id in run.ids if id in read)


def _outside_wires(run: _Run, flow: Flow) -> list[str]:
    # The branches of a Parallel all go into its merge; there, the new block simply takes their place.
    merged = isinstance(run.block, Parallel)
    wires = [] if merged else list(flow.outputs)
    for id, texts in flow.inputs.items():
        if id not in run.ids and not (merged and id == MERGE):
            wires += texts
    return wires


def _hidden(run: _Run, flow: Flow, kind: str) -> Exception:
    hidden = next(id for id in _read_outside(run, flow) if id != run.ids[-1])
    holder = next((id for id, texts in flow.inputs.items() if id not in run.ids and hidden in map(_name, texts)), "")
    reader = str(run.at.child(holder)) if holder else str(run.at)
    expected = f"what is read outside of a {kind} to be its last node, {run.ids[-1]!r}"
    return refusal(reader, expected, f"the wire {hidden!r}")


def _wrapped(design: Design, run: _Run, flow: Flow, block: Block) -> Design:
    at, inside = run.at, run.at.child(block.id)
    inner_ids = ("0",) if isinstance(block, Repeat) else run.ids
    design = redirected(design, {at.child(old): inside.child(new) for old, new in zip(run.ids, inner_ids, strict=True)})
    # The nodes, with their references rewritten, stand where they were: take them from there.
    mended = [find(design, str(at.child(id))) for id in run.ids]
    bodies = [rebuild(each, inputs=()) for each in mended] if isinstance(block, Repeat) else mended
    block = block.with_children(tuple(bodies))
    design = with_children(design, at, run.ids, (block,))
    design = _settle_outside(design, run, flow, block)
    return _settle_inside(design, run, flow, block)


def _settle_outside(design: Design, run: _Run, flow: Flow, block: Block) -> Design:
    outputs = block.outputs if isinstance(block, Sequential) else ()
    new = {run.ids[-1]: block.id} if len(outputs) < 2 else {}
    new |= {id: block.id if len(outputs) == 1 else f"{block.id}.{k}" for k, id in enumerate(outputs)}
    wanted = {id: _renamed(texts, new) for id, texts in flow.inputs.items() if id not in run.ids}
    outside = _outside_names(run, flow)
    if outside:
        wanted[block.id] = outside
    if isinstance(run.block, Parallel):
        wanted.pop(MERGE, None)
        return settled(design, run.at, wanted)
    return settled(design, run.at, wanted, _renamed(flow.outputs, new))


def _settle_inside(design: Design, run: _Run, flow: Flow, block: Block) -> Design:
    """A chain stays one. Branches that become a chain, or nodes that become branches, are fed by position."""
    if isinstance(block, Parallel | Repeat) or (isinstance(run.block, Parallel) and len(run.ids) > 1):
        return design
    names = _input_names(run, flow)
    wanted = {id: _renamed(flow.inputs[id], names) for id in run.ids if id in flow.inputs}
    return settled(design, run.at.child(block.id), wanted)


def _name(text: str) -> str:
    return text.partition(".")[0]


def _renamed(texts: Wires, names: Mapping[str, str]) -> Wires:
    return tuple(names.get(name, name) + dot + items for name, dot, items in (text.partition(".") for text in texts))
