"""A recording as text for a terminal: what it was timed on, a line for each point, and where a pass spends its time."""

from __future__ import annotations

from collections.abc import Iterator

from composer.recordings.recording import Breakdown, Machine, Point, Recording
from composer.views.numbers import duration, humanize, size
from composer.views.wording import clean

_ROWS = 20  # of a breakdown, those that take longest


def recording_lines(recording: Recording) -> Iterator[str]:
    """All that a person wants to read of a recording; the raw samples are in its JSON."""
    yield from _conditions(recording)
    for series in recording.series:
        yield ""
        yield clean(", ".join(filter(None, (series.device, series.dtype, series.what))))
        if series.note:
            yield clean(f"  {series.note}")
        yield from (_point(recording, point) for point in series.points)
    for breakdown in recording.breakdowns:
        yield ""
        yield from _breakdown(breakdown)


def _conditions(recording: Recording) -> Iterator[str]:
    machine, versions, method = recording.machine, recording.versions, recording.settings.method
    yield clean(" ".join(filter(None, (recording.experiment, recording.design, recording.date))))
    yield clean(f"{machine.cpu}, {machine.processors} processors, {_state(machine)}")
    yield clean(f"torch {versions.torch}, Python {versions.python}, {versions.backend or 'CPU'}")
    yield f"{_count(method.threads, 'thread')}; at most {method.seconds:g} s a point, until the median is sure"
    if recording.stopped:
        yield "It was stopped before it was done."
    for each in machine.devices[1:]:
        yield clean(f"{each.id}: {each.name}, {size(each.memory)}")


def _state(machine: Machine) -> str:
    clock = f", {machine.clock:.0f} MHz" if machine.clock else ""
    return (f"load {machine.load:g}" if machine.load is not None else "load unknown") + clock


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _point(recording: Recording, point: Point) -> str:
    start = f"  {recording.axis} {point.x:>11,}  "
    if point.failure:
        return clean(start + point.failure)
    low, middle, high = map(duration, point.quartiles)
    text = f"{start}{middle:>9}  ({low} to {high}, {_count(point.count, 'sample')} of {_count(point.calls, 'call')})"
    if point.flops:
        text += f"  {humanize(round(point.flops_per_second))}FLOP/s"
    if point.nbytes and not point.flops:
        text += f"  {humanize(round(point.bytes_per_second))}B/s"
    return text


def _breakdown(breakdown: Breakdown) -> Iterator[str]:
    title = f"{breakdown.device}: a {breakdown.what} pass with batch size {breakdown.batch:,} by layer"
    if breakdown.failure:
        yield clean(f"{title}: {breakdown.failure}")
        return
    yield f"{title}, {duration(breakdown.total)} in all"
    rows = sorted(breakdown.rows, key=breakdown.seconds, reverse=True)
    for row in rows[:_ROWS]:
        yield clean(f"{_part(breakdown, breakdown.seconds(row))}  {row.path} {row.kind}")
    if len(rows) > _ROWS:
        yield f"{_part(breakdown, sum(map(breakdown.seconds, rows[_ROWS:])))}  ({len(rows) - _ROWS:,} others)"
    yield f"{_part(breakdown, breakdown.overhead)}  overhead: what is between them"


def _part(breakdown: Breakdown, seconds: float) -> str:
    return f"  {breakdown.share(seconds):6.1%}  {duration(max(seconds, 0)):>9}"
