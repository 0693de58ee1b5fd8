"""Timings in words: what was measured, and where a person should be careful with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from composer.recordings.recording import Recording
from composer.views.breakdowns import longest, shares
from composer.views.crossings import crossings
from composer.views.numbers import duration, size
from composer.views.timing_figures import drawn, is_bandwidth, label
from composer.views.wording import clean

_WHAT = {
    "matmul": "were products of two n×n matrices",
    "model": "were training steps of {design}: forward, backward and the optimizer's step, by batch size",
    "fetching": "were {products:,} products of n×n matrices, each norm fetched at once or logged until the end",
    "two devices": "were two products of n×n matrices on two devices, one after the other and both at once",
    "transfers": "were copies between the host's memory and a device",
    "dispatch": "was the forward pass of {design}, called in different ways",
}  # fmt: skip
_WITHIN = "were copies within the memory of the CPU"


def said(recording: Recording) -> str:
    """What was measured, how, and on what."""
    settings, method, machine = recording.settings, recording.settings.method, recording.machine
    within = recording.experiment == "transfers" and set(settings.devices) == {"cpu"}
    what = _WITHIN if within else _WHAT[recording.experiment]
    what = what.format(design=recording.design, products=getattr(settings, "products", 0))
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
    return f"Timed {what}. {how} {place}"


def findings(recording: Recording) -> Iterator[str]:
    """What stands out: crossovers, what a way costs beside another, the longest layers, what failed."""
    if recording.stopped:
        yield "It was stopped before it was done: these are the points that were finished."
    for crossing in crossings(recording):
        yield f"{crossing}."
    for found in recording.breakdowns:
        if found.failure:
            yield f"Layers of the {found.what} pass on {found.device}: {found.failure}"
            continue
        rows = shares(found)
        names = ", ".join(f"{row.path or row.kind} {row.part:.0%}" for row in longest(rows))
        overhead = f"{rows[-1].part:.0%}".replace("-", "−")
        yield (
            f"A {found.what} pass with a batch of {found.batch:,} took {duration(found.total)} on {found.device}; "
            f"most of it: {names}; overhead {overhead}."
        )
    yield from _copied(recording)
    for series in recording.series:
        for point in series.points:
            if point.failure:
                size_ = "" if is_bandwidth(recording, series) else f", {recording.axis} {point.x:,}"
                yield f"{label('', recording, series)}{size_}: {point.failure}"


def _copied(recording: Recording) -> Iterator[str]:
    """How many bytes a second were reached: of a roof, those that are read and written; else those that were copied."""
    for series in recording.series:
        rates = [(point.bytes_per_second, point.x) for point in series.timed]
        if rates and is_bandwidth(recording, series):
            yield f"{clean(recording.named(series.device))} reads and writes {size(round(max(rates)[0]))}/s in a copy."
        elif rates and recording.experiment == "transfers":
            best, x = max(rates)
            yield f"{label('', recording, series)}: {size(round(best))}/s at most, in copies of {size(x)}."


def notes(recordings: Iterable[Recording]) -> Iterator[str]:
    """What to know of series that are shown, each note once, after all that it is about."""
    about: dict[str, list[str]] = {}
    for recording in recordings:
        for series in drawn(recording):
            if series.note:
                about.setdefault(series.note, []).append(series.what)
    for note, what in about.items():
        yield f"{', '.join(dict.fromkeys(what))}: {note}"
