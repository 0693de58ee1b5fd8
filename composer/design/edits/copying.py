"""Copying nodes out of a design, as a clip that can be pasted into this design or another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from composer.design.clip import Clip, Outside
from composer.design.document import Definition, Design
from composer.design.edits.flow import flow_of
from composer.design.edits.ids import free_id, free_like, stem_of
from composer.design.edits.refusal import refusal
from composer.design.edits.trees import block_at, locate, with_node
from composer.design.names import variable
from composer.design.nodes import BlockBase, Node, Repeat, Shared, Use, rebuild
from composer.design.paths import Place, find, place, scopes, walk
from composer.design.targets import target_of

Copies = Mapping[Place, str]
"""Where each copied node stood, in document order, and its id in the clip."""


def copied(design: Design, paths: Sequence[str]) -> Clip:
    """The nodes at `paths` as a clip. One inside another comes with that; a definition comes as a use of it.

    What comes along: the definitions they use, and the ties, initializer rules and frozen paths that name only them
    or what is in them; not what holds for them because a block around them is named. Of nodes in the body of a
    Repeat, the names that the first instance has count. Wires among the nodes are kept, and so are wires to others
    but for those that say what position says anyway: they would tie the copy to its old neighbor.

    Raises:
        EditError: where a path leads nowhere, or there is none.
    """
    places = outermost(design, paths)
    return _clip(_without_plain_wires(design, places), places)


def clip_of(design: Design, id: str = "") -> Clip:
    """A whole design as one block, its root, called `id`, or after the design's name where none is given.

    Raises:
        EditError: where `id` is no valid id.
    """
    id = free_id("", id, ()) if id else ""
    return _clip(design, [Place("", ())], id)


def _clip(design: Design, places: Sequence[Place], id: str = "") -> Clip:
    copies = _named(design, places, id)
    nodes = tuple(_copy(design, copies, at) for at in copies)
    rules = ((rule, _new_path(copies, place(rule.where))) for rule in design.initializers)
    ties = (tuple(filter(None, (_new_path(copies, place(path)) for path in group))) for group in design.ties)
    return Clip(
        nodes=nodes,
        definitions=_definitions_of(design, nodes),
        ties=tuple(group for group in ties if len(group) > 1),
        initializers=tuple(rebuild(rule, where=new) for rule, new in rules if new),
        frozen=tuple(filter(None, (_new_path(copies, place(path)) for path in design.frozen))),
        outside=tuple(_outside(design, copies)),
    )


def outermost(design: Design, paths: Sequence[str]) -> list[Place]:
    """The places of the nodes at `paths` in document order, without those inside others of them.

    Raises:
        EditError: where a path leads nowhere, or there is none.
    """
    wanted = {locate(design, path) for path in paths}
    if not wanted:
        raise refusal("", "one node or more to copy", "none")
    everything = (place(path) for start, root, _ in scopes(design) for path, _node in walk(root, start))
    return [at for at in everything if at in wanted and not under_any(at, wanted - {at})]


def under_any(at: Place, places: Collection[Place]) -> bool:
    """Whether a place is one of `places`, or inside one."""
    return any(Place(at.definition, at.ids[:end]) in places for end in range(len(at.ids) + 1))


def _without_plain_wires(design: Design, places: Sequence[Place]) -> Design:
    """`design` with no wires at the copied nodes where these lead to others only, and say what position says."""
    wired = [at for at in places if at.ids and _may_go(design, places, at)]
    bare = design
    for at in wired:
        bare = _unwired(bare, at)
    flows = {parent: flow_of(bare, parent) for parent in {at.parent for at in wired}}
    for at in wired:
        if flows[at.parent].inputs.get(at.ids[-1]) == find(design, str(at)).inputs:
            design = _unwired(design, at)
    return design


def _may_go(design: Design, places: Sequence[Place], at: Place) -> bool:
    inputs = find(design, str(at)).inputs
    in_repeat = isinstance(block_at(design, at.parent), Repeat)
    return bool(inputs) and not in_repeat and len(_wires_out(design, places, at)) == len(inputs)


def _unwired(design: Design, at: Place) -> Design:
    return with_node(design, at, rebuild(find(design, str(at)), inputs=()))


def _named(design: Design, places: Sequence[Place], id: str) -> dict[Place, str]:
    """An id for each in the clip: its own, unless another has that, or a wire means what was not copied by it."""
    taken = {_name(wire) for at in places if at.ids for wire in _wires_out(design, places, at)}
    copies: dict[Place, str] = {}
    for at in places:
        own = id or (at.ids[-1] if at.ids else _id_of_root(design, at))
        copies[at] = own if own not in taken else free_like(own, taken)
        taken.add(copies[at])
    return copies


def _id_of_root(design: Design, at: Place) -> str:
    return stem_of(Use(of=at.definition)) if at.definition else variable(design.name, "model")


def _wires_out(design: Design, places: Sequence[Place], at: Place) -> list[str]:
    """The wires of a copied node to what is not copied."""
    return [wire for wire in find(design, str(at)).inputs if at.parent.child(_name(wire)) not in places]


def _name(wire: str) -> str:
    return wire.partition(".")[0]


def _copy(design: Design, copies: Copies, at: Place) -> Node:
    if at.definition and not at.ids:
        return Use(id=copies[at], of=at.definition)
    node = _with_shares(find(design, str(at)), copies, at.definition)
    inputs = tuple(_new_wire(copies, at.parent, wire) for wire in node.inputs) if at.ids else ()
    copy: Node = rebuild(node, id=copies[at], inputs=inputs)
    return copy


def _new_wire(copies: Copies, block: Place, wire: str) -> str:
    name, dot, items = wire.partition(".")
    return copies.get(block.child(name), name) + dot + items


def _new_path(copies: Copies, at: Place) -> str:
    """The path in the clip of what is at a place of the design, or "" where that was not copied.

    Ties, rules and frozen paths are of the design's own tree, and shared modules of the tree that they are in.
    """
    for end in range(len(at.ids) + 1):
        id = copies.get(Place(at.definition, at.ids[:end]))
        if id is not None:
            return ".".join((id, *at.ids[end:]))
    return ""


def _with_shares(node: Node, copies: Copies, definition: str) -> Any:
    """`node` with the originals of shared modules, at it and below, named as in the clip where they are in it."""
    if isinstance(node, Shared):
        new = _new_path(copies, _original(node, definition))
        return rebuild(node, of=new) if new else node
    if isinstance(node, BlockBase):
        children = tuple(_with_shares(each, copies, definition) for each in node.children)
        if any(new is not old for new, old in zip(children, node.children, strict=True)):
            return node.with_children(children)
    return node


def _original(node: Shared, definition: str) -> Place:
    return Place(definition, tuple(node.of.split(".")))


def _outside(design: Design, copies: Copies) -> Iterator[Outside]:
    for at, id in copies.items():
        for path, node in walk(find(design, str(at)), id) if at.ids else ():
            if isinstance(node, Shared) and not _new_path(copies, _original(node, at.definition)):
                of = _original(node, at.definition)
                yield Outside(node=path, of=str(of), kind=kind_at(design, of))


def kind_at(design: Design, at: Place) -> str:
    """What kind of module stands at a place: of a use, the definition; "" where there is none."""
    target = target_of(design, at.definition, at.ids)
    return "" if target is None else target.of if isinstance(target, Use) else target.kind


def _definitions_of(design: Design, nodes: Sequence[Node]) -> tuple[Definition, ...]:
    """The definitions that `nodes` use, and those that these use, in the order they have in the design."""
    found: set[str] = set()
    pending = list(nodes)
    while pending:
        for name in uses(pending.pop()) - found:
            definition = design.definition(name)
            if definition:
                found.add(name)
                pending.append(definition.body)
    return tuple(each for each in design.definitions if each.name in found)


def uses(node: Node) -> set[str]:
    """The names of the definitions used at or below `node`."""
    return {each.of for _, each in walk(node) if isinstance(each, Use)}
