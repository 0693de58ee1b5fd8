"""Rules that give the keys of a file other names: a prefix exchanged, a regular expression, or one key by its own name.

Regular expressions are those of RE2, whose time grows with the length of a key alone, whatever the pattern: a file and
a rule are strangers to each other, and this runs where the app answers everybody. They are written as in Python,
without references back and without looking around.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import re2

Kind = Literal["prefix", "regex", "pair"]

RULES = 10_000
LENGTH = 300
"""Characters that a rule's old and new names may have, each."""

_NAME = 1000  # characters of a name that rules may make: they could double it each time
_REFERENCE = re.compile(r"\\(?:(\d+)|g<(\w+)>|(.?))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rename:
    """A rule. `old` and `new` are as `kind` says.

    prefix: a key that begins with `old` begins with `new` instead ("" for `old` puts `new` before every key).
    regex: each place where `old` is found becomes `new`, in which `\\1` is what the first group found.
    pair: the key `old` of the file has the name `new`.

    `transpose`: the weight of a key that the rule meets is stored with its two dimensions exchanged.
    """

    kind: Kind
    old: str
    new: str
    transpose: bool = False


@dataclass(frozen=True, slots=True)
class Renamed:
    """The name that the rules give to a key, and whether its weight is to be transposed."""

    name: str
    transpose: bool = False


@dataclass(frozen=True, slots=True)
class Renaming:
    """The name of each key, and what is wrong with a rule, by its number from 0. A wrong rule meets no key."""

    names: Mapping[str, Renamed]
    problems: Mapping[int, str]


def rename(keys: Iterable[str], rules: Sequence[Rename]) -> Renaming:
    """What `rules` make of `keys`.

    A key that a pair names gets that name and is met by no other rule, so that two keys can change places. All others
    go through the rules in order, each rule meeting what the ones before it made. Transposed twice is not transposed.
    """
    problems = {number: text for number, rule in enumerate(rules[:RULES]) if (text := problem(rule))}
    if len(rules) > RULES:
        problems[RULES] = f"More than {RULES:,} rules; the rest meets no key."
    usable = [rule for number, rule in enumerate(rules[:RULES]) if number not in problems]
    pairs = {rule.old: Renamed(rule.new, rule.transpose) for rule in usable if rule.kind == "pair"}
    others = [(rule, _compiled(rule)) for rule in usable if rule.kind != "pair"]
    return Renaming({key: pairs.get(key) or _through(key, others) for key in keys}, problems)


def problem(rule: Rename) -> str:
    """What is wrong with a rule by itself; "" where nothing is."""
    if max(len(rule.old), len(rule.new)) > LENGTH:
        return f"Expected at most {LENGTH} characters, received {max(len(rule.old), len(rule.new)):,}."
    if rule.kind == "prefix":
        return "" if rule.old or rule.new else "Expected a prefix to take away or to add, received neither."
    if not rule.old:
        what = "a key of the file" if rule.kind == "pair" else "a regular expression"
        return f"Expected {what}, received nothing."
    if rule.kind == "pair":
        return "" if rule.new else "Expected a name of the model, received nothing."
    try:
        pattern = _compiled(rule)
    except (re2.error, UnicodeError) as error:
        return f"Expected a regular expression that RE2 knows: {_text(error)}."
    return _wrong_reference(rule.new, pattern)


def _through(key: str, rules: Iterable[tuple[Rename, Any]]) -> Renamed:
    name, transpose = key, False
    for rule, pattern in rules:
        if rule.kind == "prefix":
            met = name.startswith(rule.old)
            name = rule.new + name[len(rule.old) :] if met else name
        else:
            name, met = _substituted(pattern, rule.new, name)
        name = name[:_NAME]
        transpose ^= met and rule.transpose
    return Renamed(name, transpose)


def _substituted(pattern: Any, new: str, name: str) -> tuple[str, bool]:
    try:
        after, count = pattern.subn(partial(_expanded, new), name)
    except UnicodeEncodeError:  # half a character in a key of a file: no pattern finds anything there
        return name, False
    return after, count > 0


def _expanded(new: str, found: Any) -> str:
    """`new` with what its groups found: RE2's own way breaks letters beyond ASCII."""
    return _REFERENCE.sub(lambda each: found[int(each[1]) if each[1] else _group(each[2])] or "", new)


def _group(name: str) -> int | str:
    return int(name) if name.isdigit() else name


def _compiled(rule: Rename) -> Any:
    if rule.kind != "regex":
        return None
    options = re2.Options()
    options.log_errors = False
    return re2.compile(rule.old, options)


def _text(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "it has half a character"
    said = error.args[0] if error.args else ""
    return (said.decode(errors="replace") if isinstance(said, bytes) else str(said))[:150]


def _wrong_reference(new: str, pattern: Any) -> str:
    """What is wrong with the groups that `new` refers to."""
    for number, name, other in _REFERENCE.findall(new):
        if name.isdigit():
            number, name = name, ""
        if other or not (number or name):
            return f"Expected a group such as \\1 after a backslash, received {repr(other) if other else 'nothing'}."
        if number and not 0 < int(number) <= pattern.groups:
            return f"The new name refers to group {number}; the pattern has {pattern.groups}."
        if name and name not in pattern.groupindex:
            return f"The new name refers to the group {name!r}, which the pattern does not have."
    return ""
