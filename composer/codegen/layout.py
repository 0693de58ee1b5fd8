"""Laying out nested calls over lines, the way a formatter would, and remembering what each line is of."""

from __future__ import annotations

from collections.abc import Iterator
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
    """An item and what is noted beside it when it has a line of its own. `path` is the node that it makes, if any."""

    text: Text
    note: str = ""
    path: str | None = None


Text = str | Group


@dataclass(frozen=True, slots=True)
class Line:
    """A line of source. `paths` are the nodes of the document that it is of; the first is what it is about."""

    text: str
    paths: tuple[str, ...] = ()

    def within(self, path: str) -> Line:
        """The line as one of the class of the block at `path`."""
        return self if path in self.paths else Line(self.text, (*self.paths, path))


def flat(text: Text) -> str:
    """`text` on one line."""
    if isinstance(text, str):
        return text
    return text.open + f"{text.separator} ".join(flat(item.text) for item in text.items) + text.close


def lines(
    text: Text, indent: int = 0, before: str = "", after: str = "", note: str = "", paths: tuple[str, ...] = ()
) -> list[Line]:
    """`before` + `text` + `after` as indented lines of `paths`; `note` becomes a comment at the end."""
    pad = " " * indent
    one = f"{pad}{before}{flat(text)}{after}"
    notes = isinstance(text, Group) and any(item.note for item in text.items)
    if isinstance(text, str) or not text.items or (len(one) <= WIDTH and not notes):
        return [Line(_with_note(one, note), (*paths, *_inside(text)))]
    result = [Line(f"{pad}{before}{text.open}", paths)]
    for item in text.items:
        around = paths if item.path is None else (item.path, *paths)
        result += lines(item.text, indent + 4, after=text.separator, note=item.note, paths=around)
    return [*result, Line(_with_note(f"{pad}{text.close}{after}", note), paths)]


def _inside(text: Text) -> Iterator[str]:
    """The nodes that `text` makes."""
    for item in text.items if isinstance(text, Group) else ():
        if item.path is not None:
            yield item.path
        yield from _inside(item.text)


def _with_note(line: str, note: str) -> str:
    return f"{line}  # {note}" if note else line
