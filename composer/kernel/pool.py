"""One kernel for each open design."""

from __future__ import annotations

import atexit
import contextlib
import threading
from collections.abc import Callable

from composer.errors import KernelError
from composer.kernel.client import Kernel
from composer.kernel.limits import Limits
from composer.reports import KernelReport

IDLE_SECONDS = 30 * 60
_PING_SECONDS = 1


class Pool:
    """The kernels of all open designs. Safe to use from several threads.

    A kernel that nobody used for `idle_seconds` ends, if its live model holds only initial values: those come
    back with the design.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        idle_seconds: float = IDLE_SECONDS,
        make: Callable[[Limits], Kernel] = Kernel,
    ) -> None:
        self._limits = limits or Limits()
        self._idle_seconds = idle_seconds
        self._make = make
        self._lock = threading.Lock()
        self._kernels: dict[str, Kernel] = {}
        self._notices: dict[str, str] = {}
        self._closing = threading.Event()
        self._watcher: threading.Thread | None = None
        atexit.register(self.close_all)

    def get(self, design: str) -> Kernel:
        """The kernel of a design, by the design's id; a new one where there is none, or where it ended.

        Raises:
            KernelStopped: where a new one does not come up.
        """
        with self._lock:
            kernel = self._kernels.get(design)
            if kernel is None or not kernel.alive:
                if kernel is not None:
                    self._notices[design] = kernel.ended
                kernel = self._kernels[design] = self._make(self._limits).start()
            kernel.touch()
            self._watch()
            return kernel

    def report(self, design: str) -> KernelReport | None:
        """What a design's kernel holds; None where it has none, which is not started, or one that has to do."""
        with self._lock:
            kernel = self._kernels.get(design)
        if kernel is None or not kernel.idle_seconds:
            return None
        with contextlib.suppress(KernelError):
            found: KernelReport = kernel.call("ping", timeout=_PING_SECONDS)
            return found
        return None

    def take_notice(self, design: str) -> str:
        """Why the design's kernel had to be replaced, and its live values are lost; told once, then ""."""
        with self._lock:
            return self._notices.pop(design, "")

    def close(self, design: str) -> None:
        """End a design's kernel, where it has one."""
        with self._lock:
            kernel = self._kernels.pop(design, None)
            self._notices.pop(design, None)
        if kernel:
            kernel.stop()

    def close_all(self) -> None:
        """End every kernel. The pool can be used again afterwards."""
        self._closing.set()
        with self._lock:
            kernels = list(self._kernels.values())
            self._kernels.clear()
            self._notices.clear()
            self._watcher = None
        for kernel in kernels:
            kernel.stop()

    def end_idle(self) -> None:
        """End the kernels that were idle for long enough and would lose nothing."""
        with self._lock:
            idle = {design: each for design, each in self._kernels.items() if self._may_end(each)}
            for design in idle:
                del self._kernels[design]
        for kernel in idle.values():
            kernel.stop()

    def _may_end(self, kernel: Kernel) -> bool:
        if not kernel.alive or kernel.idle_seconds < self._idle_seconds:
            return False
        with contextlib.suppress(KernelError):
            return bool(kernel.call("ping", timeout=_PING_SECONDS).initial)
        return False

    def _watch(self) -> None:
        if self._watcher is None:
            self._closing = threading.Event()
            self._watcher = threading.Thread(target=self._look, args=(self._closing,), name="idle-kernels", daemon=True)
            self._watcher.start()

    def _look(self, closing: threading.Event) -> None:
        while not closing.wait(max(0.05, self._idle_seconds / 10)):
            self.end_idle()
