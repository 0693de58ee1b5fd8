"""Clocks of GPUs, on events that the test makes up: what they add up, and in what order they ask."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from composer.engine.timing.clocks import EventClock, Marks, clock_of

GPU = torch.device("cuda:1")


class Stream:
    """What a GPU has done by now, in milliseconds."""

    def __init__(self) -> None:
        self.now = 1e6
        self.waited = 0


class Event:
    stream: Stream

    def __init__(self, enable_timing: bool) -> None:
        assert enable_timing
        self.at: float | None = None

    def record(self, stream: Stream) -> None:
        self.at = stream.now

    def synchronize(self) -> None:
        Event.stream.waited += 1

    def elapsed_time(self, end: Event) -> float:
        assert self.at is not None and end.at is not None, "both were recorded"
        assert Event.stream.waited, "the device was waited for"
        return end.at - self.at


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Stream:
    stream = Event.stream = Stream()

    def wait(device: Any) -> None:
        assert device == GPU
        stream.waited += 1

    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: stream)
    monkeypatch.setattr(torch.cuda, "synchronize", wait)
    return stream


def test_one_gpu_is_timed_by_its_events(stream: Stream) -> None:
    clock = clock_of([torch.device("cpu"), GPU])
    assert isinstance(clock, EventClock)
    start = clock()
    stream.now += 2.5
    middle = clock()
    stream.now += 1.5
    assert (middle - start, clock() - middle) == pytest.approx((0.0025, 0.0015))
    assert stream.waited == 3


def test_marks_do_not_make_a_gpu_wait_until_they_are_read(stream: Stream) -> None:
    marks = Marks(GPU)
    for took in (0.0, 3.0, 4.0):
        stream.now += took
        marks.mark()
    assert stream.waited == 0
    assert marks.read() == pytest.approx([0, 0.003, 0.007]) and stream.waited == 1
    marks.mark()
    assert marks.read() == [0.0]


def test_several_devices_are_all_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[torch.device] = []
    monkeypatch.setattr(torch.accelerator, "synchronize", waited.append)
    devices = [torch.device("cuda:0"), GPU]
    clock = clock_of(devices)
    assert clock() <= clock() and waited == [*devices, *devices]
