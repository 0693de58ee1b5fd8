"""Every experiment on a GPU, with small settings. Without one they skip, and say so."""

from __future__ import annotations

import pytest
import torch

from composer import templates
from composer.engine.devices import accelerators, devices, try_gpu
from composer.engine.timing.clocks import Marks, clock_of
from composer.engine.timing.experiments import measure
from composer.engine.timing.model import STAGES
from composer.recordings.derived import PRODUCT, roofs
from composer.recordings.recording import Recording, Series
from composer.recordings.settings import Dispatch, Fetching, Matmul, Method, Model, Transfers, TwoDevices
from composer.recordings.text import dumps, loads
from tests.engine.gpu import needs_cuda, needs_gpus

QUICK = Method(seconds=0.2)


def on_both(recording: Recording) -> dict[tuple[str, str], Series]:
    """Series by what and where they are."""
    assert loads(dumps(recording)) == recording
    return {(series.what, series.device): series for series in recording.series}


def gpu() -> str:
    return str(try_gpu())


@needs_gpus()
def test_devices_are_reported() -> None:
    for row, device in zip(devices().devices[1:], accelerators(), strict=True):
        assert (row.id, bool(row.name), bool(row.backend)) == (str(device), True, True)
        assert "float32" in row.dtypes and row.memory_total and row.memory_free
        assert 0 < row.memory_free <= row.memory_total
        assert row.capability or device.type != "cuda"


@needs_gpus()
def test_a_clock_waits_for_the_gpu() -> None:
    a = torch.randn(4096, 4096, device=try_gpu())
    a @ a
    clock, marks = clock_of([try_gpu()]), Marks(try_gpu())
    start = clock()
    marks.mark()
    for _ in range(10):
        a @ a
    marks.mark()
    took = clock() - start
    assert took > 10 * 2 * 4096**3 / 1e16, "no device computes that fast"
    assert marks.read()[1] == pytest.approx(took, rel=0.2)


@needs_gpus()
def test_products() -> None:
    found = measure(Matmul(devices=("cpu", gpu()), sizes=(64, 4096), method=QUICK))
    series = on_both(found)
    point = series[PRODUCT, gpu()].timed[-1]
    assert point.x == 4096 and point.flops_per_second < 1e16
    assert point.peak_memory and point.peak_memory >= 3 * 4096**2 * 4
    assert {roof.device for roof in roofs(found)} == {"cpu", gpu()}
    assert found.named(gpu()) != gpu()


@needs_cuda
def test_half_precision() -> None:
    found = measure(Matmul(devices=(gpu(),), sizes=(2048,), dtypes=("float32", "bfloat16"), method=QUICK))
    exact, short = (series.timed[0].median for series in found.series if series.what == PRODUCT)
    assert short < exact


@needs_gpus()
def test_training_steps() -> None:
    found = measure(Model(devices=("cpu", gpu()), batches=(1, 8), layers=2, method=QUICK), templates.load("lenet"))
    series = on_both(found)
    assert all(len(series[what, gpu()].timed) == 2 for what in STAGES)
    assert [(each.what, each.device) for each in found.breakdowns] == [
        (what, device) for device in ("cpu", gpu()) for what in ("forward", "backward")
    ]
    for each in found.breakdowns:
        assert len(each.rows) >= 12 and 0 < each.total - each.overhead < 1.5 * each.total
    assert series["training step", gpu()].timed[-1].peak_memory


@needs_gpus()
def test_memory_that_is_not_there() -> None:
    total = devices().devices[1].memory_total
    assert total
    n = int((total / 4) ** 0.5) // 256 * 256
    found = measure(Matmul(devices=(gpu(),), sizes=(8, n, 2 * n), method=QUICK))
    small, *large = on_both(found)[PRODUCT, gpu()].points
    assert small.samples
    assert large[0].failure == f"out of memory on {gpu()} at {n:,}"
    assert large[1].failure == f"left out: {large[0].failure}"
    assert torch.ones(1, device=try_gpu()).item() == 1, "the device goes on"


@needs_gpus()
def test_fetching_and_logging() -> None:
    found = measure(Fetching(devices=("cpu", gpu()), products=50, method=QUICK))
    series = on_both(found)
    assert len(series) == 4 and all(each.timed for each in series.values())
    assert series["logged on the device", gpu()].note == "the norms are the same both ways"


@needs_gpus(2)
def test_two_products() -> None:
    first, second = map(str, accelerators()[:2])
    found = measure(TwoDevices(devices=(first, second), sizes=(2048,), method=QUICK))
    after, together = found.series
    assert together.timed[0].median < after.timed[0].median


@needs_gpus()
def test_transfers() -> None:
    found = measure(Transfers(devices=(gpu(),), sizes=(1024, 2**22), method=QUICK))
    series = on_both(found)
    assert {what for what, _ in series} == {
        f"to the {where}, {memory}" for where in ("device", "host") for memory in ("pageable", "pinned")
    }
    for what in ("to the device, pageable", "to the host, pageable"):
        assert [point.nbytes for point in series[what, gpu()].timed] == [1024, 2**22]


@needs_cuda
def test_dispatch() -> None:
    found = measure(Dispatch(devices=(gpu(),), batches=(1,), method=QUICK), templates.load("mlp"))
    series = on_both(found)
    for what in ("eager", "inference mode", "by hand", "CUDA graph"):
        assert series[what, gpu()].timed, series[what, gpu()].points[0].failure
    [compiled] = series["torch.compile", gpu()].points
    assert compiled.samples or compiled.failure.startswith("torch.compile ")
