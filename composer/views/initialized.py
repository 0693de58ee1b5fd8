"""Initial values as figures and files: histograms and signals before and after, in one picture. Plain dictionaries."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from composer.design.document import Rule
from composer.initial_reports import FilledReport
from composer.signals import GradientsReport
from composer.views.densities import densities, density
from composer.views.signals import number
from composer.views.signals import signal_figure as one_signal

Figure = Mapping[str, Any]
Sides = tuple[str, str]

NOTABLE = 100.0
"""How many times stronger or weaker a signal must be at the end of its way to be worth a sentence."""

_BEFORE, _AFTER, _EXPECTED = "#94a3b8", "#6366f1", "#f97316"


@dataclass(frozen=True, slots=True)
class Trend:
    """By what factor a signal is stronger at the end of its way than at its beginning."""

    way: Literal["forward", "backward"]
    factor: float


def signal_figure(before: GradientsReport, after: GradientsReport, sides: Sides) -> Figure:
    """Signals and gradients by depth, with the values of one side dotted."""
    figure = one_signal(after)
    data = []
    for report, side, style in ((before, sides[0], "dot"), (after, sides[1], "solid")):
        for line in one_signal(report)["data"]:
            name = f"{str(line['name']).partition(':')[0]}, {side}"
            quiet = {"opacity": 0.55} if style == "dot" else {}
            data.append({**line, "name": name, "line": {**line["line"], "dash": style}, **quiet})
    return {"data": data, "layout": figure["layout"]}


def trends(report: GradientsReport) -> Iterator[Trend]:
    """Where a signal becomes much stronger or weaker on its way."""
    ways: tuple[tuple[Literal["forward", "backward"], list[float | None]], ...] = (
        ("forward", [row.std for row in report.layers]),
        ("backward", [row.gradient for row in reversed(report.layers)]),
    )
    for way, values in ways:
        known = [each for each in values if each is not None and math.isfinite(each)]
        if len(known) > 1 and known[0] > 0:
            factor = known[-1] / known[0]
            if not 1 / NOTABLE <= factor <= NOTABLE:
                yield Trend(way, factor)


def histogram_figure(row: FilledReport, sides: Sides, logarithmic: bool = False) -> Figure:
    """Both histograms as shares of all values for each unit of the axis, so that different bins can be compared."""
    shown = ((row.before, sides[0], _BEFORE), (row.after, sides[1], _AFTER))
    span = _span(row)
    data = [
        density(found.histogram, f"{name}: std {number(found.std)}", color, span)
        for found, name, color in shown
        if found.histogram.counts
    ]
    layout = densities(row.name, logarithmic)
    if row.expected and row.expected[1]:
        layout["shapes"] = [_line(row.expected[0] + sign * row.expected[1]) for sign in (-1, 1)]
        layout["annotations"] = [_label(row.expected)]
    return {"data": data, "layout": layout}


def _span(row: FilledReport) -> float:
    ends = [end for found in (row.before, row.after) for end in (found.histogram.low, found.histogram.high)]
    return max(ends) - min(ends) or max(abs(ends[0]), 1.0)


def _line(x: float) -> Figure:
    ends = {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
    return {**ends, "line": {"color": _EXPECTED, "width": 2, "dash": "dash"}}


def _label(expected: tuple[float, float]) -> Figure:
    text = f"expected std {number(expected[1])}"
    place = {"x": sum(expected), "y": 1, "yref": "paper", "xanchor": "left", "yanchor": "top", "xshift": 4}
    return {**place, "text": text, "showarrow": False, "font": {"color": _EXPECTED}}


def filled_csv(rows: Sequence[FilledReport], rules: Sequence[Rule]) -> str:
    """The rows as a file for a spreadsheet. What is unknown is empty."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("path", "shape", "rule", "scheme", "mean_before", "std_before", "mean_after", "std_after",
                     "expected_mean", "expected_std"))  # fmt: skip
    for row in rows:
        expected = row.expected or ("", "")
        sides = (row.before.mean, row.before.std, row.after.mean, row.after.std)
        scheme = rules[row.rule].init.scheme if row.rule < len(rules) else ""
        writer.writerow((row.name, "×".join(map(str, row.shape)), row.rule + 1, scheme, *sides, *expected))
    return file.getvalue()
