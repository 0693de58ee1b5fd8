"""Ids and names for what an edit adds."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import count

from pydantic import TypeAdapter

from composer.design.document import Design
from composer.design.edits.refusal import refusal
from composer.design.edits.trees import chain
from composer.design.names import class_name, unique
from composer.design.nodes import Block, Code, Id, Node, Use, rebuild
from composer.design.paths import first_line

_ID: TypeAdapter[str] = TypeAdapter(Id)
_MAX_STEM = 90  # leaves room for the number


class FreshIds:
    """Ids that no child or input of a block has, nor one of `taken`, and each only once."""

    def __init__(self, block: Block, taken: Collection[str] = ()) -> None:
        self._used = {*block.input_names, *(each.id for each in block.children), *taken}
        ids = [each.id for each in chain(block)]
        self._numbered = not isinstance(block, Code) and all(id.isdecimal() for id in ids)
        highest = max((int(id) for id in ids if id.isdecimal() and len(id) < 10), default=-1)
        self._next = {"": highest + 1} if self._numbered else {}

    def like(self, base: str) -> str:
        """The next number where the block's children are numbered, else `base` and a number: `conv2` after `conv1`."""
        stem = "" if self._numbered else base.rstrip("0123456789")[:_MAX_STEM]
        number = self._next.get(stem, 1)
        while f"{stem}{number}" in self._used:
            number += 1
        self._next[stem] = number + 1
        self._used.add(f"{stem}{number}")
        return f"{stem}{number}"


def fresh_id(block: Block, base: str, taken: Collection[str] = ()) -> str:
    """An id that no child or input of `block` has, nor one of `taken`."""
    return FreshIds(block, taken).like(base)


def free_like(base: str, used: Collection[str]) -> str:
    """`base` with the first number behind it, in place of its own, that makes it none of `used`."""
    stem = base.rstrip("0123456789")[:_MAX_STEM]
    return next(id for id in (f"{stem}{number}" for number in count(1)) if id not in used)


def stem_of(node: Node) -> str:
    """What a node of this kind is called, without a number: `conv` for a LazyConv2d."""
    kind = node.of if isinstance(node, Use) else node.kind
    return re.sub(r"^Lazy|\d+d$", "", kind).replace(".", "").lower()


def free_id(path: str, id: str, taken: Collection[str]) -> str:
    """`id` itself.

    Raises:
        EditError: where it is no valid id, or one of `taken`.
    """
    try:
        _ID.validate_python(id)
    except ValueError as error:
        raise refusal(path, "a valid id", f"{id[:100]!r}: {first_line(error)}") from None
    if id in taken:
        raise refusal(path, f"an id that is not taken ({', '.join(sorted(taken))})", repr(id))
    return id


def with_id(node: Node, id: str) -> Node:
    """`node` under another id."""
    changed: Node = rebuild(node, id=id)
    return changed


def named(block: Block, node: Node) -> Node:
    """`node` as a child of `block`: with an id, where it has none."""
    if node.id:
        return node
    return with_id(node, fresh_id(block, stem_of(node)))


def kept_or_fresh(block: Block, id: str, taken: Collection[str] = ()) -> str:
    """`id` where it is free in `block`, else a fresh one like it."""
    used = {*block.input_names, *(each.id for each in block.children), *taken}
    return fresh_id(block, id, taken) if id in used else id


def fresh_definition_name(design: Design, node: Node) -> str:
    """A name for the definition that a block becomes, after its id."""
    base = class_name("" if node.id.isdecimal() else node.id, default="Block")
    return unique(base[:1].upper() + base[1:], {each.name for each in design.definitions})
