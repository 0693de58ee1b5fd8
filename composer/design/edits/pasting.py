"""Pasting a clip: its nodes get places in a block, and all that refers to them follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from composer.design.clip import Clip, Outside
from composer.design.document import Design
from composer.design.edits.bringing import brought
from composer.design.edits.copying import kind_at
from composer.design.edits.ids import FreshIds
from composer.design.edits.positions import block_with_positions
from composer.design.edits.refusal import changed, refusal
from composer.design.edits.trees import chain, checked_index, document_ids, locate, with_chain, with_node
from composer.design.nodes import Block, BlockBase, Node, Shared, Use, rebuild
from composer.design.paths import Place, find, place, root_of, walk


def paste(design: Design, path: str, index: int, clip: Clip) -> Design:
    """Put the nodes of `clip` into the block at `path`, at a position.

    They keep their ids where these are free, else get fresh ones; wires and shared modules among them follow, and
    so do ties, frozen paths and initializer rules. Wires to what was not copied keep their text, which means what
    it says in the new block, or nothing, for `check` to name. A definition that is here already, whatever name it
    got, is used as it is; a different one of the same name gets another. A shared module whose original was not
    copied goes on sharing that where it stands earlier in the same tree.

    Raises:
        EditError: where there is no such block or position, the block is a Repeat, an original is missing, or the
            clip says something of parameters and the block is in a definition, where nothing can say it.
    """
    at = locate(design, path)
    block = block_with_positions(design, at)
    checked_index(path, index, len(chain(block)))
    if clip.marks and at.definition:
        expected = "a block of the design itself: ties, frozen paths and initializer rules name no part of a definition"
        raise refusal(path, expected, f"{clip.marks[0]!r} in what is pasted")
    definitions, names = brought(design, clip.definitions)
    ids = _new_ids(block, clip)
    siblings = chain(block)
    nodes = tuple(_placed(each, names, ids, at) for each in clip.nodes)
    design = changed(design, definitions=(*design.definitions, *definitions))
    design = with_node(design, at, with_chain(block, (*siblings[:index], *nodes, *siblings[index:])))
    design = _with_marks(design, clip, ids, at)
    for each in clip.outside:
        design = _shared_again(design, each, _new_place(each.node, ids, at))
    return design


def _new_ids(block: Block, clip: Clip) -> dict[str, str]:
    """For each node of the clip its id in `block`: its own where that is free, else one that nothing goes by."""
    used = {*block.input_names, *(each.id for each in block.children)}
    kept = {each.id for each in clip.nodes} - used
    meant = {_name(wire) for each in clip.nodes for wire in each.inputs}
    fresh = FreshIds(block, kept | meant)
    return {each.id: each.id if each.id in kept else fresh.like(each.id) for each in clip.nodes}


def _placed(node: Node, names: Mapping[str, str], ids: Mapping[str, str], at: Place) -> Node:
    node = _renamed(node, names, ids, at)
    inputs = tuple(ids.get(_name(wire), _name(wire)) + wire[len(_name(wire)) :] for wire in node.inputs)
    placed: Node = rebuild(node, id=ids[node.id], inputs=inputs)
    return placed


def _renamed(node: Node, names: Mapping[str, str], ids: Mapping[str, str], at: Place) -> Any:
    """`node` with uses of definitions under their names here, and shared modules of nodes where those are now."""
    if isinstance(node, Use) and node.of in names:
        return rebuild(node, of=names[node.of])
    if isinstance(node, Shared) and _name(node.of) in ids:
        return rebuild(node, of=".".join(_new_place(node.of, ids, at).ids))
    if isinstance(node, BlockBase):
        children = tuple(_renamed(each, names, ids, at) for each in node.children)
        if any(new is not old for new, old in zip(children, node.children, strict=True)):
            return node.with_children(children)
    return node


def _name(text: str) -> str:
    return text.partition(".")[0]


def _new_place(path: str, ids: Mapping[str, str], at: Place) -> Place:
    """Where a path of the clip is in the design."""
    first, *rest = path.split(".")
    return Place(at.definition, (*at.ids, ids.get(first, first), *rest))


def _with_marks(design: Design, clip: Clip, ids: Mapping[str, str], at: Place) -> Design:
    """What the clip says of parameters, said once: what was cut out may have left it behind."""

    def new(path: str) -> str:
        return str(_new_place(path, ids, at))

    ties = [tuple(map(new, group)) for group in clip.ties]
    frozen = [path for path in map(new, clip.frozen) if path not in design.frozen]
    rules = [rebuild(rule, where=new(rule.where)) for rule in clip.initializers]
    return changed(
        design,
        ties=(*design.ties, *(group for group in ties if not any(set(group) <= set(each) for each in design.ties))),
        frozen=(*design.frozen, *frozen),
        initializers=(*design.initializers, *(rule for rule in rules if rule not in design.initializers)),
    )


def _shared_again(design: Design, outside: Outside, at: Place) -> Design:
    """`design` with the shared module at a place sharing what it shared where it was copied."""
    node, original = find(design, str(at)), place(outside.of)
    if not isinstance(node, Shared):
        raise refusal(outside.node, "a shared module of the clip", f"a {node.kind}")
    here = original.definition == at.definition and kind_at(design, original) == outside.kind != ""
    if not here or not _stands_earlier(design, original, at):
        expected = f"its original at {outside.of!r}, copied along or earlier in this design"
        raise refusal(str(at), expected, "a shared module without it" if not here else "a place before the original")
    return with_node(design, at, rebuild(node, of=".".join(original.ids)))


def _stands_earlier(design: Design, original: Place, at: Place) -> bool:
    root = root_of(design, at.definition)
    order = [tuple(path.split(".")) for path, _node in walk(root)]
    return order.index(document_ids(root, original.ids)) < order.index(at.ids)
