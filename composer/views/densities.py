"""Histograms as shares of all values for each unit of the axis, so that those of different bins can be compared."""

from __future__ import annotations

import itertools
from typing import Any

from composer.tensor_reports import Histogram
from composer.views.signals import number

_SPIKE = 1 / 200  # of the axis, for the bar of a constant


def density(bins: Histogram, name: str, color: str, span: float) -> dict[str, Any]:
    """Bars of one histogram with values; `span` is the width of the axis."""
    edges = bins.edges
    width = (bins.high - bins.low) / len(bins.counts) or span * _SPIKE
    total = sum(bins.counts)
    return {
        "type": "bar",
        "name": name,
        "x": [(a + b) / 2 for a, b in itertools.pairwise(edges)],
        "y": [count / total / width or None for count in bins.counts],
        "width": width,
        "opacity": 0.6,
        "marker": {"color": color, "line": {"width": 0}},
        "text": [
            f"{number(a)} to {number(b)}: {count:,}"
            for (a, b), count in zip(itertools.pairwise(edges), bins.counts, strict=True)
        ],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def densities(x: str, logarithmic: bool = False) -> dict[str, Any]:
    """The layout of a figure with several of them over each other; `x` is what the values are of."""
    return {
        "height": 300,
        "margin": {"l": 56, "r": 12, "t": 34, "b": 44},
        "barmode": "overlay",
        "bargap": 0,
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        "xaxis": {"title": {"text": f"value of {x}"}},
        "yaxis": {"title": {"text": "density"}, "type": "log" if logarithmic else "linear", "exponentformat": "power"},
    }
