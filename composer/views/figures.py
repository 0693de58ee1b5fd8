"""Plotly figures of a tensor's values: a histogram, a heat map, a grid of filters."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from composer.tensor_reports import Histogram, Picture

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

T = TypeVar("T")

_SCALE = "RdBu_r"
_ACROSS = 8  # filters in a row
_HEIGHT = 300


def histogram(bins: Histogram, label: str, logarithmic: bool = False) -> Figure:
    """Bars whose hover says the exact count. `label` names the axis of the values."""
    from plotly.graph_objects import Bar, Figure

    edges = bins.edges
    width = [b - a for a, b in itertools.pairwise(edges)]
    if len(bins.counts) == 1:
        width = [max(abs(bins.low), 1.0) / 50]
    middle = [a + (b - a) / 2 for a, b in itertools.pairwise(edges)]
    ranges = [f"{a:.6g} to {b:.6g}" for a, b in itertools.pairwise(edges)]
    bars = Bar(
        x=middle, y=bins.counts, width=width, customdata=ranges, marker={"color": "#6366f1", "line": {"width": 0}},
        hovertemplate="%{customdata}<br>%{y:,} values<extra></extra>",
    )  # fmt: skip
    figure = Figure(bars)
    figure.update_layout(height=_HEIGHT, margin={"l": 8, "r": 8, "t": 8, "b": 8}, bargap=0, showlegend=False)
    figure.update_xaxes(title=label, exponentformat="power")
    figure.update_yaxes(type="log" if logarithmic else "linear", title="count", exponentformat="SI")
    return figure


def pictures(picture: Picture) -> Figure:
    """A heat map, or a grid of them with one scale of colors, in which 0 is in the middle."""
    from plotly.graph_objects import Figure, Heatmap

    finite = [abs(v) for image in picture.images for row in image for v in row if math.isfinite(v)]
    most = max(finite, default=1.0) or 1.0
    across = min(_ACROSS, len(picture.images))
    rows = [[_drawn(v) for v in row] for row in picture.images[0]]
    unit = "mean of a block" if picture.cell != (1, 1) else "value"
    hover = f"row %{{y}}, column %{{x}}<br>{unit} %{{z}}<extra></extra>"
    if len(picture.images) > 1 or picture.labels[0]:
        rows = _framed(picture, across)
        hover = "%{text}<br>%{z}<extra></extra>"
    figure = Figure(
        Heatmap(
            z=rows, zmin=-most, zmax=most, colorscale=_SCALE, hovertemplate=hover, hoverongaps=False,
            text=_texts(picture, across) if "text" in hover else None, colorbar={"thickness": 12, "nticks": 5},
            x0=0, dx=picture.cell[1], y0=0, dy=picture.cell[0],
        )
    )  # fmt: skip
    size = max(110, min(420, 40 + 14 * len(rows)))
    figure.update_layout(height=size, margin={"l": 8, "r": 8, "t": 8, "b": 8})
    figure.update_xaxes(**_whole(len(rows[0]) * picture.cell[1]))
    figure.update_yaxes(autorange="reversed", visible=len(rows) > 1, **_whole(len(rows) * picture.cell[0]))
    if "text" in hover:
        figure.update_xaxes(visible=False, constrain="domain")
        figure.update_yaxes(visible=False, scaleanchor="x")
    return figure


def _whole(size: int) -> dict[str, Any]:
    """An axis of `size` indices: about ten ticks at whole numbers."""
    step = 10 ** max(0, math.floor(math.log10(max(size, 1) / 5)))
    every = next(step * k for k in (1, 2, 5, 10, 20) if size <= 10 * step * k)
    return {"tick0": 0, "dtick": every, "automargin": True, "showgrid": False, "zeroline": False}


def _drawn(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _framed(picture: Picture, across: int) -> list[list[float | None]]:
    """The images in rows of `across`, a gap between them."""
    return _tiled(picture, across, lambda k, y, x: _drawn(picture.images[k][y][x]))


def _texts(picture: Picture, across: int) -> list[list[str | None]]:
    down, over = picture.cell

    def text(k: int, y: int, x: int) -> str:
        return f"[{', '.join(map(str, (*picture.labels[k], y * down, x * over)))}]"

    return _tiled(picture, across, text)


def _tiled(picture: Picture, across: int, cell: Callable[[int, int, int], T]) -> list[list[T | None]]:
    height, width = len(picture.images[0]), len(picture.images[0][0])
    lines: list[list[T | None]] = []
    for begin in range(0, len(picture.images), across):
        if begin:
            lines.append([None] * (across * (width + 1) - 1))
        for y in range(height):
            line: list[T | None] = []
            for k in range(begin, begin + across):
                line += [None] if k > begin else []
                line += [cell(k, y, x) if k < len(picture.images) else None for x in range(width)]
            lines.append(line)
    return lines
