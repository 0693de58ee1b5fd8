"""The magnitudes of a row of values as bars, in which the peaks of a spectrum are seen. A plain dictionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def bars(values: Sequence[float], name: str) -> Mapping[str, Any]:
    """A bar for each value, at its index."""
    data = {
        "type": "bar",
        "x": list(range(len(values))),
        "y": list(values),
        "marker": {"color": "#6366f1", "line": {"width": 0}},
        "hovertemplate": "%{x}: %{y:.4g}<extra></extra>",
    }
    layout = {
        "height": 240,
        "margin": {"l": 56, "r": 12, "t": 12, "b": 44},
        "bargap": 0.1,
        "xaxis": {"title": {"text": f"index along the last dimension of {name}"}},
        "yaxis": {"title": {"text": "magnitude"}, "exponentformat": "power"},
    }
    return {"data": [data], "layout": layout}
