"""Pairs of names written as few rules, which do to every key of a file exactly what the pairs say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from composer.matching.pairing import Paired
from composer.matching.rename import LENGTH, RULES, Rename, Renamed, rename

_Parts = tuple[str, ...]


def rules_for(pairs: Sequence[Paired], keys: Sequence[str]) -> tuple[Rename, ...]:
    """Rules that give each of `keys` that is in `pairs` its name: by role where that is right, else one by one."""
    wanted = {
        each.file.key(slot): Renamed(each.model.key(slot), each.turned) for each in pairs for slot, _ in each.file.slots
    }
    few = _general(pairs)
    made = rename(keys, few).names
    wrong = {key for key in wanted if made[key] != wanted[key]}
    single = [Rename("pair", key, wanted[key].name, wanted[key].transpose) for key in keys if key in wrong]
    written = [rule for rule in (*few, *single) if max(len(rule.old), len(rule.new)) <= LENGTH]
    return tuple(written[:RULES])


def _general(pairs: Iterable[Paired]) -> list[Rename]:
    """A rule for each change at the beginning of names, the longest first: a shorter one never meets what it made."""
    found: dict[tuple[_Parts, _Parts, bool], bool] = {}
    for each in pairs:
        old, new = tuple(each.file.path.split(".")), tuple(each.model.path.split("."))
        if each.file.numbers == each.model.numbers:
            old, new = each.file.role, each.model.role
        if not each.turned:  # a rule that transposes is for layers of this role alone
            old, new = _without_same_end(old, new)
        if old != new or each.turned:
            found[old, new, each.turned] = True
    return [_rule(*each) for each in sorted(found, key=lambda each: -len(each[0]))]


def _without_same_end(old: _Parts, new: _Parts) -> tuple[_Parts, _Parts]:
    """What differs at the beginning of two names; a number, which a rule takes over, stays in both."""
    while old and new and old[-1] == new[-1] and (len(old) > 1 or len(new) > 1):
        if old[-1] == "#" and "#" not in old[:-1]:
            break
        old, new = old[:-1], new[:-1]
    return old, new


def _rule(old: _Parts, new: _Parts, turned: bool) -> Rename:
    """The rule that exchanges the beginnings; `#` is any number."""
    after = "".join(f"{part}." for part in new)
    if "#" not in old:
        return Rename("prefix", "".join(f"{part}." for part in old), after, turned)
    pattern = "".join((r"(\d+)" if part == "#" else re.escape(part)) + r"\." for part in old)
    pieces, number = [], 0
    for part in new:
        number += part == "#"
        pieces.append(f"\\{number}" if part == "#" else part.replace("\\", r"\\"))
    return Rename("regex", f"^{pattern}", "".join(f"{piece}." for piece in pieces), turned)
