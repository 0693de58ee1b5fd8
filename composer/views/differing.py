"""Two sets of tensors beside each other: a table of what differs, its file, and histograms over each other."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from composer.checkpoint_reports import DiffReport, DiffRow, DiffState
from composer.matching.match import sizes
from composer.views.densities import densities, density
from composer.views.numbers import plain
from composer.views.tables import noted, table

_LEFT, _RIGHT = "#9aa3b2", "#6366f1"


def differing_rows(rows: Sequence[DiffRow], words: Mapping[DiffState, str]) -> dict[str, list[Any]]:
    """Columns for people; `words` are the names of the states. What has no number has None."""
    found = [row.difference for row in rows]
    return {
        "state": [words[row.state] for row in rows],
        "name": [row.name for row in rows],
        "largest": [abs(each.largest) if each else _none(row) for each, row in zip(found, rows, strict=True)],
        "relative": [each.relative if each else _none(row) for each, row in zip(found, rows, strict=True)],
        "values": [each.values if each else _none(row) for each, row in zip(found, rows, strict=True)],
        "where": [str(list(each.where)) if each else "" for each in found],
        "shape": [_both(_shape(row.left_shape), _shape(row.right_shape)) for row in rows],
        "dtype": [_both(row.left_dtype, row.right_dtype) for row in rows],
    }


def _none(row: DiffRow) -> int | None:
    return 0 if row.state == "equal" else None


def _shape(shape: tuple[int, ...] | None) -> str:
    return "" if shape is None else sizes(shape)


def _both(left: str, right: str) -> str:
    return f"{left} | {right}" if left and right and left != right else left or right


def differing_csv(rows: Sequence[DiffRow]) -> str:
    """All rows as CSV. What is unknown is empty."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("name", "state", "left_shape", "right_shape", "left_dtype", "right_dtype", "values", "largest",
                     "where", "relative", "largest_relative", "nan", "both_nan"))  # fmt: skip
    for row in rows:
        found = row.difference
        figures = (found.values, found.largest, list(found.where), found.relative, found.largest_relative, found.nan,
                   found.both_nan) if found else ("",) * 7  # fmt: skip
        shapes = (_shape(row.left_shape), _shape(row.right_shape))
        writer.writerow((row.name, row.state, *shapes, row.left_dtype, row.right_dtype, *figures))
    return file.getvalue()


def differing_figure(row: DiffRow, sides: tuple[str, str], logarithmic: bool = False) -> dict[str, Any] | None:
    """The values of both sides as histograms over each other; None where there are none."""
    found = row.difference
    if found is None or not (found.left and found.right):
        return None
    span = found.right.high - found.right.low or 1.0
    shown = ((found.left, sides[0], _LEFT), (found.right, sides[1], _RIGHT))
    data = [density(bins, name, color, span) for bins, name, color in shown if sum(bins.counts)]
    return {"data": data, "layout": densities(row.name, logarithmic)}


def differing_lines(report: DiffReport) -> Iterator[str]:
    """A table for a terminal, and how many rows there are of each state."""
    counts = report.counts()
    found = differing_rows(report.rows, {state: state for state in counts})
    shown = ("state", "name", "shape", "dtype")
    numbers = [[_number(value) for value in found[name]] for name in ("largest", "relative")]
    cells = list(zip(*(found[name] for name in shown), *numbers, strict=True))
    yield from noted(table((*shown, "largest", "relative"), cells, right=(4, 5)), list(map(_note, report.rows)))
    yield ", ".join(f"{state}: {number:,}" for state, number in counts.items()) or "no tensors on either side"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def _note(row: DiffRow) -> str:
    """How many values differ, and where most."""
    found = row.difference
    if found is None:
        return ""
    count = prod(row.left_shape or ())
    at = f", most at {list(found.where)}" if found.where else ""
    return f"{found.values:,} of {count:,} values{at}" + (f"; {found.nan:,} NaN on one side" if found.nan else "")


def plain_differing(report: DiffReport) -> dict[str, object]:
    """The report for JSON, without histograms."""
    return {
        "equal": all(row.state == "equal" for row in report.rows),
        "counts": report.counts(),
        "rows": [_plain_row(row) for row in report.rows],
    }


def _plain_row(row: DiffRow) -> dict[str, object]:
    found = row.difference
    facts = {name: getattr(row, name) for name in ("name", "state", "left_shape", "right_shape")}
    facts |= {name: getattr(row, name) or None for name in ("left_dtype", "right_dtype")}
    if found is None:
        return {**facts, "difference": None}
    figures = {name: plain(getattr(found, name)) for name in ("largest", "relative", "largest_relative")}
    counts = {"values": found.values, "where": found.where, "nan": found.nan, "both_nan": found.both_nan}
    return {**facts, "difference": {**counts, **figures}}
