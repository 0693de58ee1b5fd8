"""Feeding a node from any place before it, through the blocks that are around it."""

from __future__ import annotations

from composer.design.checks.references import takes
from composer.design.document import Design
from composer.design.edits.flow import Wires, flow_of
from composer.design.edits.refusal import refusal
from composer.design.edits.trees import block_at, document_ids, locate_child
from composer.design.edits.wiring import set_input_names, set_inputs
from composer.design.names import unique
from composer.design.nodes import Node, Repeat, Shared, Tensor, Text, Use
from composer.design.paths import Place, find, missing, place, root_of

_FRESH = "x"  # what an input is called whose source has a number for a name


def connect(design: Design, path: str, source: Text = "", input: Text = "") -> Design:
    """Let the node at `source`, or the design's own `input`, feed the node at `path`; where it does, no longer.

    What feeds it is the sibling that is or contains the source; a block around it stands for that block's own input.
    Where the source stands outside of the node's block, the blocks between get an input for it.

    Raises:
        EditError: where there is no such node or source, it stands later or elsewhere, or the inputs are all taken.
    """
    at = locate_child(design, path)
    node = find(design, str(at))
    if isinstance(node, Tensor):
        raise refusal(path, "a node that takes inputs", f"a {node.kind}")
    if isinstance(block_at(design, at.parent), Repeat):
        raise refusal(path, "a node that is not fed by a Repeat: wire that", "the body of a Repeat")
    block, wire = _input(design, at, input) if input else _sibling(design, at, source)
    feeds = _feeds(design, at)
    for end in range(len(block.ids) + 1, len(at.ids)):
        design, wire = _through(design, Place(at.definition, at.ids[:end]), wire)
    return set_inputs(design, str(at), _toggled(design, at, node, feeds, wire))


def _input(design: Design, at: Place, name: str) -> tuple[Place, str]:
    """The block whose children may name the design's own input, and that name."""
    if name not in design.root.input_names:
        raise refusal(str(at), f"an input of the design ({', '.join(design.root.input_names)})", repr(name))
    if at.definition:
        raise refusal(str(at), "a source in its own definition", f"{name}, an input of the design")
    return Place("", ()), name


def _sibling(design: Design, at: Place, source: str) -> tuple[Place, str]:
    """The block that the source and the node at a place are both in, and what its children call the source."""
    there = _source(design, at, source)
    common = next((k for k, (a, b) in enumerate(zip(there, at.ids, strict=False)) if a != b), None)
    if common is None:
        if len(there) >= len(at.ids):
            raise refusal(str(at), "a source outside of it", "a part of it" if len(there) > len(at.ids) else "itself")
        return _own_input(design, at, Place(at.definition, there))
    block = Place(at.definition, at.ids[:common])
    order = [each.id for each in block_at(design, block).children]
    if order.index(there[common]) > order.index(at.ids[common]):
        raise refusal(str(at), f"a source that stands before {at.ids[common]}", f"{there[common]}, which stands later")
    return block, there[common]


def _source(design: Design, at: Place, source: str) -> tuple[str, ...]:
    """The ids of the source, as far as they are in the tree that the node at a place is in: up to a use."""
    there = place(source)
    if there.definition != at.definition:
        here = "its own definition" if at.definition else "the design itself"
        raise refusal(str(at), f"a source in {here}", f"{source}, which is elsewhere")
    root = root_of(design, there.definition)
    ids = document_ids(root, there.ids)
    if len(ids) < len(there.ids) and not isinstance(find(design, str(Place(there.definition, ids))), Use | Shared):
        raise missing(source)
    return ids


def _own_input(design: Design, at: Place, block: Place) -> tuple[Place, str]:
    names = block_at(design, block).input_names
    if len(names) > 1:
        raise refusal(str(at), f"a block with one input, or one chosen by name ({', '.join(names)})", f"{block}")
    return block, names[0]


def _feeds(design: Design, at: Place) -> Wires:
    """What feeds the node at a place, by its position too."""
    block = block_at(design, at.parent)
    if isinstance(block, Repeat):
        return block.input_names
    return flow_of(design, at.parent).inputs.get(at.ids[-1], ())


def _through(design: Design, at: Place, wire: str) -> tuple[Design, str]:
    """Bring what `wire` names around the block at a place into it: the design, and what it is called inside."""
    block, feeds = block_at(design, at), _feeds(design, at)
    names = block.input_names
    known = list(zip(names, feeds, strict=False))
    if isinstance(block, Repeat):
        known = known[1:]  # the first is the chained value: only the first instance gets what feeds it
    for name, each in known:
        if each == wire:
            return design, name
    name = unique(wire if wire.isidentifier() else _FRESH, {*names, *(each.id for each in block.children)})
    design = set_input_names(design, str(at), (*names, name))
    if not isinstance(block_at(design, at.parent), Repeat):  # a Repeat feeds its body by position
        design = set_inputs(design, str(at), (*feeds, *[""] * (len(names) - len(feeds)), wire))
    return design, name


def _toggled(design: Design, at: Place, node: Node, feeds: Wires, wire: str) -> Wires:
    """The wires of a node with one more, or without it where it was there."""
    least, most, _names = takes(design, node, str(at))
    wired = [text.partition(".")[0] for text in node.inputs]
    if wire in wired:
        return _without(node.inputs, wired.index(wire), ordered=most is not None)
    if not node.inputs and wire in feeds:
        raise refusal(str(at), "a source that does not feed it yet", f"{wire}, which does")
    if most == 1:
        return (wire,)
    several = most is None or least > 1
    start = node.inputs or (feeds if several else ())
    if "" in start:
        gap = start.index("")
        return (*start[:gap], wire, *start[gap + 1 :])
    if most is not None and len(start) >= most:
        raise refusal(str(at), f"at most {most} inputs: take one away first", f"{wire} as one more")
    return (*start, wire)


def _without(wires: Wires, position: int, ordered: bool) -> Wires:
    """`wires` without one; where each position has a meaning of its own, the others keep theirs."""
    left = [*wires[:position], *([""] if ordered else []), *wires[position + 1 :]]
    while left and not left[-1]:
        left.pop()
    return tuple(left)
