"""The method of all timings: warm up, repeat until the median is sure or the time is up, keep every sample."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from typing import NoReturn, cast

import torch
from torch.utils.benchmark import Timer

from composer.engine.timing.clocks import Clock, Marks
from composer.recordings.recording import Samples
from composer.recordings.settings import MAX_SAMPLES, Method

Tell = Callable[[], None]
"""Called again and again while something is timed, so that it can be shown, and stopped."""

WARM_UP = 0.1  # seconds
_LEAST = 0.2  # seconds that are timed at least, where they are not over before
_FEWEST = 8  # samples that a median is sure with
_FEW = 3  # samples that are waited for, up to so many times longer than the time that there is
_LOOK = 0.05  # seconds between two looks at how sure the median is


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Compute with so many threads of the CPU, and afterwards with as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def timed(call: Callable[[], object], clock: Clock, method: Method, tell: Tell) -> Samples:
    """Seconds of `call`, by torch's own timer: in blocks that are long beside a reading of `clock`.

    It is called before that until it is warm. What takes longer than `method.seconds` is timed once.
    """
    last = warmed_up(call, clock, tell)
    if last >= method.seconds:
        return Samples(samples=(seconds_of(_once(call, clock)),))
    look = Looks(method, tell)
    timer = Timer("call()", globals={"call": call}, timer=clock, num_threads=method.threads)
    with suppress(Sure):
        timer.blocked_autorange(cast(Callable[[int, float], NoReturn], look.block), _FEW * method.seconds)
    return Samples(samples=tuple(look.samples), calls=look.calls)


def staged(stages: Sequence[Callable[[], object]], device: torch.device, method: Method, tell: Tell) -> list[Samples]:
    """Seconds of each of `stages`, which follow one another, again and again; and last, of all of them together."""
    marks = Marks(device)

    def run() -> list[float]:
        marks.mark()
        for stage in stages:
            stage()
            marks.mark()
        return marks.read()

    warmed_up(run, time.perf_counter, tell)
    look, rows = Looks(method, tell), list[list[float]]()
    try:
        while True:
            times = run()
            rows.append([seconds_of(after - before) for before, after in pairwise(times)])
            look.block(1, times[-1])
    except Sure:
        return [*(Samples(samples=each) for each in zip(*rows, strict=True)), Samples(samples=tuple(look.samples))]


def warmed_up(call: Callable[[], object], clock: Clock, tell: Tell) -> float:
    """Call until `WARM_UP` seconds are over, twice at least unless that takes long; the seconds of the last call."""
    tell()
    first = _once(call, clock)
    last, total, count = first, first, 1
    while total < WARM_UP or (count < 2 and total < 10 * WARM_UP):
        tell()
        last = _once(call, clock)
        total, count = total + max(last, 1e-6), count + 1
    tell()
    return last


class Sure(Exception):
    """There are samples enough."""


class Looks:
    """What the timer told so far. It ends where the median is sure, or the time is up."""

    def __init__(self, method: Method, tell: Tell) -> None:
        self.samples: list[float] = []
        self.calls = 1
        self._method, self._tell = method, tell
        self._total = 0.0
        self._next = 0.0

    def block(self, calls: int, seconds: float) -> None:
        """Note that so many calls took so long.

        Raises:
            Sure: where that is enough.
        """
        self.calls = calls
        self.samples.append(seconds_of(seconds / calls))
        self._total += seconds
        most = self._method.seconds * (1 if len(self.samples) >= _FEW else _FEW)
        if self._total >= most or len(self.samples) >= MAX_SAMPLES:
            raise Sure
        if self._total < self._next:
            return
        self._next = self._total + _LOOK
        self._tell()
        enough = self._total >= _LEAST and len(self.samples) >= _FEWEST
        if enough and Samples(samples=tuple(self.samples)).spread <= self._method.spread:
            raise Sure


def _once(call: Callable[[], object], clock: Clock) -> float:
    start = clock()
    call()
    return clock() - start


def seconds_of(value: float) -> float:
    """As it is recorded: no clock tells more than so many digits, or less than a nanosecond."""
    return float(f"{max(value, 1e-9):.6g}")
