"""Axes and legends of figures of timings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

_TICKS = 12
_FEW, _MANY = 0.8, 4  # decades between which 1, 2 and 5 of each are marked
_LINE = 19  # pixels of an entry of the legend
_BAR = 32  # pixels for the buttons of a chart, so that they cover no data
QUIET = "#7b8496"  # what stands out on white and on black


def logarithmic(title: str, values: Iterable[float]) -> dict[str, Any]:
    """An axis whose ticks are numbers with a prefix, however few decades `values` span."""
    ends = list(values)
    decades = math.log10(max(ends) / min(ends)) if ends and min(ends) > 0 else 0.0
    axis = {
        "title": {"text": title}, "type": "log", "tickformat": "~s", "exponentformat": "SI", "automargin": True,
    }  # fmt: skip
    if decades < _FEW:
        return axis  # linear steps are found for it
    return {**axis, "dtick": "D2" if decades < _MANY else 1}


def sizes(title: str, xs: Iterable[int], shown: Callable[[int], str]) -> dict[str, Any]:
    """A logarithmic axis with a tick at each size that was timed, or at some of them where there are many."""
    values = sorted(set(xs))
    ticks = values[:: max(1, math.ceil(len(values) / _TICKS))]
    return {**logarithmic(title, ()), "tickvals": ticks, "ticktext": [shown(each) for each in ticks]}


def layout(entries: int, x: dict[str, Any], y: dict[str, Any], above: int = 0) -> dict[str, Any]:
    """A figure with a legend of so many entries below, each on a line of its own, and so many lines above it."""
    return {
        "height": 370 + _LINE * (entries + above),
        "margin": {"l": 64, "r": 12, "t": _BAR + _LINE * above, "b": 8},
        "showlegend": True,
        "legend": {"orientation": "v", "x": 0, "yref": "container", "y": 0, "yanchor": "bottom", "tracegroupgap": 0},
        "xaxis": x,
        "yaxis": y,
    }
