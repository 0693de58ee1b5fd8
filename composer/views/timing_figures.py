"""Timings as Plotly figures: curves over sizes, or bars; any number of recordings over each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from composer.recordings.derived import COPY, crossover
from composer.recordings.recording import Point, Recording, Series
from composer.views.numbers import duration, humanize, size
from composer.views.wording import clean

Figure = dict[str, Any]
Shown: TypeAlias = Sequence[tuple[str, Recording]]
"""Recordings, each with what it is called where there are several."""
Measure = Literal["seconds", "per second"]

COLORS = ("#6366f1", "#f59e0b", "#10b981", "#ef4444", "#06b6d4", "#a855f7", "#84cc16", "#ec4899", "#64748b", "#b45309")
_DASHES = ("solid", "dash", "dot", "dashdot")
_AXES = {"n": "n, of n×n matrices", "batch size": "batch size", "bytes": "bytes"}
_PER_SECOND = {"matmul": "FLOP/s", "model": "samples/s", "transfers": "B/s", "two devices": "FLOP/s"}


def measures(experiment: str) -> tuple[Measure, ...]:
    """What the curves of an experiment can be of."""
    return ("seconds", "per second") if experiment in _PER_SECOND else ("seconds",)


def label(name: str, recording: Recording, series: Series) -> str:
    """What a series is called: its device, its dtype, what it is of, and whose recording."""
    what = "" if recording.experiment == "matmul" else series.what
    parts = (clean(recording.named(series.device)), series.dtype, what, name)
    return " · ".join(part for part in parts if part)


def drawn(recording: Recording) -> Iterator[Series]:
    """The series that are drawn. Beside products, what a copy reaches is the roof's."""
    roof = COPY if recording.experiment == "matmul" else None
    return (each for each in recording.series if each.what != roof and each.timed)


def curves(shown: Shown, measure: Measure = "seconds") -> Figure:
    """Medians over the sizes, both on logarithmic axes, with the quartiles as bars."""
    data, number = [], 0
    for place, (name, recording) in enumerate(shown):
        for series in drawn(recording):
            color, dash = COLORS[number % len(COLORS)], _DASHES[place % len(_DASHES)]
            data.append(_curve(label(name, recording, series), recording, series, measure, color, dash))
            number += 1
    first = shown[0][1]
    unit = "seconds" if measure == "seconds" else _PER_SECOND[first.experiment]
    layout = {
        "height": 380,
        "margin": {"l": 64, "r": 12, "t": 12, "b": 48},
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        "xaxis": {"title": {"text": _AXES[first.axis]}, "type": "log", "dtick": 1},
        "yaxis": {"title": {"text": unit}, "type": "log", "exponentformat": "SI", "dtick": 1},
        "hovermode": "closest",
        **_crossings(shown),
    }
    return {"data": data, "layout": layout}


def _curve(name: str, recording: Recording, series: Series, measure: Measure, color: str, dash: str) -> Figure:
    values = [_values(recording, point, measure) for point in series.timed]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [point.x for point in series.timed],
        "y": [middle for _low, middle, _high in values],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [high - middle for _low, middle, high in values],
            "arrayminus": [middle - low for low, middle, _high in values],
            "thickness": 1,
            "width": 3,
        },
        "line": {"color": color, "dash": dash, "width": 2},
        "marker": {"size": 6},
        "text": [_hover(name, recording, point) for point in series.timed],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _values(recording: Recording, point: Point, measure: Measure) -> tuple[float, float, float]:
    low, middle, high = point.quartiles
    if measure == "seconds":
        return low, middle, high
    amount = _amount(recording, point)
    return amount / high, amount / middle, amount / low


def _amount(recording: Recording, point: Point) -> int:
    return {"transfers": point.nbytes, "model": point.x}.get(recording.experiment, point.flops)


def _hover(name: str, recording: Recording, point: Point) -> str:
    low, middle, high = point.quartiles
    lines = [name, f"{recording.axis} {point.x:,}: {duration(middle)} (quartiles {duration(low)} to {duration(high)})"]
    lines.append(f"{point.count:,} samples of {point.calls:,} calls")
    if point.flops:
        lines.append(f"{humanize(round(point.flops_per_second))}FLOP/s")
    if point.nbytes:
        lines.append(f"{size(round(point.bytes_per_second))}/s")
    if point.peak_memory:
        lines.append(f"peak memory {size(point.peak_memory)}")
    return "<br>".join(lines)


def _crossings(shown: Shown) -> Figure:
    """Lines where a device overtakes the CPU in products of the same dtype."""
    found = sorted({(x, text) for _name, recording in shown for x, text in crossings(recording)})
    return {
        "shapes": [
            {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": {"dash": "dot", "width": 1}}
            for x, _text in found
        ],
        "annotations": [
            {"x": x, "xref": "x", "y": 1, "yref": "paper", "text": text, "showarrow": False, "yanchor": "bottom"}
            for x, text in ((math.log10(x), text) for x, text in found)
        ],
    }


def crossings(recording: Recording) -> Iterator[tuple[int, str]]:
    """From which size on a device is faster than the CPU, and which one."""
    if recording.experiment != "matmul":
        return
    ours = {each.dtype: each for each in drawn(recording) if each.device == "cpu"}
    for series in drawn(recording):
        own = ours.get(series.dtype)
        if own is not None and series.device != "cpu":
            x = crossover(own, series)
            if x is not None:
                yield x, f"{series.device} is faster from {x:,}"


def bars(shown: Shown, relative: bool = False) -> Figure:
    """Medians as bars: a group for each size, a bar for each series; quartiles as in `curves`.

    `relative`: to the first series of the recording at the same size, which is 1.
    """
    data: list[Figure] = []
    for name, recording in shown:
        first = next(drawn(recording), None)
        unit = {point.x: point.median for point in first.timed} if relative and first else {}
        for series in drawn(recording):
            title, color = label(name, recording, series), COLORS[len(data) % len(COLORS)]
            data.append(
                _bars(title, recording, [each for each in series.timed if each.x in unit or not relative], unit, color)
            )
    layout = {
        "height": 360,
        "margin": {"l": 64, "r": 12, "t": 12, "b": 40},
        "barmode": "group",
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": -0.15, "yanchor": "top"},
        "yaxis": {"title": {"text": _relative_to(shown) if relative else "seconds"}, "rangemode": "tozero"},
    }
    return {"data": data, "layout": layout}


def _bars(title: str, recording: Recording, points: Sequence[Point], unit: Mapping[int, float], color: str) -> Figure:
    values = [tuple(each / unit.get(point.x, 1.0) for each in point.quartiles) for point in points]
    return {
        "type": "bar",
        "name": title,
        "x": [f"{recording.axis} {point.x:,}" for point in points],
        "y": [middle for _low, middle, _high in values],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [high - middle for _low, middle, high in values],
            "arrayminus": [middle - low for low, middle, _high in values],
        },
        "marker": {"color": color},
        "text": [_hover(title, recording, point) for point in points],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _relative_to(shown: Shown) -> str:
    first = next(drawn(shown[0][1]), None)
    return f"time, relative to {first.what}" if first else "time"
