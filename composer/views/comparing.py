"""Histograms of several tensors in one picture: laid over each other, or as ridges, one below the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from composer.tensor_reports import Histogram, Statistics
from composer.views.numbers import humanize
from composer.views.signals import number
from composer.views.wording import shorten

Figure = Mapping[str, Any]
Rows = Sequence[tuple[str, Statistics]]

RIDGES = 40
"""Tensors of which a ridge is drawn."""

OVERLAID = 8
"""Tensors that are drawn over each other; more could not be told apart."""

_COLORS = ("#6366f1", "#f97316", "#0ea5e9", "#22c55e", "#ec4899", "#eab308", "#14b8a6", "#94a3b8")
_NAME = 28
_HEIGHT = 1.7  # of the distance between two ridges
_PIXELS = 26  # between them


def drawable(rows: Rows) -> Rows:
    """Those with finite values."""
    return [(name, found) for name, found in rows if found.histogram.counts]


def overlaid(rows: Rows, logarithmic: bool = False) -> Figure:
    """Outlines over one axis, as densities: the bins of different tensors are differently wide."""
    shown = drawable(rows)[:OVERLAID]
    span = _span(shown)
    data = [_outline(name, found, color, span) for (name, found), color in zip(shown, _COLORS, strict=False)]
    layout = {
        "height": 320,
        "margin": {"l": 56, "r": 12, "t": 34, "b": 44},
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        "hovermode": "closest",
        "xaxis": {"title": {"text": "value"}},
        "yaxis": {"title": {"text": "density"}, "type": "log" if logarithmic else "linear", "exponentformat": "power"},
    }
    return {"data": data, "layout": layout}


def _outline(name: str, found: Statistics, color: str, span: float) -> Figure:
    edges, counts = _bins(found.histogram, span)
    total, width = sum(counts), edges[1] - edges[0]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": shorten(name, _NAME),
        "x": [edges[0], *edges, edges[-1]],
        "y": [0, *(count / total / width for count in counts), counts[-1] / total / width, 0],
        "line": {"color": color, "width": 1.6, "shape": "hv"},
        "fill": "tozeroy",
        "fillcolor": f"{color}22",
        "text": _hovers(name, found, edges, counts),
        "hovertemplate": "%{text}<extra></extra>",
    }


def ridges(rows: Rows) -> Figure:
    """One ridge for each tensor, in their order from the top; each is as high as its fullest bin."""
    shown = drawable(rows)[:RIDGES]
    span = _span(shown)
    data: list[Figure] = []
    for place, (name, found) in enumerate(shown):
        data += _ridge(name, found, len(shown) - 1 - place, span)
    layout = {
        "height": 90 + _PIXELS * len(shown),
        "margin": {"l": 10, "r": 12, "t": 16, "b": 46},
        "showlegend": False,
        "hovermode": "closest",
        "xaxis": {"title": {"text": "value"}, "zeroline": True},
        "yaxis": {
            "tickvals": list(range(len(shown))),
            "ticktext": [shorten(name, _NAME) for name, _found in reversed(shown)],
            "automargin": True,
            "zeroline": False,
            "showgrid": False,
            "range": [-0.3, len(shown) - 1 + _HEIGHT + 0.1],
        },
    }
    return {"data": data, "layout": layout}


def _ridge(name: str, found: Statistics, level: int, span: float) -> list[Figure]:
    edges, counts = _bins(found.histogram, span)
    top, color = max(counts), _COLORS[0]
    xs = [edges[0], *edges, edges[-1]]
    heights = [level, *(level + _HEIGHT * count / top for count in counts), level + _HEIGHT * counts[-1] / top, level]
    floor: Figure = {
        "type": "scatter", "mode": "lines", "x": xs, "y": [level] * len(xs), "hoverinfo": "skip",
        "line": {"width": 0, "color": color},
    }  # fmt: skip
    return [floor, {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": heights,
        "fill": "tonexty",
        "line": {"color": color, "width": 1.2, "shape": "hv"},
        "fillcolor": f"{color}66",
        "text": _hovers(name, found, edges, counts),
        "hovertemplate": "%{text}<extra></extra>",
    }]  # fmt: skip


def _bins(bins: Histogram, span: float) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Edges and counts; of a constant one narrow bin around it."""
    if len(bins.counts) > 1:
        return bins.edges, bins.counts
    return (bins.low - span / 400, bins.low + span / 400), bins.counts


def _hovers(name: str, found: Statistics, edges: Sequence[float], counts: Sequence[int]) -> list[str]:
    parts = zip(pairwise(edges), counts, strict=True)
    lines = [f"{name}: {count:,} from {number(a)} to {number(b)}" for (a, b), count in parts]
    whole = f"{name}: {humanize(found.count)} values, mean {number(found.mean)}, std {number(found.std)}"
    return [whole, *lines, lines[-1], whole]


def _span(rows: Rows) -> float:
    """How wide the axis is that all of them share."""
    low = min((found.histogram.low for _name, found in rows), default=0.0)
    high = max((found.histogram.high for _name, found in rows), default=1.0)
    return high - low or abs(high) or 1.0
