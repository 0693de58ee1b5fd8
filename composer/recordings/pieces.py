"""What is left of an experiment that was stopped: the pieces that it told, each a recording of what was new in it."""

from __future__ import annotations

from collections.abc import Sequence

from composer.recordings.recording import Recording, Series


def together(pieces: Sequence[Recording]) -> Recording | None:
    """The pieces of one experiment as the recording of one that was stopped; None where nothing in them was timed."""
    found: dict[tuple[str, str, str], Series] = {}
    for each in (series for piece in pieces for series in piece.series):
        key = (each.what, each.device, each.dtype)
        before = found[key].points if key in found else ()
        found[key] = each.model_copy(update={"points": (*before, *each.points)})
    breakdowns = tuple(each for piece in pieces for each in piece.breakdowns)
    if not any(each.timed for each in found.values()):
        return None
    return pieces[0].model_copy(update={"series": tuple(found.values()), "breakdowns": breakdowns, "stopped": True})
