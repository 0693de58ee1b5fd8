"""How data is refused: what is wrong, where, and what to do next, in one or two short sentences."""

from __future__ import annotations

from composer.engine.checkpoints.wording import MOST, quoted, readable
from composer.errors import DataError

_PLACE = 110
_LABEL = 100

__all__ = ["label", "place_of", "quoted", "readable", "refused"]


def refused(place: str, expected: str, received: str, advice: str) -> DataError:
    """The refusal of data at `place`: a file and, with commas, a row, column or entry of it.

    `expected` and `received` are phrases, `advice` is a sentence. Words of a file pass `quoted` before.
    """
    place = readable(place, _PLACE)
    room = MOST - len(f"{place}: expects , received . {advice}") - len(expected)
    return DataError(place, expected, readable(received, max(room, 1)), advice)


def label(place: str, text: str) -> str:
    """The name of a class or column, as it is.

    Raises:
        DataError: where it is not a short line of text that can be shown.
    """
    if text and len(text) <= _LABEL and text.isprintable():
        return text
    expected = f"names of 1 to {_LABEL} characters that can be shown"
    raise refused(place, expected, quoted(text) if text else "an empty one", "Rename it.")


def place_of(source: str, name: str) -> str:
    """Where an entry is, for a message: of a long name its end, which tells most."""
    most = 50
    return f"{source}, entry {quoted(name if len(name) <= most else '…' + name[1 - most :], most)}"
