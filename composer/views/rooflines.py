"""A roofline: how much of what a device can do a product reaches, by how often it uses what it reads.

After Williams, Waterman and Patterson, Roofline: An Insightful Visual Performance Model (2009). Both parts of the roof
are measured on the device itself: the bandwidth by a copy, the peak by the fastest product.
"""

from __future__ import annotations

from collections.abc import Iterator

from composer.recordings.derived import Roof, roofs
from composer.recordings.recording import Recording, Series
from composer.views.numbers import duration, humanize, size
from composer.views.timing_axes import layout, logarithmic
from composer.views.timing_figures import COLORS, Figure, Shown, drawn, label

_LARGE = 1024  # n
_LONG = 2e-3  # seconds


def roofline(shown: Shown) -> Figure | None:
    """FLOP/s by FLOPs for each byte, and the roof above; None where no peak was measured."""
    data: list[Figure] = []
    for name, recording in shown:
        tops = {(each.device, each.dtype): each for each in roofs(recording)}
        for series in drawn(recording):
            roof = tops.get((series.device, series.dtype))
            if roof is not None and not _why_none(recording, series):
                color = COLORS[len(data) // 2 % len(COLORS)]
                data += _under(roof, series, label(name, recording, series), color)
    if not data:
        return None
    x, y = (
        logarithmic(title, (value for each in data for value in each[axis]))
        for axis, title in (("x", "FLOPs for each byte read or written"), ("y", "FLOP/s"))
    )
    return {"data": data, "layout": {**layout(len(data) // 2, x, y), "hovermode": "closest"}}


def roofless(shown: Shown) -> Iterator[str]:
    """Why there is no roof, for each series of products without one."""
    for name, recording in shown:
        if recording.experiment == "matmul":
            for series in drawn(recording):
                reason = _why_none(recording, series)
                if reason:
                    yield f"{label(name, recording, series)}: {reason}"


def _why_none(recording: Recording, series: Series) -> str:
    """Why a series of products has no roof; "" where it has. Small products are no measure of a peak."""
    if (series.device, series.dtype) not in {(each.device, each.dtype) for each in roofs(recording)}:
        return "no roof, as no copy was timed, which tells the bandwidth."
    if not all(point.flops and point.nbytes for point in series.timed):
        return "no roof, as the recording does not say what its products compute and move."
    last = series.timed[-1]
    if last.x >= _LARGE or last.median >= _LONG:
        return ""
    return (
        f"no roof, as the largest product, n = {last.x:,}, took {duration(last.median)}. A peak needs products of "
        f"n = {_LARGE:,}, or of {duration(_LONG)}."
    )


def _under(roof: Roof, series: Series, title: str, color: str) -> tuple[Figure, Figure]:
    """Products, and the roof above them: one entry of the legend."""
    points = series.timed
    used = [point.flops / point.nbytes for point in points]
    knee = roof.flops_per_second / roof.bytes_per_second
    ends = sorted({min(*used, knee), knee, max(*used, knee)})
    peak = max(series.timed, key=lambda point: point.flops_per_second)
    text = (
        f"roof: {humanize(round(roof.flops_per_second))}FLOP/s at n = {peak.x:,}, "
        f"{size(round(roof.bytes_per_second))}/s"
    )
    products = {
        "type": "scatter", "mode": "markers+lines", "name": f"{title} · {text}", "legendgroup": title, "x": used,
        "y": [point.flops_per_second for point in points], "line": {"color": color, "width": 1},
        "text": [f"{title}<br>n {point.x:,}: {humanize(round(point.flops_per_second))}FLOP/s, "
                 f"{point.flops_per_second / roof.at(each):.0%} of the roof"
                 for point, each in zip(points, used, strict=True)],
        "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip
    above = {
        "type": "scatter", "mode": "lines", "name": title, "legendgroup": title, "showlegend": False, "x": ends,
        "y": [roof.at(each) for each in ends], "line": {"color": color, "width": 2, "dash": "dash"},
        "text": [f"{title}<br>{text}"] * len(ends), "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip
    return products, above
