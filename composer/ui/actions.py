"""What can be done with the nodes that are selected: all of it has a key in the tree, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from composer.design.document import Design
from composer.design.edits.ids import fresh_definition_name
from composer.design.nodes import BlockBase, Op, Repeat, Tensor, Use
from composer.design.paths import find, place
from composer.ui.entries import Button
from composer.ui.handler import Operation
from composer.ui.language import _


def actions(design: Design, paths: Sequence[str]) -> Iterator[Button]:
    """The actions that the nodes at `paths` allow; none where a root is looked at."""
    if place(paths[-1]).ids:
        yield from _known(design, outermost(paths))


def _known(design: Design, paths: Sequence[str]) -> Iterator[Button]:
    chosen = [(path, find(design, path)) for path in paths]
    movable = all(not isinstance(find(design, str(place(path).parent)), Repeat) for path, _node in chosen)
    nodes = [node for _path, node in chosen]

    def each(edit: str, **arguments: str) -> list[Operation]:
        return [{"edit": edit, "path": path, **arguments} for path, _node in chosen]

    if movable:
        yield Button(_("Duplicate (d)"), each("duplicate", mode="copy"))
        if all(isinstance(node, BlockBase | Use) for node in nodes):
            yield Button(_("Duplicate, linked (l)"), each("duplicate", mode="linked"))
        if not any(isinstance(node, Op | Tensor) for node in nodes):
            yield Button(_("Duplicate, shared (s)"), each("duplicate", mode="shared"))
    for key, kind in (("w", "Sequential"), ("p", "Parallel"), ("r", "Residual"), ("R", "Repeat")):
        wrap = {"edit": "wrap", "paths": [path for path, _node in chosen], "kind": kind}
        yield Button(_("Wrap in a {kind} ({key})").format(kind=kind, key=key), [wrap])
    if len(chosen) == 1 and isinstance(nodes[0], BlockBase):
        name = fresh_definition_name(design, nodes[0])
        yield Button(_("Unwrap (u)"), each("unwrap"))
        yield Button(_("Make a definition {name} (m)").format(name=name), each("make_definition", name=name))
    if movable:
        yield Button(_("Delete (Del)"), each("remove"))


def outermost(paths: Sequence[str]) -> list[str]:
    """`paths` without those inside another one, and without roots, in their order."""
    below = {path for path in paths for other in paths if path.startswith(f"{other}.") and place(other).ids}
    return [path for path in dict.fromkeys(paths) if place(path).ids and path not in below]
