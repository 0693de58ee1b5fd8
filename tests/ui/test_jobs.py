"""Work in a thread: found again, stopped, and never waited for in vain."""

from __future__ import annotations

import threading

from composer.errors import KernelError, KernelStopped
from composer.ui.jobs import Job


def test_gives_the_result() -> None:
    job = Job(lambda: 42, lambda: None)
    assert job.wait(5)
    assert (job.running, job.result, job.error) == (False, 42, None)


def test_keeps_errors() -> None:
    def fail() -> int:
        raise KernelStopped("gone")

    def crash() -> int:
        raise ZeroDivisionError("by zero")

    job = Job(fail, lambda: None)
    assert job.wait(5)
    assert isinstance(job.error, KernelStopped)
    job = Job(crash, lambda: None)
    assert job.wait(5)
    assert isinstance(job.error, KernelError)
    assert str(job.error) == "ZeroDivisionError: by zero"


def test_stops() -> None:
    ended = threading.Event()
    job = Job(lambda: ended.wait(60), ended.set)
    assert job.running
    job.stop()
    assert job.stopped
    assert not job.running
