"""Finding parameters as people write them: `net[2].bias`, `0.block 1.0.bias`, `*.weight`, or a regular expression."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from composer.tensor_reports import ModuleReport

_LONGEST = 200
_STEP = re.compile(r"""\[\s*(-?(?:0|[1-9][0-9]{0,8}))\s*\]|\[\s*(?:'([^']*)'|"([^"]*)")\s*\]|\.([^.\[\]]+)""")
_INDEX = re.compile(r"\[[\d\s:,.\-]*\]")
_CALLS = (".state_dict()", ".named_parameters()", ".parameters()", ".data", ".grad", ".shape", ".detach()")


def find(text: str, names: Sequence[str], modules: Mapping[str, ModuleReport], regex: bool = False) -> list[str]:
    """The names that `text` means, in their order; all of them where it is blank.

    Otherwise it is tried as: a name; what Python would say of the model, whatever it is called; the path of a module,
    for all that is in it; a glob, in which `*` stands for anything; a part of a name.

    Raises:
        ValueError: where `regex` and it is no regular expression.
    """
    asked = text.strip()[:_LONGEST]
    if not asked:
        return list(names)
    if regex:
        try:
            pattern = re.compile(asked)
        except re.error as error:
            raise ValueError(str(error)) from None
        return [name for name in names if pattern.search(name)]
    path = asked if asked in names or asked in modules else _spoken(asked, names, modules)
    if path is not None:
        return [path] if path in names else [name for name in names if not path or name.startswith(f"{path}.")]
    found = [name for name in names if fnmatchcase(name, asked)]
    return found or [name for name in names if asked.lower() in name.lower()]


def _spoken(text: str, names: Sequence[str], modules: Mapping[str, ModuleReport]) -> str | None:
    """The path of what Python's way of speaking leads to; None where it leads nowhere."""
    whole = text
    for call in _CALLS:
        text = text.replace(call, "")
    if text != whole and text.isidentifier():
        return ""  # all of the model, by whatever name
    begin = re.match(r"[^\W\d]\w*(?=[.\[])", text)
    tries = [text[begin.end() :]] if begin else []
    for rest in (*tries, text, f".{text}"):
        path = _walk(rest, names, modules)
        if path is not None:
            return path
    return None


def _walk(text: str, names: Sequence[str], modules: Mapping[str, ModuleReport]) -> str | None:
    path, place = "", 0
    while place < len(text):
        if path in names and _INDEX.fullmatch(text, place):
            return path  # a part of its values
        step = _STEP.match(text, place)
        if step is None:
            return None
        place = step.end()
        number, *words = step.groups()
        part = _child(path, int(number), modules) if number is not None else next(filter(None, words), None)
        if part is None:
            return None
        path = f"{path}.{part}" if path else part
    return path if path in names or path in modules else None


def _child(path: str, number: int, modules: Mapping[str, ModuleReport]) -> str | None:
    """The child that `[number]` means: by its place in what torch counts; elsewhere by its name, or, where no name is
    a number, by its place again."""
    begin = f"{path}." if path else ""
    inside = [each[len(begin) :] for each in modules if each.startswith(begin) and each != path]
    children = [each for each in inside if each and "." not in each]
    if any(each.isdecimal() for each in children) and not (path in modules and modules[path].sequence):
        return str(number) if str(number) in children else None
    return children[number] if -len(children) <= number < len(children) else None
