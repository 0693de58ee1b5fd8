"""Verbs that do on purpose what real ones should not. Imported by kernels, so without torch."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import Any

from composer.errors import DesignError, Problem
from composer.kernel.verbs import VERBS, Progress, State
from composer.reports import Progress as Progressed


def echo(state: State, progress: Progress, value: Any) -> Any:
    return value


def count(state: State, progress: Progress, total: int, pause: float = 0) -> str:
    for done in range(total):
        progress(Progressed("counting", done, total))
        time.sleep(pause)
    return "counted"


def sleep(state: State, progress: Progress, seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def compute(state: State, progress: Progress) -> int:
    """Holds the interpreter's lock for a very long time."""
    return sum(range(10**12))


def refuse(state: State, progress: Progress) -> None:
    raise DesignError([Problem("a.b", "code", "one thing", "another"), Problem("c", "code", "x", "y")])


def fail(state: State, progress: Progress) -> None:
    raise ZeroDivisionError("nothing to divide by\nand a second line")


def allocate(state: State, progress: Progress, size: int) -> None:
    import torch

    torch.empty(size, dtype=torch.uint8)


def allocate_bytes(state: State, progress: Progress, size: int) -> None:
    bytearray(size)


def tensor(state: State, progress: Progress) -> Any:
    import torch

    return torch.zeros(3).shape


def crash(state: State, progress: Progress, name: str) -> None:
    os.kill(os.getpid(), getattr(signal, name))
    time.sleep(10)


def leave(state: State, progress: Progress, status: int) -> None:
    os._exit(status)


def threads(state: State, progress: Progress) -> int:
    import torch

    return torch.get_num_threads()


def facts(state: State, progress: Progress) -> dict[str, Any]:
    return {
        "torch": "torch" in sys.modules,
        "main": getattr(sys.modules["__main__"], "__file__", None),
        "threads": threading.active_count(),
    }


def remember(state: State, progress: Progress, text: str) -> str:
    before, state.source = state.source, text
    return before


TEST_VERBS = {
    **VERBS,
    **{
        verb.__name__: verb
        for verb in (
            *(echo, count, sleep, compute, refuse, fail, allocate, allocate_bytes, tensor),
            *(crash, leave, threads, facts, remember),
        )
    },
}
