"""Clocks that wait until a device has done all that it was told to."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

import torch

Clock = Callable[[], float]
"""The time in seconds, when all work before is done."""


def clock_of(devices: Collection[torch.device]) -> Clock:
    """The clock for work on `devices`: the CPU's own, CUDA events on one GPU, else the CPU's after synchronization."""
    away = [each for each in devices if each.type != "cpu"]
    if not away:
        return time.perf_counter
    if len(away) == 1 and away[0].type == "cuda":
        return EventClock(away[0])
    return lambda: synchronized(away)


def synchronized(devices: Collection[torch.device]) -> float:
    """The time, when `devices` have done all that they were told to."""
    for device in devices:
        if device.type not in ("cpu", "meta"):
            torch.accelerator.synchronize(device)
    return time.perf_counter()


class EventClock:
    """The time on a GPU, by CUDA events. A reading waits until the GPU has come to it."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._last = self._event()
        self._now = 0.0  # summed up, for an event counts in single precision

    def __call__(self) -> float:
        event = self._event()
        event.synchronize()
        self._now += self._last.elapsed_time(event) / 1e3
        self._last = event
        return self._now

    def _event(self) -> torch.cuda.Event:
        event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record(torch.cuda.current_stream(self._device))
        return event


class Marks:
    """Moments in a piece of work, noted without making a GPU wait, and read when all is done.

    On a GPU they are CUDA events: what it did between two of them. On other devices than these and the CPU, each
    mark waits for the device.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._events: list[torch.cuda.Event] = []
        self._times: list[float] = []
        self._clock = None if device.type == "cuda" else clock_of([device])
        if device.type == "cuda":
            self._stream = torch.cuda.current_stream(device)

    def mark(self) -> None:
        """Note this moment."""
        if self._clock:
            self._times.append(self._clock())
        else:
            event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
            event.record(self._stream)
            self._events.append(event)

    def read(self) -> list[float]:
        """The seconds at which the marks were, since the first; forgets them."""
        if self._clock:
            times, self._times = self._times, []
            return [each - times[0] for each in times]
        events, self._events = self._events, []
        torch.cuda.synchronize(self._device)
        return [0.0, *(events[0].elapsed_time(each) / 1e3 for each in events[1:])]
