"""The method of timing, on a clock that the test turns by itself; and on the real one."""

from __future__ import annotations

import time
from itertools import count, cycle, pairwise

import pytest
import torch

from composer.engine.timing.clocks import Marks, clock_of
from composer.engine.timing.method import staged, threads, timed, warmed_up
from composer.recordings.settings import MAX_SAMPLES, Method

CPU = torch.device("cpu")


class Clock:
    """A clock that work turns on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls = 0

    def __call__(self) -> float:
        return self.now

    def work(self, seconds: float) -> None:
        self.now += seconds
        self.calls += 1


def nothing() -> None:
    pass


def test_threads_are_set_and_afterwards_what_they_were() -> None:
    before = torch.get_num_threads()
    with pytest.raises(ZeroDivisionError), threads(before + 1):
        assert torch.get_num_threads() == before + 1
        raise ZeroDivisionError
    assert torch.get_num_threads() == before


def test_steady_work_is_timed_exactly_and_ends_early() -> None:
    clock = Clock()
    found = timed(lambda: clock.work(1e-3), clock, Method(seconds=30), nothing)
    assert found.median == pytest.approx(1e-3) and found.spread == pytest.approx(0, abs=1e-9)
    assert found.count >= 8 and clock.now < 5


def test_work_that_varies_is_repeated_until_the_time_is_up() -> None:
    clock, durations = Clock(), cycle([1e-2, 2e-2, 9e-2])
    found = timed(lambda: clock.work(next(durations)), clock, Method(seconds=5, spread=0), nothing)
    assert sum(found.samples) * found.calls == pytest.approx(5, rel=0.1)


def test_quick_work_is_timed_in_blocks() -> None:
    clock = Clock()
    found = timed(lambda: clock.work(1e-8), clock, Method(seconds=2), nothing)
    assert found.calls >= 10_000 and found.median == pytest.approx(1e-8, rel=1e-3)


def test_there_are_never_more_samples_than_a_recording_takes() -> None:
    clock, durations = Clock(), count(1)
    found = timed(lambda: clock.work(1e-6 * next(durations) ** 0.1), clock, Method(seconds=60, spread=0), nothing)
    assert 100 < found.count <= MAX_SAMPLES


def test_what_takes_too_long_is_timed_once_and_called_twice() -> None:
    clock = Clock()
    found = timed(lambda: clock.work(7.0), clock, Method(seconds=2), nothing)
    assert (found.samples, found.calls, clock.calls) == ((7.0,), 1, 2)


def test_it_is_warm_after_a_tenth_of_a_second() -> None:
    clock, durations = Clock(), iter([5e-2, *[1e-2] * 100])
    assert warmed_up(lambda: clock.work(next(durations)), clock, nothing) == pytest.approx(1e-2)
    assert 0.09 < clock.now < 0.12


def test_it_tells_while_it_goes_on() -> None:
    told: list[float] = []
    timed(
        lambda: time.sleep(0.01), time.perf_counter, Method(seconds=1, spread=0), lambda: told.append(time.monotonic())
    )
    assert len(told) > 10 and max(after - before for before, after in pairwise(told)) < 1


def test_stages_are_timed_apart_and_add_up_to_the_whole() -> None:
    order: list[str] = []

    def stage(name: str, seconds: float) -> None:
        order.append(name)
        time.sleep(seconds)

    stages = (lambda: stage("a", 0.002), lambda: stage("b", 0.006))
    first, second, whole = staged(stages, CPU, Method(seconds=0.3, spread=0), nothing)
    assert order[:4] == ["a", "b", "a", "b"] and first.count == second.count == whole.count
    for parts in zip(first.samples, second.samples, whole.samples, strict=True):
        assert parts[0] + parts[1] == pytest.approx(parts[2], rel=1e-3)
    assert 0.002 <= first.median < second.median and second.median >= 0.006


def test_marks_are_forgotten_when_they_were_read() -> None:
    marks = Marks(CPU)
    for _ in range(3):
        marks.mark()
    times = marks.read()
    assert times == sorted(times) and times[0] == 0 and len(times) == 3
    marks.mark()
    assert marks.read() == [0]


def test_the_clock_of_the_cpu_is_its_own() -> None:
    assert clock_of([CPU]) is time.perf_counter
