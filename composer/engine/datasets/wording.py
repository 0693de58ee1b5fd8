"""How data is refused: what is wrong, where, and what to do next, in one or two short sentences."""

from __future__ import annotations

from composer.engine.checkpoints.wording import MOST, quoted, readable
from composer.errors import DataError

_PLACE = 110

__all__ = ["quoted", "refused"]


def refused(place: str, expected: str, received: str, advice: str) -> DataError:
    """The refusal of data at `place`: a file and, with commas, a row, column or entry of it.

    `expected` and `received` are phrases, `advice` is a sentence. Words of a file pass `quoted` before.
    """
    place = readable(place, _PLACE)
    room = MOST - len(f"{place}: expects , received . {advice}") - len(expected)
    return DataError(place, expected, readable(received, max(room, 1)), advice)
