"""Points of a curve: what fails is said, and the others are kept."""

from __future__ import annotations

import pytest
import torch

from composer.engine.timing.curves import Curve, timed_curves
from composer.engine.timing.points import (
    Impossible,
    Tell,
    Work,
    is_out_of_memory,
    left_out,
    peak_bytes,
    telling,
)
from composer.engine.timing.recorder import Recorder
from composer.recordings.pieces import together
from composer.recordings.recording import Point, Recording
from composer.recordings.settings import Matmul, Method
from composer.recordings.text import loads
from composer.reports import Piece, Progress

CPU = torch.device("cpu")
QUICK = Matmul(method=Method(seconds=0.02))


def recorded(curves: list[Curve], tell: Tell = lambda event: None) -> Recording:
    return timed_curves(curves, Recorder(QUICK), tell)


def failing(at: int, error: Exception) -> tuple[Point, ...]:
    """A curve whose work fails from one x on."""

    def prepare(x: int) -> Work:
        if x >= at:
            raise error
        return Work(lambda: sum(range(x)))

    return recorded([Curve("a", CPU, (1, 2, 4, 8, 16), prepare)]).series[0].points


def test_out_of_memory_is_said_with_the_size_and_smaller_ones_are_kept() -> None:
    points = failing(4, torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."))
    assert [bool(point.samples) for point in points] == [True, True, False, False, False]
    assert [point.failure for point in points[2:]] == [
        "out of memory on cpu at 4",
        *["left out: out of memory on cpu at 4"] * 2,
    ]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("HIP out of memory"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory: you tried"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes."),
    ],
    ids=str,
)
def test_errors_of_memory_are_known(error: Exception) -> None:
    assert is_out_of_memory(error) and not is_out_of_memory(RuntimeError("no kernel image"))
    assert failing(2, error)[1].failure == "out of memory on cpu at 2"


def test_what_a_device_refuses_is_said_in_its_words_and_larger_ones_are_tried() -> None:
    points = failing(2, RuntimeError("not implemented for 'Half'\nsecond line"))
    assert [point.failure for point in points[1:3]] == [
        "cpu refuses it at 2: not implemented for 'Half'",
        "cpu refuses it at 4: not implemented for 'Half'",
    ]
    assert failing(1, Impossible("needs a CUDA device"))[0].failure == "needs a CUDA device"


def test_errors_that_nobody_foresaw_are_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        failing(1, ZeroDivisionError())


def test_what_would_take_far_too_long_is_left_out() -> None:
    method = Method(seconds=2)
    slow = [Point(x=1024, samples=(2.0,))]
    assert left_out(2048, slow, method, 8).startswith("left out: a call at 2,048 would take about 16 s")
    assert left_out(2048, slow, method, 4) == "" and left_out(8, [], method, 1) == ""
    quick = [Point(x=8, samples=(1e-6,))]
    assert left_out(8192, quick, method, 1024.0**3) == "", "such a call is not about its size"
    missing = [*slow, Point(x=2048, failure=left_out(2048, slow, method, 8))]
    assert left_out(4096, missing, method, 8).startswith("left out: ")


def test_peak_memory_is_what_lives_at_a_time() -> None:
    x = torch.ones(1000)
    assert peak_bytes(CPU, [x], lambda: (x + 1) + 1) == 3 * x.nbytes
    assert peak_bytes(CPU, None, lambda: None) is None


def test_an_event_is_told_at_once_and_not_again_and_again() -> None:
    told: list[Progress] = []
    tell = telling(told.append, Progress("a", 0, 1))
    for _ in range(1000):
        tell()
    assert told == [Progress("a", 0, 1)]


def test_places_and_progress_are_told() -> None:
    told: list[Progress | Piece] = []
    curves = [Curve(what, CPU, (1, 2048), lambda x: Work(lambda: None, flops=x), "float32") for what in ("a", "b")]
    found = recorded(curves, told.append)
    assert [(each.what, each.dtype, each.device) for each in found.series] == [
        (k, "float32", "cpu") for k in ("a", "b")
    ]
    pieces = [loads(each.text) for each in told if isinstance(each, Piece)]
    assert together(pieces) == found.model_copy(update={"stopped": True}), "each point is told when it is there"
    assert list(dict.fromkeys(each for each in told if isinstance(each, Progress))) == [
        Progress(f"cpu, float32, {what}: n {x}", k, 4)
        for k, (what, x) in enumerate([("a", "1"), ("a", "2,048"), ("b", "1"), ("b", "2,048")])
    ]
