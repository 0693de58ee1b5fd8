"""What a kernel may use, and that it never outlives the app."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path

_SHARE = 0.8
_GIB = 2**30
_SIGNALS = {each.value: each.name for each in signal.Signals}


def default_memory() -> int:
    """80 % of the memory of this machine, or of the container that limits it, in bytes; 0 where it is not known."""
    if not hasattr(os, "sysconf"):
        return 0
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with contextlib.suppress(OSError, ValueError):
        total = min(total, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return int(_SHARE * total)


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory` in bytes (0: none); `threads` that torch computes with (None: as many as torch likes)."""

    memory: int = field(default_factory=default_memory)
    threads: int | None = None

    def __str__(self) -> str:
        return f"a limit of {self.memory / _GIB:.1f} GiB of memory" if self.memory else "no limit of memory"


def apply(limits: Limits) -> None:
    """Set `limits` on this process, which imports torch."""
    if limits.memory:
        _limit_memory(limits.memory)
    # If the machine does run out, the system should end this process and not the app.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")
    if limits.threads is not None:
        import torch

        torch.set_num_threads(limits.threads)


def _limit_memory(size: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    # Not RLIMIT_AS: CUDA reserves far more addresses than it ever uses.
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    if hard != resource.RLIM_INFINITY:
        size = min(size, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def end_with_parent() -> None:
    """From now on, end this process as soon as the one that started it is gone, even by kill -9."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel
    if sys.platform == "linux":
        import fcntl

        # The system itself sends this signal: it ends a process whose threads all wait for the interpreter, too.
        fcntl.fcntl(sentinel, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(sentinel, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(sentinel, fcntl.F_SETFL, fcntl.fcntl(sentinel, fcntl.F_GETFL) | os.O_ASYNC)
    threading.Thread(target=_exit_after, args=(sentinel,), name="end-with-parent", daemon=True).start()


def _exit_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(0)


def ending(status: int | None, limits: Limits) -> str:
    """Why a process ended by itself, in a sentence or two. `status` is negative for a signal."""
    if status is None or status >= 0:
        return f"The model's process ended by itself, with status {status}."
    name = _SIGNALS.get(-status, f"signal {-status}")
    if name == "SIGKILL":
        return f"The model's process was killed (SIGKILL), perhaps because memory ran out; it had {limits}."
    if name in ("SIGSEGV", "SIGBUS"):
        return f"The model's process crashed ({name}): native code used memory that is not its own."
    return f"The model's process was ended by {name}; it had {limits}."
