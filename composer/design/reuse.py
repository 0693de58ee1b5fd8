"""Reusing parts of a design, as exercise 2 of section 5.5.4 of Dive into Deep Learning asks: the first layers, or any
block, in front of a new head. As a copy in another design, or shared in the same one.

Only what a design says moves here; `Reused.moved` says whose weights go where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from composer.design.document import Design
from composer.design.edits import copied, freeze, insert, paste, set_outputs
from composer.design.edits.copying import outermost
from composer.design.edits.ids import FreshIds
from composer.design.edits.refusal import refusal
from composer.design.edits.trees import chain, locate_child
from composer.design.nodes import Layer, Node, Op, Sequential, Shared, Tensor, rebuild
from composer.design.paths import find


@dataclass(frozen=True, slots=True)
class Reused:
    """A design with reused parts. `moved` has for each of them its path here by its path where it comes from.

    `head` are the paths of the layers that are new.
    """

    design: Design
    moved: Mapping[str, str]
    head: tuple[str, ...]


def first(design: Design, count: int) -> tuple[str, ...]:
    """The paths of the first `count` nodes of the design's root."""
    return tuple(each.id for each in chain(design.root)[:count])


def head_of(units: int, features: int | None, flatten: bool) -> tuple[Node, ...]:
    """A head of `units` outputs for `features` inputs; with None it takes their number from its first input."""
    kind: dict[str, Any] = (
        {"kind": "LazyLinear", "options": {"out_features": units}}
        if features is None
        else {"kind": "Linear", "options": {"in_features": features, "out_features": units}}
    )
    layers: list[Node] = [Layer(id="flatten", kind="Flatten")] if flatten else []
    return (*layers, Layer(id="head", **kind))


def reused(
    source: Design, paths: Sequence[str], target: Design, head: Sequence[Node] = (), frozen: bool = False
) -> Reused:
    """`target` with copies of the nodes at `paths` of `source` behind its last one, and `head` behind those.

    A path may name any instance of a Repeat, whose weights are then meant. With `frozen`, what is copied is excluded
    from training.

    Raises:
        EditError: where a path leads nowhere, two of them lead to one node, or the target's root has no positions.
    """
    order = _in_order(source, paths)
    before = chain(target.root)
    design = paste(target, "", len(before), copied(source, order))
    new = [each.id for each in chain(design.root)[len(before) :]]
    modules = [id for id in new if not isinstance(find(design, id), Op)]
    for id in modules if frozen else ():
        design = freeze(design, id)
    design, added = _with_head(design, head)
    return Reused(design, dict(zip(order, new, strict=True)), added)


def _in_order(design: Design, paths: Sequence[str]) -> list[str]:
    """`paths` as the document has them, without those that are inside another."""
    given = {locate_child(design, path): path for path in paths}
    if len(given) < len(paths):
        raise refusal(paths[-1], "one path for each part", "two that lead to one node of the document")
    return [given[at] for at in outermost(design, paths)]


def _with_head(design: Design, head: Sequence[Node]) -> tuple[Design, tuple[str, ...]]:
    """`design` with `head` behind its last node, under ids that are free."""
    added: list[str] = []
    for node in head:
        taken = {*design.root.input_names, *(each.id for each in design.root.children)}
        id = FreshIds(design.root).like(node.id) if node.id in taken else node.id
        design = insert(design, "", len(chain(design.root)), rebuild(node, id=id))
        added.append(id)
    return design, tuple(added)


def shared(design: Design, count: int, head: Sequence[Node]) -> Reused:
    """`design` with a second way from its input: its first `count` nodes again, the same modules, and `head`.

    Both outputs come out, the one it had first. Whatever trains one head trains what they share, as with a slice
    `net[:count]` in torch.

    Raises:
        EditError: where the root is no Sequential with one output, or it has fewer nodes.
    """
    root = design.root
    if not isinstance(root, Sequential) or len(root.outputs) > 1:
        raise refusal("", "a Sequential with one output, whose first nodes can feed two heads", f"a {root.kind}")
    if not 0 < count <= len(root.nodes):
        raise refusal("", f"1 to {len(root.nodes)} nodes to share", str(count))
    old = root.outputs or (root.nodes[-1].id,)
    fresh, names = FreshIds(root), dict[str, str]()
    for number, node in enumerate(root.nodes[:count]):
        if isinstance(node, Tensor):
            continue  # read by its name, also from here
        names[node.id] = fresh.like(node.id)
        twin = _twin(node, names, first_of_all=number == 0, inputs=root.input_names)
        design = insert(design, "", len(chain(design.root)), twin)
    design, added = _with_head(design, head)
    last = added[-1] if added else [*names.values()][-1]
    return Reused(set_outputs(design, "", (*old, last)), names, added)


def _twin(node: Node, names: Mapping[str, str], first_of_all: bool, inputs: Sequence[str]) -> Node:
    """The same module under another id; an op, which has none, is copied."""
    wires = tuple(".".join([names.get(wire.partition(".")[0], wire.partition(".")[0]), *wire.split(".")[1:]])
                  for wire in node.inputs) or ((inputs[0],) if first_of_all else ())  # fmt: skip
    if isinstance(node, Op):
        copy: Node = rebuild(node, id=names[node.id], inputs=wires)
        return copy
    return Shared(id=names[node.id], of=node.of if isinstance(node, Shared) else node.id, inputs=wires)
