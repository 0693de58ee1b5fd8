"""One kernel for each open design."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from composer.kernel.client import Kernel
from composer.kernel.limits import Limits
from composer.kernel.pool import Pool
from composer.reports import KernelReport
from tests.kernel.verbs import TEST_VERBS


def make(limits: Limits) -> Kernel:
    return Kernel(limits, {**TEST_VERBS, "ping": ping})


def ping(state, progress) -> KernelReport:
    """`remember` stands for training: what it leaves is no initial value."""
    return KernelReport("", not state.source)


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool(make=make)
    yield pool
    pool.close_all()


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_design_keeps_its_kernel(pool: Pool):
    kernel = pool.get("lenet")
    kernel.call("remember", text="trained")
    assert pool.get("lenet") is kernel
    assert pool.get("other") is not kernel
    assert pool.get("lenet").call("remember", text="") == "trained"
    assert pool.take_notice("lenet") == ""


def test_many_threads_get_one_kernel(pool: Pool):
    with ThreadPoolExecutor(8) as threads:
        assert len({kernel.pid for kernel in threads.map(pool.get, ["lenet"] * 32)}) == 1


def test_a_dead_one_is_replaced_and_that_is_said_once(pool: Pool):
    kernel = pool.get("lenet")
    assert kernel.pid
    os.kill(kernel.pid, signal.SIGKILL)
    until(lambda: not kernel.alive)
    assert pool.take_notice("lenet") == ""
    fresh = pool.get("lenet")
    assert fresh is not kernel
    assert fresh.call("echo", value=1) == 1
    assert "was killed (SIGKILL)" in pool.take_notice("lenet")
    assert pool.take_notice("lenet") == ""


def test_a_stopped_one_is_replaced(pool: Pool):
    pool.get("lenet").stop()
    assert pool.get("lenet").alive
    assert pool.take_notice("lenet") == "The model's process was stopped."


def test_close(pool: Pool):
    one, two = pool.get("one"), pool.get("two")
    pool.close("one")
    pool.close("one")
    pool.close("never opened")
    assert not one.alive
    assert two.alive
    assert pool.get("one").alive
    assert pool.take_notice("one") == ""


def test_close_all_and_use_again(pool: Pool):
    kernels = [pool.get(name) for name in ("one", "two")]
    pool.close_all()
    assert not any(each.alive for each in kernels)
    assert pool.get("one").alive


def test_idle_kernels_end_unless_something_would_be_lost():
    pool = Pool(idle_seconds=1.5, make=make)  # longer than a loaded machine stands still
    trained, busy, idle = (pool.get(name) for name in ("trained", "busy", "idle"))
    trained.call("remember", text="trained")
    with ThreadPoolExecutor() as threads:
        working = threads.submit(busy.call, "sleep", seconds=4)
        used = pool.get("used")
        end = time.monotonic() + 3
        while time.monotonic() < end:
            assert pool.get("used") is used
            time.sleep(0.02)
        assert not idle.alive
        assert trained.alive
        assert busy.alive
        assert working.result() == "slept"
    again = pool.get("idle")
    assert again is not idle
    assert again.alive
    assert pool.take_notice("idle") == ""
    until(lambda: not busy.alive)
    pool.close_all()


def test_the_watcher_ends_with_the_pool():
    before = threading.active_count()
    pool = Pool(idle_seconds=0.1, make=make)
    pool.get("one")
    pool.close_all()
    until(lambda: threading.active_count() <= before)
