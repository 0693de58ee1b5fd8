"""Laying out nested calls over lines, the way a formatter would."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Group:
    """`open`, items, `close`: on one line where it fits, else an item a line. `separator` may be empty."""

    open: str
    items: tuple[Item, ...]
    close: str
    separator: str = ","


@dataclass(frozen=True, slots=True)
class Item:
    """An item and what is noted beside it when it has a line of its own."""

    text: Text
    note: str = ""


Text = str | Group


def flat(text: Text) -> str:
    """`text` on one line."""
    if isinstance(text, str):
        return text
    return text.open + f"{text.separator} ".join(flat(item.text) for item in text.items) + text.close


def lines(text: Text, indent: int = 0, before: str = "", after: str = "", note: str = "") -> list[str]:
    """`before` + `text` + `after` as indented lines; `note` becomes a comment at the end."""
    pad = " " * indent
    one = f"{pad}{before}{flat(text)}{after}"
    notes = isinstance(text, Group) and any(item.note for item in text.items)
    if isinstance(text, str) or not text.items or (len(one) <= WIDTH and not notes):
        return [_with_note(one, note)]
    result = [f"{pad}{before}{text.open}"]
    for item in text.items:
        result += lines(item.text, indent + 4, after=text.separator, note=item.note)
    return [*result, _with_note(f"{pad}{text.close}{after}", note)]


def _with_note(line: str, note: str) -> str:
    return f"{line}  # {note}" if note else line
