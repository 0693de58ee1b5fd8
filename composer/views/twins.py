"""Runs of tied parameters and of their untied twin: which rows belong together, and how far the places come apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from composer.training_reports import ParameterRow, ParametersRow, Row
from composer.views.training import Figure, Line, lines, of_parameter

_DASHES = ("solid", "dash", "dot", "dashdot")


@dataclass(frozen=True, slots=True)
class Position:
    """A place of a parameter in both runs, as they were looked at last after the same step.

    `like` is the first place, "" for that itself.
    """

    name: str
    like: str
    tied: ParameterRow
    twin: ParameterRow


def positions(tied: Sequence[Row], twin: Sequence[Row]) -> tuple[Position, ...]:
    """Every place of the parameters that are one in `tied` and several in `twin`; none where those are no twins."""
    one, other = common(tied, twin)
    if one is None or other is None:
        return ()
    apart = {each.name: each for each in other.parameters}
    shared = [each for each in one.parameters if each.owner]
    if not all(_is_apart(apart.get(each.name), each.owner) for each in shared):
        return ()
    places = {each.owner for each in shared} | {each.name for each in shared}
    return tuple(
        Position(each.name, each.owner, each, apart[each.name]) for each in one.parameters if each.name in places
    )


def common(tied: Sequence[Row], twin: Sequence[Row]) -> tuple[ParametersRow | None, ParametersRow | None]:
    """The last looks at the parameters of both runs after the same step; None where there are none."""
    ours, theirs = ({row.step: row for row in rows if isinstance(row, ParametersRow)} for rows in (tied, twin))
    step = max(ours.keys() & theirs.keys(), default=-1)
    return ours.get(step), theirs.get(step)


def _is_apart(row: ParameterRow | None, first: str) -> bool:
    """Whether it is of a parameter of its own, which is compared with that of the first place."""
    return row is not None and not row.owner and row.like == first


def apart(runs: Sequence[tuple[str, Sequence[Row], str]], names: Sequence[str], title: str) -> Figure:
    """How far each of the places `names` is from the first one, by step, in each of the runs, which have a color.

    Places that are equally far at every step are one line: else one would be hidden under another.
    """
    drawn = []
    for run, rows, color in runs:
        equal: dict[tuple[tuple[int, float | None], ...], list[str]] = {}
        for name in names:
            points = tuple((step, row.apart) for step, row in of_parameter(rows, name))
            equal.setdefault(points, []).append(name)
        for (points, places), dash in zip(equal.items(), cycle(_DASHES), strict=False):
            drawn.append(Line(f"{', '.join(places)}, {run}", points, color, dash))
    return lines(drawn, title)
