"""A roofline: how much of what a device can do a product reaches, by how often it uses what it reads.

After Williams, Waterman and Patterson, Roofline: An Insightful Visual Performance Model (2009). Both parts of the roof
are measured on the device itself: the bandwidth by a copy, the peak by the fastest product.
"""

from __future__ import annotations

from composer.recordings.derived import roofs
from composer.views.numbers import humanize, size
from composer.views.timing_figures import COLORS, Figure, Shown, drawn, label


def roofline(shown: Shown) -> Figure | None:
    """FLOP/s by FLOPs for each byte, and the roof above; None where no peak was measured."""
    data: list[Figure] = []
    number = 0
    for name, recording in shown:
        tops = {(each.device, each.dtype): each for each in roofs(recording)}
        for series in drawn(recording):
            roof = tops.get((series.device, series.dtype))
            points = [point for point in series.timed if point.flops and point.nbytes]
            if roof is None or not points:
                continue
            color, title = COLORS[number % len(COLORS)], label(name, recording, series)
            number += 1
            used = [point.flops / point.nbytes for point in points]
            data.append({
                "type": "scatter", "mode": "markers+lines", "name": title, "x": used,
                "y": [point.flops_per_second for point in points], "line": {"color": color, "width": 1},
                "text": [f"{title}<br>n {point.x:,}: {humanize(round(point.flops_per_second))}FLOP/s, "
                         f"{point.flops_per_second / roof.at(each):.0%} of the roof"
                         for point, each in zip(points, used, strict=True)],
                "hovertemplate": "%{text}<extra></extra>",
            })  # fmt: skip
            knee = roof.flops_per_second / roof.bytes_per_second
            ends = sorted({min(*used, knee), knee, max(*used, knee)})
            text = f"{humanize(round(roof.flops_per_second))}FLOP/s, {size(round(roof.bytes_per_second))}/s"
            data.append({
                "type": "scatter", "mode": "lines", "name": f"roof of {title}: {text}", "x": ends,
                "y": [roof.at(each) for each in ends], "line": {"color": color, "width": 2, "dash": "dash"},
                "hoverinfo": "name",
            })  # fmt: skip
    if not data:
        return None
    layout = {
        "height": 380,
        "margin": {"l": 64, "r": 12, "t": 12, "b": 48},
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        "xaxis": {"title": {"text": "FLOPs for each byte read or written"}, "type": "log", "dtick": 1},
        "yaxis": {"title": {"text": "FLOP/s"}, "type": "log", "exponentformat": "SI", "dtick": 1},
        "hovermode": "closest",
    }
    return {"data": data, "layout": layout}
