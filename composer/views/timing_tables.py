"""Timings as tables, as CSV, and in words: what was measured, and where a person should be careful with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from composer.recordings.derived import COPY
from composer.recordings.recording import Recording
from composer.views.breakdowns import longest, shares
from composer.views.numbers import duration, size
from composer.views.timing_figures import Shown, crossings, label

_WHAT = {
    "matmul": "products of two n×n matrices",
    "model": "training steps of {design}: forward, backward and the optimizer's step, by batch size",
    "fetching": "{products:,} products of n×n matrices, each norm fetched at once or logged until the end",
    "two devices": "two products of n×n matrices on two devices, one after the other and both at once",
    "transfers": "copies between the host's memory and a device",
    "dispatch": "the forward pass of {design}, called in different ways",
}  # fmt: skip


def timing_rows(shown: Shown) -> dict[str, list[Any]]:
    """Columns for a page: a row for each point."""
    rows = [
        (label(name, recording, series), point)
        for name, recording in shown
        for series in recording.series
        for point in series.points
    ]
    return {
        "series": [name for name, _point in rows],
        "x": [point.x for _name, point in rows],
        "median": [point.median * 1e6 if point.samples else None for _name, point in rows],
        "low": [point.quartiles[0] * 1e6 if point.samples else None for _name, point in rows],
        "high": [point.quartiles[2] * 1e6 if point.samples else None for _name, point in rows],
        "count": [point.count for _name, point in rows],
        "gflops": [point.flops_per_second / 1e9 if point.samples and point.flops else None for _name, point in rows],
        "memory": [point.peak_memory / 2**20 if point.peak_memory else None for _name, point in rows],
        "failure": [point.failure for _name, point in rows],
    }


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


def said(recording: Recording) -> str:
    """What was measured, how, and on what."""
    settings, method, machine = recording.settings, recording.settings.method, recording.machine
    what = _WHAT[recording.experiment].format(design=recording.design, products=getattr(settings, "products", 0))
    threads = "1 thread" if method.threads == 1 else f"{method.threads} threads"
    how = (
        f"Each point was repeated until its median was sure to {method.spread:.1%}, for at most {method.seconds:g} s, "
        f"after a warm-up, with {threads} of the CPU; shown are medians and quartiles."
    )
    where = f"{machine.cpu}, {machine.processors} processors, {machine.system}"
    devices = "; ".join(f"{each.id} is a {each.name}" for each in machine.devices if each.id != "cpu")
    with_ = (
        f"torch {recording.versions.torch}{f' ({recording.versions.backend})' if recording.versions.backend else ''}"
    )
    load = "" if machine.load is None else f" Load at the start: {machine.load:.2f}."
    clock = "" if machine.clock is None else f" CPU clock: {machine.clock:,.0f} MHz."
    place = f"On {where}{f'; {devices}' if devices else ''}, with {with_}, {recording.date}.{load}{clock}"
    return f"Timed were {what}. {how} {place}"


def findings(recording: Recording) -> Iterator[str]:
    """What stands out: crossovers, what a way costs beside another, the longest layers, what failed."""
    if recording.stopped:
        yield "It was stopped before it was done: these are the points that were finished."
    for _x, text in crossings(recording):
        yield f"{text[0].upper()}{text[1:]}."
    for found in recording.breakdowns:
        if found.failure:
            yield f"Layers of the {found.what} pass on {found.device}: {found.failure}"
            continue
        rows = shares(found)
        names = ", ".join(f"{row.path or row.kind} {row.part:.0%}" for row in longest(rows))
        yield (
            f"A {found.what} pass of {found.batch:,} took {duration(found.total)} on {found.device}; "
            f"most of it: {names}; overhead {rows[-1].part:.0%}."
        )
    for series in recording.series:
        if series.what == COPY and series.timed:
            best = max(point.bytes_per_second for point in series.timed)
            yield f"{recording.named(series.device)} copies {size(round(best))} in a second."
    for series in recording.series:
        for point in series.points:
            if point.failure:
                yield f"{label('', recording, series)}, {recording.axis} {point.x:,}: {point.failure}"
