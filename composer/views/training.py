"""Runs as Plotly figures: curves of any number of them, histograms of a parameter over time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any, TypeAlias

from composer.training_reports import EpochRow, EventRow, Measure, ParameterRow, ParametersRow, Row, SamplesRow, StepRow

Figure = dict[str, Any]
Runs: TypeAlias = Sequence[tuple[str, Sequence[Row]]]
"""Rows of runs, each with the run's name."""

Points: TypeAlias = Sequence[tuple[int, Any]]
"""Steps, each with a number."""

_LINEAR: Figure = {"type": "linear", "exponentformat": "power"}
COLORS = ("#6366f1", "#f59e0b", "#10b981", "#ef4444", "#06b6d4", "#a855f7", "#84cc16", "#ec4899")
_MOST = 1_500  # points of a curve
_SMALL = 1e-4  # from here on, ticks are powers of ten
_FROM_ZERO = ("lr", "throughput", "gradient")


def steps(rows: Sequence[Row]) -> Iterator[StepRow]:
    """The rows of steps."""
    return (row for row in rows if isinstance(row, StepRow))


def epochs(rows: Sequence[Row]) -> Iterator[EpochRow]:
    """The rows of epochs."""
    return (row for row in rows if isinstance(row, EpochRow))


def measure(rows: Sequence[Row]) -> Measure:
    """What the metric of a run is."""
    return next((row.measure for row in reversed(rows) if isinstance(row, EventRow) and row.measure), "")


def planned(rows: Sequence[Row]) -> int:
    """How many steps a run is to take; 0 where it did not say."""
    return next((row.steps for row in reversed(rows) if isinstance(row, EventRow) and row.steps), 0)


def curves(runs: Runs, what: str, title: str, logarithmic: bool = False) -> Figure:
    """A number of every step, and of the test data after every epoch where there is one; `what` is its name in rows."""
    data: list[Figure] = []
    for number, (name, rows) in enumerate(runs):
        color = color_of(number)
        own = f"{name}, " if len(runs) > 1 else ""
        trained = _thin(_known(steps(rows), what))
        mode = "lines" if len(trained) > 1 else "markers"
        data.append(_line(f"{own}training", trained, color, width=1.2, opacity=0.8, mode=mode))
        if what in ("loss", "metric"):
            tested = _known(epochs(rows), what)
            data.append(_line(f"{own}test", tested, color, width=2.5, opacity=1.0, mode="lines+markers"))
    return {"data": data, "layout": _layout(title, _scale(data, what, logarithmic))}


def _known(rows: Iterator[StepRow] | Iterator[EpochRow], what: str) -> Points:
    """The numbers that are known: some are taken only now and then, and a gap breaks a line."""
    return [(row.step, value) for row in rows if (value := getattr(row, what)) is not None]


def _scale(data: Sequence[Figure], what: str, logarithmic: bool) -> Figure:
    """The axis for these lines. On a logarithmic one zeros are left out; what is below zero has a linear one."""
    values = [y for line in data for y in line["y"]]
    positive = [y for y in values if y > 0]
    if not logarithmic or not positive or min(values) < 0:
        ticks = "SI" if what == "throughput" else "power"
        return _LINEAR | {"exponentformat": ticks, "rangemode": "tozero" if what in _FROM_ZERO else "normal"}
    for line in data:
        points = [(x, y) for x, y in zip(line["x"], line["y"], strict=True) if y > 0]
        line["x"], line["y"] = [x for x, _y in points], [y for _x, y in points]
    return {"type": "log", **({"exponentformat": "power"} if min(positive) < _SMALL else {"tickformat": "~g"})}


def _line(
    name: str,
    points: Points,
    color: str,
    width: float,
    opacity: float,
    mode: str = "lines",
    dash: str = "solid",
) -> Figure:
    return {
        "type": "scatter",
        "mode": mode,
        "name": name,
        "x": [x for x, _y in points],
        "y": [y for _x, y in points],
        "opacity": opacity,
        "line": {"color": color, "width": width, "dash": dash},
        "hovertemplate": f"{name}<br>step %{{x:,}}: %{{y:.4g}}<extra></extra>",
    }


def _layout(title: str, scale: Figure = _LINEAR) -> Figure:
    return {
        "height": 300,
        "margin": {"l": 56, "r": 40, "t": 12, "b": 44},
        "modebar": {"orientation": "v", "bgcolor": "rgba(0,0,0,0)"},
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "xaxis": {"title": {"text": "step"}},
        "yaxis": {"title": {"text": title}, **scale},
        "hovermode": "closest",
        "uirevision": title,
    }


def _thin(points: Points) -> Points:
    """Every so many points, so that a chart stays quick; the last one is always there."""
    stride = -(-len(points) // _MOST) or 1
    return [*points[::stride], *(points[-1:] if points and (len(points) - 1) % stride else ())]


def color_of(number: int) -> str:
    """The color of the run that is drawn as this one of several, in every chart."""
    return COLORS[number % len(COLORS)]


def latest(rows: Sequence[Row]) -> ParametersRow | None:
    """The last look at the parameters."""
    return next((row for row in reversed(rows) if isinstance(row, ParametersRow)), None)


def samples(rows: Sequence[Row]) -> SamplesRow | None:
    """The last predictions."""
    return next((row for row in reversed(rows) if isinstance(row, SamplesRow)), None)


def of_parameter(rows: Sequence[Row], name: str) -> list[tuple[int, ParameterRow]]:
    """What a parameter was like, by step."""
    return [
        (row.step, each)
        for row in rows
        if isinstance(row, ParametersRow)
        for each in row.parameters
        if each.name == name
    ]


def over_time(rows: Sequence[Row], names: Sequence[str], what: str, title: str) -> Figure:
    """A number of parameters over the steps: its norm, mean, std or the norm of its gradient."""
    drawn = zip(names, cycle(COLORS), strict=False)
    return lines(
        [Line(name, [(step, getattr(row, what)) for step, row in of_parameter(rows, name)], c) for name, c in drawn],
        title,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A number by step."""

    name: str
    points: Points
    color: str
    dash: str = "solid"


def lines(drawn: Sequence[Line], title: str) -> Figure:
    """Numbers by step, with the name of each line."""
    data = [_line(each.name, each.points, each.color, 2, 1.0, "lines+markers", each.dash) for each in drawn]
    return {"data": data, "layout": _layout(title)}


def histograms(rows: Sequence[Row], name: str) -> Figure | None:
    """How the values of a parameter spread, step by step, as a heat map; None where nothing is known."""
    found = [(step, row) for step, row in of_parameter(rows, name) if row.counts and row.low is not None]
    if not found:
        return None
    low = min(row.low for _step, row in found if row.low is not None)
    high = max(row.high for _step, row in found if row.high is not None)
    bins = max(len(row.counts) for _step, row in found)
    place = _placing(low, high, bins)
    columns = []
    for _step, row in found:
        cells = [0.0] * bins
        assert row.low is not None and row.high is not None
        width = (row.high - row.low) / len(row.counts)
        for k, count in enumerate(row.counts):
            cells[place(row.low + (k + 0.5) * width)] += count
        columns.append(cells)
    heat = {
        "type": "heatmap",
        "x": [step for step, _row in found],
        "y": [low + (k + 0.5) * (high - low) / bins for k in range(bins)],
        "z": [[column[k] for column in columns] for k in range(bins)],
        "colorscale": "Viridis",
        "colorbar": {"thickness": 12, "title": {"text": "number of values", "side": "right"}},
        "hovertemplate": "step %{x:,}, value %{y:.4g}: %{z:,}<extra></extra>",
    }
    layout = _layout(f"values of {name}") | {"showlegend": False}
    if len(found) > 1:
        layout["xaxis"] |= {"range": [found[0][0], found[-1][0]]}  # cells are around their steps, and go past the last
    return {"data": [heat], "layout": layout}


def _placing(low: float, high: float, bins: int) -> Callable[[float], int]:
    span = high - low or 1.0
    return lambda value: min(bins - 1, max(0, int((value - low) / span * bins)))
