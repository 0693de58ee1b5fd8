"""Every experiment on the CPU, with tiny settings: what is in the recording."""

from __future__ import annotations

import platform
import re
import sys

import pytest
import torch
from torch import Tensor

from composer import __version__, templates
from composer.codegen.source import class_name_of
from composer.design.document import Input
from composer.engine.build import live
from composer.engine.timing import dispatch as dispatching
from composer.engine.timing import model as modelling
from composer.engine.timing.experiments import measure
from composer.engine.timing.two_devices import two_products
from composer.errors import DesignError, MeasureError
from composer.recordings.derived import COPY, PRODUCT, roofs
from composer.recordings.recording import Recording, Series
from composer.recordings.settings import Dispatch, Fetching, Matmul, Method, Model, Transfers, TwoDevices
from composer.recordings.text import dumps, loads
from composer.reports import Progress
from tests.build import chain, layer, linear
from tests.engine.gpu import COUNT

QUICK = Method(seconds=0.05)
MLP = templates.load("mlp")
CPU = torch.device("cpu")


def by_name(recording: Recording) -> dict[tuple[str, str], Series]:
    assert loads(dumps(recording)) == recording
    return {(series.what, series.dtype): series for series in recording.series}


def test_products_and_a_copy() -> None:
    told: list[Progress] = []
    found = measure(
        Matmul(sizes=(4, 8), dtypes=("float32", "float64"), copy_bytes=2**12, method=QUICK), tell=told.append
    )
    series = by_name(found)
    assert list(series) == [(COPY, ""), (PRODUCT, "float32"), (PRODUCT, "float64")]
    four, eight = series[PRODUCT, "float64"].points
    assert (four.x, eight.x, four.flops, eight.flops) == (4, 8, 128, 1024)
    assert (four.nbytes, eight.nbytes) == (3 * 16 * 8, 3 * 64 * 8) and eight.peak_memory == 3 * 64 * 8
    assert series[COPY, ""].points[0].nbytes == 2**13
    assert [roof.dtype for roof in roofs(found)] == ["float32", "float64"]
    assert {event.text for event in told} >= {"cpu, float32, product: n 8", "cpu, copy: bytes 4,096"}


def test_what_every_recording_says() -> None:
    found = measure(Transfers(sizes=(64,), method=QUICK))
    assert (found.versions.torch, found.versions.composer) == (torch.__version__, __version__)
    assert found.versions.python == platform.python_version()
    assert found.machine.devices[0].id == "cpu" and found.machine.devices[0].name == found.machine.cpu
    assert found.machine.processors >= 1 and found.settings.method == QUICK
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found.date)
    assert platform.node() not in dumps(found) or len(platform.node()) < 4


def test_copies_within_memory() -> None:
    [series] = measure(Transfers(sizes=(64, 128), method=QUICK)).series
    assert series.what == COPY and [point.nbytes for point in series.timed] == [64, 128]


def test_fetching_and_logging() -> None:
    series = by_name(measure(Fetching(sizes=(5, 10), products=3, method=QUICK)))
    assert [what for what, _ in series] == ["fetched each time", "logged on the device"]
    assert [point.flops for point in series["logged on the device", "float32"].timed] == [3 * 250, 3 * 2000]


def test_two_devices_need_two_gpus() -> None:
    if COUNT < 2:
        with pytest.raises(MeasureError, match=r"^This needs two GPUs, and there is (none|one) here\.$"):
            measure(TwoDevices())
    else:
        with pytest.raises(MeasureError, match=r"^This needs two of "):
            measure(TwoDevices(devices=("cpu", "cuda:0")))
    for waits in (True, False):
        work = two_products([CPU, CPU], waits, 4)
        work.call()
        assert work.flops == 2 * 128


def test_training_steps_of_a_design() -> None:
    found = measure(Model(batches=(1, 4), layers=2, method=QUICK, optimizer="Adam"), MLP)
    series = by_name(found)
    assert [what for what, _ in series] == ["forward", "backward", "step", "training step"]
    parts = [series[what, ""].points for what in modelling.STAGES]
    for forward, backward, step, whole in zip(*parts, strict=True):
        sums = [sum(each) for each in zip(forward.samples, backward.samples, step.samples, strict=True)]
        assert sums == pytest.approx(list(whole.samples), rel=1e-4)
    one, four = series["training step", ""].points
    weights = sum(each.nbytes for each in live(MLP).parameters())
    assert one.peak_memory and four.peak_memory and 4 * weights <= one.peak_memory < four.peak_memory
    assert found.design == "MLP"
    forward, backward = found.breakdowns
    assert (forward.what, forward.batch, backward.what, backward.batch) == ("forward", 2, "backward", 2)
    assert [row.path for row in forward.rows] == ["hidden", "relu", "out"]
    assert [row.path for row in backward.rows] == ["", "out", "relu", "hidden"]


def test_a_step_keeps_the_values(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[torch.nn.Module] = []
    monkeypatch.setattr(modelling, "ready", lambda *given: built.append(live(MLP)) or built[0])
    measure(Model(batches=(2,), method=QUICK, optimizer="SGD with momentum"), MLP)
    expected = live(MLP).state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in built[0].state_dict().items())
    assert all(each.grad is None for each in built[0].parameters())


def test_layers_are_left_out_unless_they_are_asked_for() -> None:
    assert measure(Model(batches=(1,), layers=0, method=QUICK), MLP).breakdowns == ()


def test_a_batch_that_a_layer_refuses_is_a_failure_and_the_next_is_timed() -> None:
    net = chain(linear("a", 4, 8), layer("norm", "BatchNorm1d", num_features=8))
    found = measure(Model(batches=(1, 2), layers=1, method=QUICK), net)
    for series in found.series:
        one, two = series.points
        assert one.failure.startswith("cpu refuses it at 1: Expected more than 1 value per channel") and two.samples
    forward, backward = found.breakdowns
    assert forward.rows and backward.failure.startswith("cpu refuses it at 1: Expected more than 1 value")


def test_a_batch_without_memory_is_a_failure_and_the_others_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def inputs(design: object, batch: int, sizes: object, device: torch.device) -> list[Tensor]:
        if batch > 2:
            raise torch.OutOfMemoryError("out of memory")
        return [torch.ones(batch, 20)]

    monkeypatch.setattr(modelling, "inputs_for", inputs)
    found = measure(Model(batches=(1, 2, 4, 8), layers=1, method=QUICK), MLP)
    for series in found.series:
        assert [point.failure for point in series.points] == [
            "", "", "out of memory on cpu at 4", "left out: out of memory on cpu at 4",
        ]  # fmt: skip
    assert len(found.breakdowns) == 2


def test_lazy_layers_take_their_sizes_first() -> None:
    net = chain(layer("a", "LazyLinear", out_features=8), layer("b", "LazyLinear", out_features=2))
    assert all(series.timed for series in measure(Model(batches=(3,), method=QUICK), net).series)


def test_a_design_with_its_own_batch_size_is_timed_at_that() -> None:
    net = chain(linear("a", 4, 8), inputs=(Input(shape=(7, 4)),))
    found = measure(Model(method=QUICK), net)
    assert {point.x for series in found.series for point in series.points} == {7}
    assert found.breakdowns[0].batch == 7


def test_a_design_is_needed_and_has_to_be_sound() -> None:
    with pytest.raises(MeasureError, match=r"^The experiment 'model' times a design: name one\.$"):
        measure(Model())
    with pytest.raises(MeasureError, match=r"^There is no device 'xpu:7' here; "):
        measure(Matmul(devices=("xpu:7",)))
    with pytest.raises(DesignError):
        measure(Model(), chain(linear("a", 4, 8), layer("b", "LazyLinear", "nowhere", out_features=2)))


def test_a_device_that_is_named_twice_is_timed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("composer.engine.timing.recorder.device_of", lambda id: CPU)
    found = measure(Transfers(devices=("cuda", "cuda:0"), sizes=(64,), method=QUICK))
    assert len(found.series) == 1 and loads(dumps(found)).settings.devices == ("cpu",)


def test_ways_to_call_a_design(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **options: object) -> None:
        raise RuntimeError("Failed to find a working C++ compiler: No working C++ compiler found in config.cpp.cxx")

    monkeypatch.setattr(torch, "compile", lambda model, dynamic: refuse)
    series = by_name(measure(Dispatch(batches=(1, 8), method=QUICK), MLP))
    assert [what for what, _ in series] == list(dispatching.WAYS)
    for what in ("eager", "inference mode", "by hand"):
        assert [point.x for point in series[what, ""].timed] == [1, 8] and series[what, ""].note
    assert {point.failure for point in series["torch.compile", ""].points} == {
        "torch.compile needs a C++ compiler, and found none; install g++ or clang"
    }
    assert {point.failure for point in series["CUDA graph", ""].points} == {"CUDA graphs need a CUDA device"}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("Cannot find a working triton installation."), "torch.compile needs Triton for this device"),
        (KeyError("strange"), "torch.compile gave up with KeyError: 'strange'"),
        (ValueError(), "torch.compile gave up with ValueError: "),
    ],
    ids=str,
)
def test_why_nothing_was_compiled(monkeypatch: pytest.MonkeyPatch, error: Exception, told: str) -> None:
    def refuse(*given: object) -> None:
        raise error

    monkeypatch.setattr(torch, "compile", lambda model, dynamic: refuse)
    series = by_name(measure(Dispatch(batches=(1,), method=QUICK), MLP))
    assert series["torch.compile", ""].points[0].failure.startswith(told)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mlp", "mixed_mlp"])
def test_a_design_is_compiled_or_the_reason_is_said(name: str) -> None:
    modules = {*sys.modules}
    [point] = by_name(measure(Dispatch(batches=(2,), method=QUICK), templates.load(name)))["torch.compile", ""].points
    assert class_name_of(templates.load(name)) not in {*sys.modules} - modules
    assert point.samples or "compiler" in point.failure
