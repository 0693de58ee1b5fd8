"""Bringing definitions from another design: those that are here already are used, and none is replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from composer.design.document import Definition, Design
from composer.design.edits.copying import uses
from composer.design.names import unique
from composer.design.nodes import BlockBase, Node, Use, rebuild
from composer.design.text import plain


def brought(design: Design, definitions: Sequence[Definition]) -> tuple[tuple[Definition, ...], dict[str, str]]:
    """Those of `definitions` that `design` has to be given, and for each of all of them its name there.

    One with the same text is the same; it may have been brought before, under another name. One that uses a
    different definition than its namesake here is different, too.
    """
    names: dict[str, str] = {}
    new: dict[str, Definition] = {}
    for each in _inner_first(definitions):
        known = (*design.definitions, *new.values())
        mended = rebuild(each, body=_with_uses(each.body, names))
        same = next((other.name for other in known if _may_be(other, each) and _says(other) == _says(mended)), "")
        names[each.name] = same or _free(known, each.name)
        if not same:
            new[each.name] = rebuild(mended, name=names[each.name])
    return tuple(new[each.name] for each in definitions if each.name in new), names


def _may_be(other: Definition, definition: Definition) -> bool:
    return re.fullmatch(rf"{re.escape(definition.name)}(_\d+)?", other.name) is not None


def _says(definition: Definition) -> Any:
    return [plain(definition.options), plain(definition.body)]


def _free(known: Sequence[Definition], name: str) -> str:
    taken = {each.name for each in known} | {option.name for each in known for option in each.options}
    return unique(name, taken) if name in taken else name


def _inner_first(definitions: Sequence[Definition]) -> Iterator[Definition]:
    """Each after those that it uses. Definitions that use each other in a ring have no order, and get any."""
    by_name = {each.name: each for each in definitions}
    pending = [(each.name, False) for each in reversed(definitions)]
    begun: set[str] = set()
    while pending:
        name, ready = pending.pop()
        if ready:
            yield by_name[name]
        elif name not in begun:
            begun.add(name)
            pending += [(name, True), *((inner, False) for inner in sorted(uses(by_name[name].body) & by_name.keys()))]


def _with_uses(node: Node, names: Mapping[str, str]) -> Any:
    """`node` with uses at it and below of definitions that have other names now."""
    if isinstance(node, Use):
        return rebuild(node, of=names.get(node.of, node.of))
    if isinstance(node, BlockBase):
        children = tuple(_with_uses(each, names) for each in node.children)
        if any(new is not old for new, old in zip(children, node.children, strict=True)):
            return node.with_children(children)
    return node
