"""Edits that put new nodes on a wire, or behind a branch of a block that merges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from composer.design.document import Design
from composer.design.edits.operations import apply
from composer.design.lower import lower
from composer.design.names import unique
from composer.design.nodes import BLOCK_KINDS, Block, BlockBase, Node, Parallel, Residual, Sequential
from composer.design.paths import find, join, place
from composer.design.plan import step_at
from composer.engine.fixing.case import Edit, Edits

New = Mapping[str, Any]
"""A node to come, as data; its id is what it will be called where that is free."""


def new(kind: str, **options: Any) -> New:
    """A layer or op to come."""
    return {"kind": kind, "id": kind.lower(), **({"options": options} if options else {})}


def before(design: Design, path: str, input: int, nodes: Sequence[New]) -> Edits:
    """Edits that put a chain of `nodes` on an input of the node at `path`; none where there is no place."""
    node = find(design, path)
    if isinstance(node, Parallel | Residual):
        return _behind_branch(design, path, node, input, nodes)
    if node.kind in BLOCK_KINDS or not place(path).ids:
        return ()
    block = _block_around(design, path)
    if isinstance(block, Sequential) or (isinstance(block, Residual) and node in block.nodes):
        return _on_wire(design, path, block, input, nodes)
    design, wrapping, inner = _wrapped(design, path)
    return (*wrapping, *before(design, join(inner, node.id), input, nodes))


def before_each(design: Design, path: str, chains: Mapping[int, Sequence[New]]) -> Edits:
    """Edits that put a chain of nodes on each of some inputs; none where one of them has no place."""
    kind, edits = find(design, path).kind, list[Edit]()
    for input, nodes in chains.items():
        more = before(design, path, input, nodes) if find(design, path).kind == kind else ()
        if not more:
            return ()
        design = applied(design, more)
        edits += more
    return tuple(edits)


def applied(design: Design, edits: Sequence[Edit]) -> Design:
    """`design` after `edits`.

    Raises:
        EditError: where one of them cannot be applied.
    """
    for edit in edits:
        design = apply(design, edit)
    return design


def after(design: Design, path: str, nodes: Sequence[New]) -> Edits:
    """Edits that put `nodes` behind the node at `path` for all that it feeds by position; none where wires read it."""
    node, block = find(design, path), _block_around(design, path)
    if not isinstance(block, Sequential | Residual) or node not in block.nodes:
        return ()
    wires = [wire for child in block.children for wire in child.inputs]
    wires += block.outputs if isinstance(block, Sequential) else ()
    if any(wire.partition(".")[0] == node.id for wire in wires):
        return ()
    return _insertions(block, str(place(path).parent), block.nodes.index(node) + 1, nodes)


def _block_around(design: Design, path: str) -> Block:
    block = find(design, str(place(path).parent))
    assert isinstance(block, BlockBase)
    return block


def _on_wire(design: Design, path: str, block: Sequential | Residual, input: int, nodes: Sequence[New]) -> Edits:
    node, parent = find(design, path), str(place(path).parent)
    index = block.nodes.index(node)
    if not node.inputs and input == 0 and not _is_wired(design, path):
        return _insertions(block, parent, index, nodes)
    step = step_at(lower(design), path)
    refs = [str(ref) if ref else "" for ref in step.inputs] if step else []
    if input >= len(refs) or not refs[input]:
        return ()
    insertions = _insertions(block, parent, index, nodes, (refs[input],))
    refs[input] = insertions[-1]["node"]["id"]
    return (*insertions, {"edit": "set_inputs", "path": path, "inputs": refs})


def _is_wired(design: Design, path: str) -> bool:
    """Whether a node takes more than one input, so that its wires have to be written."""
    step = step_at(lower(design), path)
    return step is not None and len(step.inputs) > 1


def _insertions(
    block: Sequential | Residual, parent: str, index: int, nodes: Sequence[New], inputs: tuple[str, ...] = ()
) -> Edits:
    """Edits that put a chain at a position; its first node gets `inputs`."""
    taken = {*block.input_names, *(child.id for child in block.children)}
    edits = []
    for k, node in enumerate(nodes):
        id = unique(node["id"], taken)
        taken.add(id)
        data = {**node, "id": id, **({"inputs": list(inputs)} if inputs and k == 0 else {})}
        edits.append({"edit": "insert", "path": parent, "index": index + k, "node": data})
    return tuple(edits)


def _behind_branch(design: Design, path: str, block: Parallel | Residual, branch: int, nodes: Sequence[New]) -> Edits:
    """The branches of a Residual are its body and its shortcut."""
    if isinstance(block, Residual) and branch == 0:
        return _insertions(block, path, len(block.nodes), nodes)
    child = block.shortcut if isinstance(block, Residual) else _child(block, branch)
    if child is None:
        return _as_shortcut(path, block, nodes) if isinstance(block, Residual) else ()
    below = join(path, child.id)
    if isinstance(child, Sequential) and not child.outputs:
        return _insertions(child, below, len(child.nodes), nodes)
    design, wrapping, inner = _wrapped(design, below)
    around = find(design, inner)
    assert isinstance(around, Sequential)
    return (*wrapping, *_insertions(around, inner, 1, nodes))


def _child(block: Parallel, branch: int) -> Node | None:
    return block.nodes[branch] if branch < len(block.nodes) else None


def _as_shortcut(path: str, block: Residual, nodes: Sequence[New]) -> Edits:
    id = unique("shortcut", {*block.input_names, *(child.id for child in block.nodes)})
    if len(nodes) == 1:
        data: dict[str, Any] = {**nodes[0], "id": id}
    else:
        data = {"kind": "Sequential", "id": id, "nodes": [{**each, "id": str(k)} for k, each in enumerate(nodes)]}
    return ({"edit": "set_shortcut", "path": path, "node": data},)


def _wrapped(design: Design, path: str) -> tuple[Design, Edits, str]:
    """The design with a Sequential of the node's own id around it; the edit for that, and the Sequential's path."""
    id = place(path).ids[-1]
    edit = {"edit": "wrap", "paths": [path], "kind": "Sequential", "id": id}
    return apply(design, edit), (edit,), path
