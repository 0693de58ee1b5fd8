"""What every reference of a design becomes when nodes get new places.

A reference is a wire, the original of a shared module, or a path in ties, frozen paths and initializer rules.
Paths are followed the way modules are: into uses of definitions, instances of a Repeat, and shared modules.
What has no new text (its target left the block, or the instance is gone) stays as it is, for `check` to name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from composer.design.document import Design
from composer.design.edits.refusal import changed
from composer.design.nodes import BlockBase, Node, Sequential, Shared, Use, rebuild
from composer.design.paths import Place, child, find, place

Moves = Mapping[Place, Place]
"""Old place → new place. What is below a node moves with it, unless it has an entry of its own."""

_MAX_HOPS = 200


def moved(moves: Moves, at: Place) -> Place:
    """Where `moves` take the node at a place."""
    for end in range(len(at.ids), -1, -1):
        new = moves.get(Place(at.definition, at.ids[:end]))
        if new is not None:
            return Place(new.definition, (*new.ids, *at.ids[end:]))
    return at


def redirected(design: Design, moves: Moves) -> Design:
    """`design` with its references rewritten for `moves`; the nodes are still where they were."""
    mender = Mender(design, moves)
    return changed(
        design,
        root=mender.node(design.root, Place("", ())),
        definitions=tuple(
            rebuild(each, body=mender.node(each.body, Place(each.name, ()))) for each in design.definitions
        ),
        ties=tuple(tuple(map(mender.path, group)) for group in design.ties),
        frozen=tuple(map(mender.path, design.frozen)),
        initializers=tuple(rebuild(rule, where=mender.path(rule.where)) for rule in design.initializers),
    )


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Ids of a path within one tree, from `start` on: as written, and as the document has them."""

    start: Place
    written: tuple[str, ...]
    document: tuple[str, ...]

    @property
    def end(self) -> Place:
        return Place(self.start.definition, (*self.start.ids, *self.document))


class Mender:
    """Rewrites the references of one design for one set of moves."""

    def __init__(self, design: Design, moves: Moves) -> None:
        self._design = design
        self._moves = moves
        self._inside: dict[Place, Place | None] = {}

    def node(self, node: Node, at: Place, block: BlockBase | None = None) -> Any:
        """The node at a place, and all below it, with references rewritten. `block` is what it stands in."""
        fields: dict[str, Any] = {}
        if block and node.inputs:
            fields["inputs"] = tuple(self._wire(text, block, at.parent, self._moved(at).parent) for text in node.inputs)
        if isinstance(node, Sequential) and node.outputs:
            fields["outputs"] = tuple(self._wire(text, node, at, self._moved(at)) for text in node.outputs)
        if isinstance(node, Shared):
            ids = self._ids(at.definition, tuple(node.of.split(".")), self._moved(at).definition)
            fields["of"] = ".".join(ids) if ids else node.of
        if any(getattr(node, name) != value for name, value in fields.items()):
            node = rebuild(node, **fields)
        if isinstance(node, BlockBase):
            children = tuple(self.node(each, at.child(each.id), node) for each in node.children)
            if any(new is not old for new, old in zip(children, node.children, strict=True)):
                return node.with_children(children)
        return node

    def path(self, text: str) -> str:
        """A path in ties, frozen paths or rules, rewritten."""
        at = place(text)
        definition = self._moved(Place(at.definition, ())).definition
        ids = self._ids(at.definition, at.ids, definition)
        return str(Place(definition, ids)) if ids else text

    def ends_at(self, text: str, at: Place) -> bool:
        """Whether a path leads to the node at a place of the document."""
        start = place(text)
        stretches, rest = self._follow(Place(start.definition, ()), start.ids, _MAX_HOPS)
        ends = [each.end for each in stretches if each.document]
        return not rest and ends[-1:] == [at]

    def _moved(self, at: Place) -> Place:
        return moved(self._moves, at)

    def _wire(self, text: str, block: BlockBase, at: Place, new_at: Place) -> str:
        """A wire of the block at `at`; what it feeds is going to stand in the block at `new_at`."""
        name, dot, items = text.partition(".")
        if all(each.id != name for each in block.children):
            return text
        target = self._moved(at.child(name))
        return target.ids[-1] + dot + items if target.parent == new_at else text

    def _ids(self, definition: str, ids: tuple[str, ...], new_definition: str) -> tuple[str, ...] | None:
        """The ids of a path in a definition rewritten, as seen from `new_definition`; None where there are none."""
        stretches, rest = self._follow(Place(definition, ()), ids, _MAX_HOPS)
        new: tuple[str, ...] = ()
        for number, stretch in enumerate(stretches):
            start = self._moved(stretch.start) if number else Place(new_definition, ())
            part = self._rewritten(stretch, start)
            if part is None:
                return None
            new += part
        return new + rest

    def _rewritten(self, stretch: _Stretch, start: Place) -> tuple[str, ...] | None:
        if not stretch.document:
            return ()
        end = self._moved(stretch.end)
        below = _below(start, end)
        if below is None:
            return None
        new = list(below)
        for position, (written, document) in enumerate(zip(stretch.written, stretch.document, strict=True)):
            if written == document:
                continue
            # An instance of a Repeat: its number follows the Repeat to wherever that stands now.
            old = Place(stretch.start.definition, (*stretch.start.ids, *stretch.document[:position]))
            repeat = _below(start, self._moved(old))
            if repeat is None or list(repeat) != new[: len(repeat)] or new[len(repeat) : len(repeat) + 1] != ["0"]:
                return None
            new[len(repeat)] = written
        return tuple(new)

    def _follow(self, start: Place, ids: tuple[str, ...], hops: int) -> tuple[list[_Stretch], tuple[str, ...]]:
        """The stretches of a path, and what is left of it: a parameter's name, or what leads nowhere."""
        if self._design.definition(start.definition) is None and start.definition:
            return [], ids
        node: Node | None = find(self._design, str(start))
        document: list[str] = []
        for id in ids:
            node = child(node, id) if node else None
            if node is None:
                break
            document.append(node.id)
            if isinstance(node, Use | Shared):
                break
        count = len(document)
        head = _Stretch(start, ids[:count], tuple(document))
        inside = self._inside_of(node, head.end, hops) if isinstance(node, Use | Shared) and count else None
        if inside is None:
            return [head], ids[count:]
        tail, rest = self._follow(inside, ids[count:], hops - 1)
        return [head, *tail], rest

    def _inside_of(self, node: Use | Shared, at: Place, hops: int) -> Place | None:
        """The place that the ids below a use or shared module are relative to."""
        if isinstance(node, Use):
            return Place(node.of, ()) if self._design.definition(node.of) else None
        if at not in self._inside:
            self._inside[at] = None  # a ring of shared modules ends here
            if hops > 0:
                stretches, rest = self._follow(Place(at.definition, ()), tuple(node.of.split(".")), hops - 1)
                self._inside[at] = stretches[-1].end if not rest else None
        return self._inside[at]


def _below(start: Place, end: Place) -> tuple[str, ...] | None:
    """The ids that lead from one place down to another, or None where that is not below it."""
    if end.definition != start.definition or end.ids[: len(start.ids)] != start.ids:
        return None
    return end.ids[len(start.ids) :]
