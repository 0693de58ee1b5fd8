"""A point of a series: timed, or why not. Where a device is out of memory, that is said, and other points are kept."""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from composer.engine.memory import LiveBytes
from composer.engine.timing.clocks import clock_of
from composer.engine.timing.method import timed
from composer.recordings.recording import Point, Samples
from composer.recordings.settings import Method
from composer.reports import Piece, Progress

Tell = Callable[[Progress | Piece], None]
"""Takes how far an experiment is, and what of it is done."""
Found = TypeVar("Found")
_OFTEN = 0.1  # seconds between two events that say the same
PATIENCE = 5  # times the seconds of a point, that a single call may take
_WORK = 0.01  # seconds; a shorter call is mostly what it takes to begin it, and says little about larger ones

_NO_MEMORY = re.compile(r"(can't allocate|not enough|out of) memory|bad allocation|defaultcpuallocator", re.IGNORECASE)
_REFUSED = (RuntimeError, ValueError, TypeError, NotImplementedError, MemoryError)


def telling(tell: Tell, event: Progress) -> Callable[[], None]:
    """Tell of `event` at once, and then ever again, but not more often than is needed."""
    last = -_OFTEN

    def now() -> None:
        nonlocal last
        if time.monotonic() - last >= _OFTEN:
            last = time.monotonic()
            tell(event)

    return now


class Impossible(Exception):
    """A point cannot be timed; the text says why, in words of ours."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is timed at one point: a `call`, and what it computes and moves.

    `held` are tensors that it needs; None where those of a call cannot be counted on the CPU. `also` are other devices
    than that of the series, which are waited for, too.
    """

    call: Callable[[], object]
    held: Sequence[Tensor] | None = ()
    flops: int = 0
    nbytes: int = 0
    also: Sequence[torch.device] = ()


def point(x: int, device: torch.device, method: Method, tell: Callable[[], None], prepare: Callable[[], Work]) -> Point:
    """Time what `prepare` makes at `x`; where it cannot be made or run, the point that says why."""

    def run() -> Point:
        tell()
        work = prepare()
        found = timed(work.call, clock_of([device, *work.also]), method, tell)
        peak = peak_bytes(device, work.held, work.call) if found.median < method.seconds else None
        return point_of(x, found, flops=work.flops, nbytes=work.nbytes, peak_memory=peak)

    return attempted(x, device, run)


def point_of(x: int, found: Samples, flops: int = 0, nbytes: int = 0, peak_memory: int | None = None) -> Point:
    """The point of these samples."""
    return Point(
        x=x, samples=found.samples, calls=found.calls, flops=flops, nbytes=nbytes, peak_memory=peak_memory
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Failed:
    """Why something could not be timed."""

    reason: str


def attempted(x: int, device: torch.device, run: Callable[[], Point]) -> Point:
    """What `run` gives, or the point that says why it failed; then all memory is free again."""
    found = caught(x, device, run)
    if not isinstance(found, Failed):
        return found
    free(device)
    return Point(x=x, failure=found.reason)


def caught(x: int, device: torch.device, run: Callable[[], Found]) -> Found | Failed:
    """What `run` gives, or why it failed."""
    try:
        return run()
    except Impossible as error:
        return Failed(str(error))
    except _REFUSED as error:
        return Failed(_failure(x, device, error))


def left_out(x: int, before: Sequence[Point], method: Method, growth: float) -> str:
    """Why the next point of a series is not tried; "" where it is.

    It takes `growth` times as long as the one before. Where that one failed for memory, this one would, too.
    """
    if not before:
        return ""
    last = before[-1]
    if last.failure.startswith(("out of memory", "left out: out of memory")):
        return f"left out: {last.failure.removeprefix('left out: ')}"
    if last.failure.startswith("left out"):
        return last.failure
    expected = last.median * growth if last.samples and last.median > _WORK else 0
    if expected > PATIENCE * method.seconds:
        return f"left out: a call at {x:,} would take about {expected:.0f} s, and a point has {method.seconds:g} s"
    return ""


def peak_bytes(device: torch.device, held: Sequence[Tensor] | None, call: Callable[[], object]) -> int | None:
    """Bytes of memory that a call needs at most, what it is given included; None where that cannot be known.

    On an accelerator, what torch has allocated on it; on the CPU, the tensors that are alive at a time.
    """
    if device.type == "cpu":
        if held is None:
            return None
        live = LiveBytes()
        live.see(held)
        with live:
            call()
        return live.peak
    if device.type == "mps":
        return None
    module = torch.get_device_module(device)
    module.synchronize(device)
    module.reset_peak_memory_stats(device)
    call()
    module.synchronize(device)
    return int(module.max_memory_allocated(device))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether it says that there is no memory left, on any device."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or bool(_NO_MEMORY.search(str(error)))


def free(device: torch.device) -> None:
    """Give back memory that nothing uses any more."""
    gc.collect()
    if device.type != "cpu":
        torch.get_device_module(device).empty_cache()


def _failure(x: int, device: torch.device, error: Exception) -> str:
    if is_out_of_memory(error):
        return f"out of memory on {device} at {x:,}"
    lines = str(error).strip().splitlines()
    return f"{device} refuses it at {x:,}: {lines[0][:300] if lines else type(error).__name__}"
