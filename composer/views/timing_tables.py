"""Timings as tables and as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

from composer.recordings.recording import Point
from composer.views.timing_figures import Shown, is_bandwidth, is_few, label


def timing_rows(shown: Shown) -> dict[str, list[Any]]:
    """Columns for a page: a row for each point."""
    rows = [
        (label(name, recording, series), is_bandwidth(recording, series), point)
        for name, recording in shown
        for series in recording.series
        for point in series.points
    ]
    columns: dict[str, list[Any]] = {
        "series": [name for name, *_of in rows],
        "x": [None if apart else point.x for _name, apart, point in rows],  # a copy is of no n
        "median": [point.median * 1e6 if point.samples else None for *_of, point in rows],
        "low": [point.quartiles[0] * 1e6 if point.samples else None for *_of, point in rows],
        "high": [point.quartiles[2] * 1e6 if point.samples else None for *_of, point in rows],
        "count": [point.count for *_of, point in rows],
        "gflops": [point.flops_per_second / 1e9 if point.samples and point.flops else None for *_of, point in rows],
        "memory": [point.peak_memory / 2**20 if point.peak_memory else None for *_of, point in rows],
        "remark": [_remark(point) for *_of, point in rows],
    }
    return {name: values for name, values in columns.items() if any(value not in (None, "") for value in values)}


def _remark(point: Point) -> str:
    return "few samples: quartiles say little" if is_few(point) else point.failure


def timing_csv(shown: Shown) -> str:
    """A row for each raw sample, in seconds."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(
        ("recording", "experiment", "device", "dtype", "what", "x", "calls", "sample", "seconds", "failure")
    )
    for name, recording in shown:
        for series in recording.series:
            for point in series.points:
                start = (name, recording.experiment, series.device, series.dtype, series.what, point.x, point.calls)
                for number, sample in enumerate(point.samples):
                    writer.writerow((*start, number, repr(sample), ""))
                if point.failure:
                    writer.writerow((*start, "", "", point.failure))
    return file.getvalue()
