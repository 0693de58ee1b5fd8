"""Pairs of names written as few rules, which do to every key of a file exactly what the pairs say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from composer.matching.pairing import Paired
from composer.matching.rename import LENGTH, RULES, Rename, Renamed, rename

_Parts = tuple[str, ...]


def rules_for(pairs: Sequence[Paired], keys: Sequence[str]) -> tuple[Rename, ...]:
    """Rules that give each of `keys` that is in `pairs` its name: by beginnings or by roles, whichever takes fewer.

    What such a rule would name wrongly has one of its own.
    """
    wanted = {
        each.file.key(slot): Renamed(each.model.key(slot), each.turned) for each in pairs for slot, _ in each.file.slots
    }
    written = (_completed(_general(pairs, shortened), wanted, keys) for shortened in (True, False))
    return tuple(min(written, key=len)[:RULES])


def _completed(
    rules: Mapping[Rename, Sequence[Paired]], wanted: Mapping[str, Renamed], keys: Sequence[str]
) -> list[Rename]:
    """The rules that name one of their own layers right, and one for each key that they name wrongly."""
    made = rename(keys, list(rules)).names
    useful = [
        rule
        for rule, pairs in rules.items()
        if max(len(rule.old), len(rule.new)) <= LENGTH
        and any(made[key] == wanted[key] for each in pairs for key in map(each.file.key, dict(each.file.slots)))
    ]
    made = rename(keys, useful).names
    wrong = [key for key in keys if key in wanted and made[key] != wanted[key]]
    return [*useful, *(Rename("pair", key, wanted[key].name, wanted[key].transpose) for key in wrong)]


def _general(pairs: Iterable[Paired], shortened: bool) -> dict[Rename, list[Paired]]:
    """A rule for each change of a role, with its layers, the longest first: a shorter one seldom meets what it made.

    `shortened`: roles that change in the same way at the beginning share a rule.
    """
    found: dict[tuple[_Parts, _Parts, bool], list[Paired]] = {}
    for each in pairs:
        old, new = tuple(each.file.path.split(".")), tuple(each.model.path.split("."))
        if each.file.numbers == each.model.numbers:
            old, new = each.file.role, each.model.role
        if shortened and not each.turned:  # a rule that transposes is for layers of this role alone
            old, new = _without_same_end(old, new)
        if old != new or each.turned:
            found.setdefault((old, new, each.turned), []).append(each)
    return {_rule(*change): found[change] for change in sorted(found, key=lambda change: -len(change[0]))}


def _without_same_end(old: _Parts, new: _Parts) -> tuple[_Parts, _Parts]:
    """What differs at the beginning of two names; a number, which a rule takes over, stays in both."""
    while len(old) > 1 and new and old[-1] == new[-1] and (old[-1] != "#" or "#" in old[:-1]):
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
