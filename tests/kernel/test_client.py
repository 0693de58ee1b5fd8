"""Calls to a real kernel process."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from composer.errors import Cancelled, DesignError, KernelError, KernelStopped, KernelTimeout
from composer.kernel.client import Kernel, Ticket
from composer.kernel.limits import Limits
from composer.reports import KernelReport, Progress
from tests.kernel.verbs import TEST_VERBS

OPEN_FILES = Path("/proc/self/fd")


def test_ping(steady: Kernel):
    assert steady.alive
    assert steady.call("ping") == KernelReport("", True)


def test_values_come_back_as_they_were(steady: Kernel):
    value = {"a": [1, 2.5, None, "ü"], "b": (True, 1 + 2j, {3, 4}), "c": b"\0", "d": slice(1, 2)}
    assert steady.call("echo", value=value) == value
    assert steady.call("echo", value="x" * 10_000_000) == "x" * 10_000_000


def test_progress_comes_in_order_before_the_report(steady: Kernel):
    events: list[Progress] = []
    assert steady.call("count", total=200, on_progress=events.append) == "counted"
    assert events == [Progress("counting", done, 200) for done in range(200)]
    assert steady.call("count", total=3) == "counted"  # nobody listens


def test_a_call_is_given_up_at_its_next_event_and_the_process_lives_on(steady: Kernel):
    pid, seen, ticket = steady.pid, threading.Event(), Ticket()
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(
            steady.call, "count", total=10_000, pause=0.01, on_progress=lambda event: seen.set(), ticket=ticket
        )
        assert seen.wait(10)
        steady.cancel(ticket)
        with pytest.raises(Cancelled, match=r"^It was stopped before it was done\.$"):
            call.result(10)
    steady.cancel(ticket)  # nothing runs
    assert steady.call("echo", value=1) == 1 and steady.pid == pid


def test_giving_up_a_call_that_waits_leaves_the_one_that_runs_alone(steady: Kernel):
    seen, ticket = threading.Event(), Ticket()
    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(steady.call, "count", total=60, pause=0.01, on_progress=lambda event: seen.set())
        assert seen.wait(10)
        waiting = pool.submit(steady.call, "count", total=10_000, pause=0.01, ticket=ticket)
        time.sleep(0.1)
        steady.cancel(ticket)
        assert running.result(10) == "counted"
        with pytest.raises(Cancelled):
            waiting.result(10)
    assert steady.call("echo", value=1) == 1


def test_what_is_asked_while_a_call_that_nobody_waits_for_goes_on_is_answered(steady: Kernel):
    with pytest.raises(KernelTimeout):
        steady.call("count", total=50, pause=0.01, timeout=0.1)
    assert steady.call("echo", value=2) == 2


def test_our_errors_come_back_as_themselves(steady: Kernel):
    with pytest.raises(DesignError) as caught:
        steady.call("refuse")
    assert type(caught.value) is DesignError
    assert [each.path for each in caught.value.problems] == ["a.b", "c"]
    assert str(caught.value) == "a.b: expects one thing, received another\nc: expects x, received y"


def test_other_errors_become_a_sentence_with_the_traceback_as_a_note(steady: Kernel):
    with pytest.raises(KernelError) as caught:
        steady.call("fail")
    assert type(caught.value) is KernelError
    assert str(caught.value) == "fail failed with ZeroDivisionError: nothing to divide by"
    assert "tests/kernel/verbs.py" in caught.value.__notes__[0]
    assert steady.call("echo", value=1) == 1


def test_unknown_verbs_and_arguments(steady: Kernel):
    with pytest.raises(KernelError, match=r"there is no verb 'exec'; there are: allocate,.* summary"):
        steady.call("exec", code="1")
    with pytest.raises(KernelError, match=r"ping failed with TypeError: .*unexpected keyword argument 'wrong'"):
        steady.call("ping", wrong=1)


def test_what_only_torch_knows_cannot_come_back(steady: Kernel):
    with pytest.raises(KernelError, match=r"torch\.Size is not a plain value, report or error"):
        steady.call("tensor")


def test_state_lives_between_calls(kernel: Kernel):
    assert kernel.call("remember", text="first") == ""
    assert kernel.call("remember", text="second") == "first"


def test_stop_during_a_long_call(kernel: Kernel):
    for verb, arguments in (("sleep", {"seconds": 600}), ("compute", {})):
        with Kernel(verbs=TEST_VERBS) as busy, ThreadPoolExecutor() as threads:
            waiting = threads.submit(busy.call, verb, **arguments)
            queued = threads.submit(busy.call, "ping")
            _until(lambda busy=busy: busy.idle_seconds == 0)
            start = time.monotonic()
            busy.stop()
            for future in (waiting, queued):
                with pytest.raises(KernelStopped, match=r"The model's process was stopped\."):
                    future.result()
            assert time.monotonic() - start < 1
            assert not busy.alive
            assert not _exists(busy.pid)
    assert kernel.call("echo", value=1) == 1  # others go on


def test_stop_when_idle_twice_and_before_start(kernel: Kernel):
    kernel.stop()
    kernel.stop()
    assert not kernel.alive
    with pytest.raises(KernelStopped, match=r"The model's process was stopped\."):
        kernel.call("ping")
    never = Kernel()
    never.stop()
    with pytest.raises(KernelStopped, match=r"The model's process was not started\."):
        never.call("ping")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SIGSEGV", r"crashed \(SIGSEGV\): native code used memory that is not its own"),
        ("SIGKILL", r"was killed \(SIGKILL\), perhaps because memory ran out; it had a limit of [\d.]+ GiB of memory"),
        ("SIGABRT", r"was ended by SIGABRT; it had a limit of [\d.]+ GiB of memory"),
    ],
)
def test_a_crash_says_what_happened(kernel: Kernel, name: str, words: str):
    with pytest.raises(KernelStopped, match=words):
        kernel.call("crash", name=name)
    assert not kernel.alive
    with pytest.raises(KernelStopped, match=words):
        kernel.call("ping")


def test_a_kill_from_outside_is_seen_without_a_call(kernel: Kernel):
    assert kernel.pid
    os.kill(kernel.pid, signal.SIGKILL)
    _until(lambda: not kernel.alive)
    assert "SIGKILL" in kernel.ended


def test_an_exit(kernel: Kernel):
    with pytest.raises(KernelStopped, match=r"ended by itself, with status 3\."):
        kernel.call("leave", status=3)


def test_a_timeout_leaves_the_kernel_alive(kernel: Kernel):
    with pytest.raises(KernelTimeout, match=r"sleep did not answer in 0\.1 s\."):
        kernel.call("sleep", seconds=0.5, timeout=0.1)
    assert kernel.alive
    assert kernel.call("echo", value="the next answer, not the late one") == "the next answer, not the late one"


def test_a_timeout_counts_waiting_for_other_calls(kernel: Kernel):
    with ThreadPoolExecutor() as threads:
        first = threads.submit(kernel.call, "sleep", seconds=1)
        _until(lambda: kernel.idle_seconds == 0)
        with pytest.raises(KernelTimeout, match="ping did not answer"):
            kernel.call("ping", timeout=0.1)
        assert first.result() == "slept"


def test_a_caller_that_leaves_during_progress_leaves_nothing_behind(kernel: Kernel):
    class Left(Exception):
        pass

    def leave(event: Progress) -> None:
        raise Left

    with pytest.raises(Left):
        kernel.call("count", total=5_000, on_progress=leave)
    assert kernel.call("echo", value=2) == 2


def test_many_threads_share_a_kernel(steady: Kernel):
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda k: steady.call("echo", value=k), range(400))) == list(range(400))


def test_two_kernels_work_at_once():
    with Kernel(verbs=TEST_VERBS) as one, Kernel(verbs=TEST_VERBS) as two, ThreadPoolExecutor() as threads:
        long = threads.submit(one.call, "sleep", seconds=600)
        _until(lambda: one.idle_seconds == 0)
        assert two.call("echo", value=1) == 1
        assert one.pid != two.pid
        assert not long.done()
        one.stop()
        assert two.call("echo", value=2) == 2


def test_kernels_started_from_many_threads():
    def use(k: int) -> int:
        with Kernel(verbs=TEST_VERBS) as kernel:
            answer: int = kernel.call("echo", value=k)
            return answer

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(use, range(16))) == list(range(16))


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="only Linux lists a process's open files")
def test_no_thread_or_file_stays_open():
    def use() -> tuple[int, int]:
        with Kernel() as kernel:
            kernel.call("ping")
        del kernel
        return threading.active_count(), len(list(OPEN_FILES.iterdir()))

    first = use()
    assert [use() for _ in range(5)] == [first] * 5


def test_memory_is_limited_and_the_kernel_lives(kernel: Kernel):
    with Kernel(Limits(memory=4 * 2**30), TEST_VERBS) as limited:
        words = (
            r"ran out of memory when it asked for 16\.0 GiB; the model's process has a limit of 4\.0 GiB of memory\."
        )
        with pytest.raises(KernelError, match=f"allocate {words}"):
            limited.call("allocate", size=16 * 2**30)
        with pytest.raises(KernelError, match=r"allocate bytes ran out of memory; .* a limit of 4\.0 GiB of memory\."):
            limited.call("allocate_bytes", size=16 * 2**30)
        assert limited.call("echo", value="alive") == "alive"


def test_threads_are_set():
    with Kernel(Limits(threads=1), TEST_VERBS) as kernel:
        assert kernel.call("threads") == 1


def _until(condition, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def _exists(pid: int | None) -> bool:
    assert pid
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
