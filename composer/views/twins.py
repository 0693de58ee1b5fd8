"""Runs of tied parameters and of their untied twin: which rows belong together, and how far the places come apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from composer.training_reports import ParameterRow, Row
from composer.views.training import Figure, Runs, latest, lines, of_parameter


@dataclass(frozen=True, slots=True)
class Position:
    """A place of a parameter in both runs, as it was looked at last. `like` is the first place, "" for that itself."""

    name: str
    like: str
    tied: ParameterRow
    twin: ParameterRow


def positions(tied: Sequence[Row], twin: Sequence[Row]) -> tuple[Position, ...]:
    """Every place of the parameters that are one in `tied` and several in `twin`; none where those are no twins."""
    one, other = latest(tied), latest(twin)
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


def _is_apart(row: ParameterRow | None, first: str) -> bool:
    """Whether it is of a parameter of its own, which is compared with that of the first place."""
    return row is not None and not row.owner and row.like == first


def apart(runs: Runs, names: Sequence[str], title: str) -> Figure:
    """How far each of the places `names` is from the first one, by step, in each of the runs."""
    found = [
        (f"{name}, {run}", [(step, row.apart) for step, row in of_parameter(rows, name)])
        for run, rows in runs
        for name in names
    ]
    return lines(found, title)
