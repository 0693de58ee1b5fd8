"""Gradients and signals as Plotly figures, written as plain dictionaries: nothing is imported for them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from composer.signals import BINS, DECADES, GradientsReport, LayerSignal, ParameterSignal, norm_of
from composer.tensor_reports import Histogram
from composer.views.wording import shorten

Figure = Mapping[str, Any]

RIDGES = 40
"""Parameters of which a ridge is drawn; of more, those with the largest number of dimensions, then the first."""

_FORWARD, _BACKWARD = "#0ea5e9", "#f97316"
_WEIGHT, _BIAS = "#6366f1", "#14b8a6"
_NAME = 28
_RIDGE = 1.7  # of the distance between two lines
_PIXELS = 26  # between them


def signal_figure(report: GradientsReport) -> Figure:
    """How strong the signal is on its way forward (standard deviation) and the gradient on its way back (norm)."""
    rows = report.layers
    data = [
        _line(rows, [each.std for each in rows], "forward: standard deviation of the output", _FORWARD, "circle"),
        _line(rows, [each.gradient for each in rows], "backward: norm of the gradient there", _BACKWARD, "diamond"),
    ]
    return {"data": data, "layout": _layout("Layer, in the order of the run", rows, "Size (log scale)")}


def _line(rows: Sequence[LayerSignal], values: Sequence[float | None], name: str, color: str, mark: str) -> Figure:
    shown = [each if each and math.isfinite(each) else None for each in values]
    hover = [f"{each.path or 'the model'} · {each.kind}<br>{name}: {number(value)}" for each, value in zip(
        rows, values, strict=True)]  # fmt: skip
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": list(range(len(rows))),
        "y": shown,
        "text": hover,
        "hovertemplate": "%{text}<extra></extra>",
        "line": {"color": color, "width": 2},
        "marker": {"symbol": mark, "size": 7},
        "connectgaps": False,
    }


def depth_figure(report: GradientsReport) -> Figure:
    """The norm of each parameter's gradient, in the order of the state dict; weights and others apart by color."""
    rows = [each for each in report.parameters if each.gradient]
    data = []
    for name, color, many in (("weights", _WEIGHT, True), ("biases and others", _BIAS, False)):
        chosen = [(k, each) for k, each in enumerate(rows) if (len(each.shape) > 1) is many and each.gradient]
        if chosen:
            norms = [norm_of(each.gradient) if each.gradient else 0.0 for _k, each in chosen]
            data.append({
                "type": "bar",
                "name": name,
                "x": [k for k, _each in chosen],
                "y": [each if each > 0 and math.isfinite(each) else None for each in norms],
                "text": [f"{each.name}: {number(norm)}" for (_k, each), norm in zip(chosen, norms, strict=True)],
                "textposition": "none",
                "hovertemplate": "%{text}<extra></extra>",
                "marker": {"color": color},
            })  # fmt: skip
    layout = _layout("Parameter", rows, "Norm of the gradient (log scale)")
    return {"data": data, "layout": {**layout, "bargap": 0.25}}


def _layout(title: str, rows: Sequence[LayerSignal] | Sequence[ParameterSignal], y: str) -> dict[str, Any]:
    names = [shorten(each.path if isinstance(each, LayerSignal) else each.name, _NAME) for each in rows]
    every = max(1, math.ceil(len(rows) / 24))
    return {
        "height": 360,
        "margin": {"l": 64, "r": 12, "t": 34, "b": 10},
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        "hovermode": "closest",
        "xaxis": {
            "title": {"text": title},
            "tickvals": list(range(0, len(rows), every)),
            "ticktext": names[::every],
            "tickangle": -40,
            "automargin": True,
            "range": [-0.6, max(len(rows) - 0.4, 0.6)],
        },
        "yaxis": {"title": {"text": y}, "type": "log", "exponentformat": "power", "dtick": 1},
    }


def ridges(report: GradientsReport) -> tuple[ParameterSignal, ...]:
    """The parameters whose gradients are drawn as ridges."""
    rows = [each for each in report.parameters if sum(each.decades)]
    if len(rows) <= RIDGES:
        return tuple(rows)
    chosen = {each.name for each in sorted(rows, key=lambda each: -min(len(each.shape), 2))[:RIDGES]}
    return tuple(each for each in rows if each.name in chosen)


def ridge_figure(report: GradientsReport) -> Figure:
    """How large the entries of each gradient are: one ridge for each parameter, over powers of ten."""
    rows = ridges(report)
    used = [k for each in rows for k, count in enumerate(each.decades) if count]
    first, last = (max(0, min(used) - 2), min(BINS - 1, max(used) + 2)) if used else (0, BINS - 1)
    data: list[Figure] = []
    for place, row in enumerate(rows):
        data += _ridge(row, len(rows) - 1 - place, range(first, last + 1))
    layout = {
        "height": 90 + _PIXELS * len(rows),
        "margin": {"l": 10, "r": 12, "t": 16, "b": 46},
        "showlegend": False,
        "hovermode": "closest",
        "xaxis": {"title": {"text": "|entry of the gradient|"}, **_powers(first, last)},
        "yaxis": {
            "tickvals": list(range(len(rows))),
            "ticktext": [shorten(each.name, _NAME) for each in reversed(rows)],
            "automargin": True,
            "showgrid": False,
            "zeroline": False,
            "range": [-0.3, len(rows) - 1 + _RIDGE + 0.2],
        },
    }
    return {"data": data, "layout": layout}


def _ridge(row: ParameterSignal, level: int, bins: range) -> list[Figure]:
    xs = [_middle(k) for k in bins]
    top, count = max(row.decades), row.gradient.count if row.gradient else 1
    shares = [row.decades[k] / count for k in bins]
    color = _WEIGHT if len(row.shape) > 1 else _BIAS
    floor: Figure = {
        "type": "scatter", "mode": "lines", "x": xs, "y": [level] * len(xs), "hoverinfo": "skip",
        "line": {"width": 0, "color": color},
    }  # fmt: skip
    return [floor, {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": [level + _RIDGE * row.decades[k] / top for k in bins],
        "fill": "tonexty",
        "line": {"color": color, "width": 1.2, "shape": "hvh"},
        "fillcolor": f"{color}66",
        "text": [f"{row.name}: {part:.1%} of its entries near 10^{x:.1f}" for x, part in zip(xs, shares, strict=True)],
        "hovertemplate": "%{text}<extra></extra>",
    }]  # fmt: skip


def _middle(k: int) -> float:
    low, high = DECADES
    return low + (k + 0.5) * (high - low) / BINS


def _powers(first: int, last: int) -> dict[str, Any]:
    """Ticks at powers of ten, of which there are not too many."""
    low, high = math.floor(_middle(first)), math.ceil(_middle(last))
    every = 1 if high - low <= 10 else 2
    powers = list(range(low, high + 1, every))
    return {"tickvals": powers, "ticktext": [f"10<sup>{each}</sup>" for each in powers], "zeroline": False}


def histogram_figure(row: ParameterSignal) -> Figure:
    """The entries of one gradient in 64 bins, counts on a log scale."""
    bins = row.gradient.histogram if row.gradient else Histogram()
    if not bins.counts:
        return {"data": [], "layout": {}}
    edges = list(itertools.pairwise(bins.edges))
    hover = [f"{number(a)} to {number(b)}: {count:,}" for (a, b), count in zip(edges, bins.counts, strict=True)]
    width = (bins.high - bins.low) / len(bins.counts)
    bars = {
        "type": "bar",
        "x": [a + (b - a) / 2 for a, b in edges],
        "y": [count or None for count in bins.counts],
        "width": width or 1,
        "text": hover,
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"color": _WEIGHT, "line": {"width": 0}},
    }
    layout = {
        "height": 260,
        "margin": {"l": 64, "r": 12, "t": 12, "b": 44},
        "xaxis": {"title": {"text": "Entry of the gradient"}, "exponentformat": "power"},
        "yaxis": {"title": {"text": "Entries (log scale)"}, "type": "log", "dtick": "D2", "exponentformat": "power"},
    }
    return {"data": [bars], "layout": layout}


def number(value: float | None) -> str:
    """Three significant digits; very small and very large as powers of ten, such as 1.2·10⁻⁷."""
    if value is None:
        return "?"
    if not math.isfinite(value):
        return "not finite"
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return (f"{value:.3g}" if abs(value) < 999.5 else f"{value:,.0f}").replace("-", "−")
    digits, _e, power = f"{value:.2e}".partition("e")
    return f"{digits.replace('-', '−')}·10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
