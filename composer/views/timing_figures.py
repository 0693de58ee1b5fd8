"""Timings as Plotly figures: curves over sizes, or bars; any number of recordings over each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from composer.recordings.derived import COPY
from composer.recordings.recording import Point, Recording, Series
from composer.views.crossings import crossings
from composer.views.numbers import duration, humanize, size
from composer.views.timing_axes import QUIET, layout, logarithmic, sizes
from composer.views.wording import clean

Figure = dict[str, Any]
Shown: TypeAlias = Sequence[tuple[str, Recording]]
"""Recordings, each with what it is called where there are several."""
Measure = Literal["seconds", "per second"]

COLORS = ("#6366f1", "#f59e0b", "#10b981", "#ef4444", "#06b6d4", "#a855f7", "#84cc16", "#ec4899", "#64748b", "#b45309")
_DASHES = ("solid", "dash", "dot", "dashdot")
_AXES = {"n": "n, of n×n matrices", "batch size": "batch size", "bytes": "bytes"}
_FEW = 3  # samples
_PER_SECOND = {"matmul": "FLOP/s", "model": "samples/s", "transfers": "B/s", "two devices": "FLOP/s"}


def measures(experiment: str) -> tuple[Measure, ...]:
    """What the curves of an experiment can be of."""
    return ("seconds", "per second") if experiment in _PER_SECOND else ("seconds",)


def label(name: str, recording: Recording, series: Series) -> str:
    """What a series is called: its device, its dtype, what it is of, and whose recording, where `name` is not ""."""
    device = recording.named(series.device)
    device = series.device if device in name else device  # the name says it
    parts = (clean(device), series.dtype, _what(recording, series), clean(name))
    return " · ".join(part for part in parts if part)


def _what(recording: Recording, series: Series) -> str:
    if recording.experiment == "matmul":
        return f"copy of {size(series.points[0].x)}" if series.what == COPY and series.points else ""
    return "within memory" if recording.experiment == "transfers" and series.what == COPY else series.what


def is_few(point: Point) -> bool:
    """Whether quartiles of so few samples say nothing."""
    return 0 < point.count < _FEW


def is_bandwidth(recording: Recording, series: Series) -> bool:
    """Whether it is a copy beside products, which has no n: what it reaches is a part of the roof."""
    return recording.experiment == "matmul" and series.what == COPY


def has_few(shown: Shown) -> bool:
    """Whether there is such a point in a figure of these."""
    return any(is_few(point) for _name, recording in shown for each in drawn(recording) for point in each.timed)


def drawn(recording: Recording) -> Iterator[Series]:
    """The series that are drawn."""
    return (each for each in recording.series if each.timed and not is_bandwidth(recording, each))


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
    xs = [x for curve in data for x in curve["x"]]
    lines = _crossings(shown)
    x = sizes(_AXES[first.axis], xs, size if first.axis == "bytes" else "{:,}".format)
    figure = layout(len(data), x, logarithmic(unit, _reached(data)), above=len(lines))
    return {"data": data, "layout": {**figure, "hovermode": "closest", **_marked(lines, xs)}}


def _reached(data: Sequence[Figure]) -> Iterator[float]:
    """What the bars of quartiles reach to."""
    for curve in data:
        bars = curve["error_y"]
        for y, above, below in zip(curve["y"], bars["array"], bars["arrayminus"], strict=True):
            yield from (y - below, y + above)


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
        "marker": {"size": 6, "symbol": ["circle-open" if is_few(point) else "circle" for point in series.timed]},
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
    samples = "1 sample" if point.count == 1 else f"{point.count:,} samples"
    calls = "1 call" if point.calls == 1 else f"{point.calls:,} calls"
    lines.append(f"{samples} of {calls}{', too few for quartiles' if is_few(point) else ''}")
    if point.flops:
        lines.append(f"{humanize(round(point.flops_per_second))}FLOP/s")
    if point.nbytes:
        lines.append(f"{size(round(point.bytes_per_second))}/s")
    if point.peak_memory:
        lines.append(f"peak memory {size(point.peak_memory)}")
    return "<br>".join(lines)


def _crossings(shown: Shown) -> list[tuple[int, str]]:
    """Where a device overtakes the CPU, and what is said there."""
    found = [
        (each.at, " · ".join(filter(None, (each.device, each.dtype, name))))
        for name, recording in shown
        for each in crossings(recording)
        if each.at is not None
    ]
    return sorted((at, f"{text}: faster from {at:,}") for at, text in found)


def _marked(lines: Sequence[tuple[int, str]], xs: Sequence[int]) -> Figure:
    """A line at each of them, and its text above the figure, on a line of its own."""
    middle = math.sqrt(min(xs) * max(xs)) if xs else 0
    return {
        "shapes": [
            {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper",
             "line": {"dash": "dot", "width": 1, "color": QUIET}}
            for x in sorted({x for x, _text in lines})
        ],
        "annotations": [
            {"x": math.log10(x), "xref": "x", "y": 1, "yref": "paper", "text": text, "showarrow": False,
             "yanchor": "bottom", "yshift": 18 * k, "xanchor": "right" if x > middle else "left"}
            for k, (x, text) in enumerate(lines)
        ],
    }  # fmt: skip


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
    unit_of_all = _relative_to(shown) if relative else "seconds"
    y = {"title": {"text": unit_of_all}, "rangemode": "tozero", "automargin": True}
    return {"data": data, "layout": {**layout(len(data), {"automargin": True}, y), "barmode": "group"}}


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
            "color": QUIET,
        },
        "marker": {"color": color, "pattern": {"shape": ["/" if is_few(point) else "" for point in points]}},
        "text": [_hover(title, recording, point) for point in points],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _relative_to(shown: Shown) -> str:
    first = next(drawn(shown[0][1]), None)
    return f"time, relative to {first.what}" if first else "time"
