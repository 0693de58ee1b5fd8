"""Starting processes: forked from a server that has torch imported already, where the system can fork."""

from __future__ import annotations

import multiprocessing
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from multiprocessing.process import BaseProcess
from typing import Any

_PRELOAD = ["composer.kernel.preload"]
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_lock = threading.Lock()


def warm_up() -> None:
    """Begin to start the server that kernels are forked from. Returns at once; it is ready a few seconds later."""
    if _METHOD == "forkserver":
        from multiprocessing import forkserver

        with _lock, _main_left_alone():
            forkserver.set_forkserver_preload(_PRELOAD)
            forkserver.ensure_running()


def launch(target: Callable[..., None], arguments: tuple[Any, ...]) -> BaseProcess:
    """A running process that calls `target(*arguments)`, and ends when this one ends.

    Raises:
        OSError, EOFError: where it does not come up.
    """
    warm_up()
    context = multiprocessing.get_context(_METHOD)
    process: BaseProcess = context.Process(target=target, args=arguments, name="kernel", daemon=True)  # type: ignore[attr-defined]
    with _lock, _main_left_alone():
        process.start()
    return process


def status_of(process: BaseProcess, seconds: float) -> int | None:
    """The exit status of a process that is ending, negative for a signal; None if it takes more than `seconds`."""
    with _lock:  # a start looks at all processes too, and a status can be read only once
        process.join(seconds)
        return process.exitcode


@contextmanager
def _main_left_alone() -> Iterator[None]:
    """Keep multiprocessing from running this program's main script in the new process as well.

    Streamlit makes the page's script the main module: without this, each kernel would run the page. A package's
    `__main__` is never run again, so for a moment the main module is said to be one.
    """
    main = sys.modules["__main__"]
    spec = main.__spec__
    main.__spec__ = ModuleSpec("composer.__main__", None)
    try:
        yield
    finally:
        main.__spec__ = spec
