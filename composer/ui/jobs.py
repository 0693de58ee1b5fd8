"""Work that a page waits for without standing still: in a thread, with a Stop, and found again after a refresh."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import streamlit as st

from composer.errors import ComposerError, KernelError

T = TypeVar("T")


class Job(Generic[T]):
    """A call that runs in a thread. `stop` is what makes it end early."""

    def __init__(self, work: Callable[[], T], stop: Callable[[], None]) -> None:
        self._work = work
        self._stop = stop
        self._done = threading.Event()
        self._started = time.monotonic()
        self.stopped = False
        self.result: T | None = None
        self.error: ComposerError | None = None
        threading.Thread(target=self._run, name="job", daemon=True).start()

    def _run(self) -> None:
        try:
            self.result = self._work()
        except ComposerError as error:
            self.error = error
        except Exception as error:  # no job may be waited for in vain
            self.error = KernelError(f"{type(error).__name__}: {error}")
        finally:
            self._done.set()

    @property
    def running(self) -> bool:
        return not self._done.is_set()

    @property
    def seconds(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self._started

    def wait(self, seconds: float) -> bool:
        """Whether it is done, at the latest after `seconds`."""
        return self._done.wait(seconds)

    def stop(self, patience: float = 10) -> None:
        """End it, and wait for that for so many seconds."""
        self.stopped = True
        self._stop()
        self.wait(patience)


POLL = 0.4  # seconds


def drawn_while(busy: bool, panel: Callable[..., None], *arguments: Any, every: float = POLL) -> None:
    """Draw `panel(*arguments, busy)`; while something is going on again `every` few seconds, without the rest.

    A click while nothing runs draws the whole page, so that undo and the code follow it. It is a fragment even then:
    Streamlit drops what a browser sends to a fragment that is gone, such as a click as the work came to its end.
    """
    drawn = iter((True,))  # with the whole page; after that the fragment is drawn alone

    def draw() -> None:
        if not next(drawn, False) and not busy:
            st.rerun()
        panel(*arguments, busy)

    st.fragment(draw, run_every=every if busy else None)()


def clicked(label: str, key: str, **options: Any) -> bool:
    """A button in a panel of `drawn_while`, and whether it was clicked: told once, when the whole page is drawn.

    For what no callback can do, as it needs what was typed elsewhere before the click.
    """
    st.button(label, key=key, on_click=_keep, args=(key,), **options)
    return bool(st.session_state.pop(f"clicked:{key}", False))


def _keep(key: str) -> None:
    st.session_state[f"clicked:{key}"] = True
