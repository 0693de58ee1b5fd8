"""Facts 81 to 88 of chapter 5: devices. Each with plain torch first, and then with what the app does."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from composer.engine.devices import CPU, accelerators, device_of, devices, try_all_gpus, try_gpu
from composer.engine.moving import META, mix, move_module, move_tensor, outputs_on
from composer.engine.timing.fetching import fetched, fetching, logged
from composer.engine.timing.matmul import matmul
from composer.errors import MeasureError
from composer.recordings.derived import PRODUCT
from composer.recordings.settings import Fetching, Matmul, Method
from tests.by_hand import Plain
from tests.engine.gpu import COUNT, needs_gpus

without_gpu = pytest.mark.skipif(COUNT > 0, reason="is about machines without a GPU, and there is one here")


def test_81_device_objects_need_no_device_and_a_number_makes_another() -> None:
    assert torch.device("cuda").type == "cuda" and torch.device("cuda:1").index == 1
    assert torch.device("cuda") != torch.device("cuda:0")


@without_gpu
def test_82_without_a_gpu_there_is_the_cpu() -> None:
    assert torch.cuda.device_count() == 0
    with pytest.raises((AssertionError, RuntimeError)):
        torch.ones(1).cuda()
    report = devices()
    assert (try_gpu(), try_gpu(10), try_all_gpus()) == (CPU, CPU, [CPU])
    assert (report.gpus, report.try_gpu, report.try_all_gpus) == (0, "cpu", ("cpu",))
    assert report.note.startswith("There is no GPU that torch ")
    with pytest.raises(MeasureError, match=r"^There is no device 'cuda:0' here; there are: cpu\.$"):
        device_of("cuda:0")


@needs_gpus()
def test_82_with_gpus_they_are_found_and_beyond_them_is_the_cpu() -> None:
    kind = torch.accelerator.current_accelerator()
    assert kind is not None and try_gpu() == torch.device(kind.type, 0)
    assert try_gpu(10**6) == CPU
    assert try_all_gpus() == list(accelerators()) and len(try_all_gpus()) == COUNT
    assert devices().gpus == COUNT and not devices().note


def test_83_to_the_same_device_is_the_very_tensor_and_a_copy_is_not() -> None:
    x = torch.ones(2, 3)
    assert x.to("cpu") is x and x.to("cpu", copy=True) is not x
    same, report = move_tensor(x, CPU)
    assert same is x and report.same and report.rows[0].same and report.rows[0].shares and not report.rows[0].moved
    copied, report = move_tensor(x, CPU, always=True)
    assert copied is not x and torch.equal(copied, x)
    assert not report.same and not report.rows[0].shares and not report.rows[0].moved


@needs_gpus()
def test_83_to_another_device_is_another_tensor() -> None:
    x = torch.ones(2, 3)
    moved, report = move_tensor(x, try_gpu())
    assert moved.device == try_gpu() and not report.same and report.rows[0].moved
    assert move_tensor(moved, try_gpu())[1].same


def test_84_devices_do_not_mix_but_for_numbers_on_the_cpu() -> None:
    x = torch.ones(2, 3)
    with pytest.raises(RuntimeError) as caught:
        x + torch.ones(2, 3, device="meta")
    assert (torch.tensor(2.0) * torch.ones(2, 3, device="meta")).device == META
    report = mix()
    assert report.error
    if not accelerators():
        assert (report.left, report.right, report.stand_in) == ("cpu", "meta", True)
        assert report.error == str(caught.value).splitlines()[0]


@needs_gpus()
def test_84_the_error_is_that_of_the_gpu() -> None:
    report = mix()
    assert not report.stand_in and report.right in report.error
    assert (torch.tensor(2.0) * torch.ones(2, 3, device=try_gpu())).device == try_gpu()


class _Mixed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 3)
        self.register_buffer("kept", torch.ones(2))
        self.plain = torch.ones(4)


def moved_to(device: torch.device) -> None:
    module = _Mixed()
    report = move_module(module, device)
    assert module.linear.weight.device == module.kept.device == device and module.plain.device == CPU
    assert (report.what, report.same) == ("_Mixed", True)
    assert {row.name: (row.sort, row.moved) for row in report.rows} == {
        "linear.weight": ("parameter", True),
        "linear.bias": ("parameter", True),
        "kept": ("buffer", True),
        "plain": ("attribute", False),
    }
    assert all(row.same and row.shares for row in report.rows if not row.moved)


def test_85_a_module_moves_itself_with_its_buffers_and_leaves_plain_tensors() -> None:
    module, x = Plain(), torch.ones(2)
    assert module.to("meta") is module and x.to("meta") is not x
    assert module.rand_weight.device == CPU and module.linear.weight.device == META
    moved_to(META)


@needs_gpus()
def test_85_to_a_gpu() -> None:
    moved_to(try_gpu())
    outputs, error = outputs_on(Plain().to(try_gpu()), [torch.ones(2, 20)])
    assert str(try_gpu()) in error and not outputs, "a plain tensor stayed where it was"
    assert outputs_on(nn.Linear(2, 3).to(try_gpu()), [torch.ones(2)]) == ((str(try_gpu()),), "")


def test_85_outputs_are_where_the_model_is() -> None:
    module = nn.Sequential(nn.Linear(2, 3), nn.Dropout())
    assert outputs_on(module, [torch.ones(4, 2)]) == (("cpu",), "") and module.training
    assert outputs_on(module.to(META), [torch.ones(4, 2)]) == (("meta",), "")
    assert outputs_on(Plain().to(META), [torch.ones(2, 20)])[1], "a plain tensor stayed where it was"


def test_85_what_is_there_already_stays_the_same() -> None:
    report = move_module(_Mixed(), CPU)
    assert len(report.rows) == 4 and all(row.same and row.shares and not row.moved for row in report.rows)


def test_86_map_location_says_where_a_file_is_loaded_to() -> None:
    file = io.BytesIO()
    torch.save({"x": torch.ones(2)}, file)
    file.seek(0)
    assert torch.load(file, map_location="meta")["x"].device == META


@pytest.mark.parametrize("way", [fetched, logged])
def test_87_norms_are_those_of_the_products(way: Callable[[list[Tensor], int], list[float]]) -> None:
    matrices = list(torch.randn(3, 20, 20))
    expected = [float((matrices[k % 3] @ matrices[(k + 1) % 3]).norm()) for k in range(10)]
    assert way(matrices, 10) == pytest.approx(expected)


def test_87_both_ways_of_logging_give_equal_norms() -> None:
    matrices = list(torch.randn(4, 100, 100))
    assert fetched(matrices, 40) == logged(matrices, 40)
    found = fetching(Fetching(products=20, method=Method(seconds=0.05)))
    assert {series.note for series in found.series} == {"the norms are the same both ways"}
    assert all(series.timed for series in found.series)


def test_88_products_are_timed_on_one_thread_and_larger_ones_take_longer() -> None:
    before = torch.get_num_threads()
    found = matmul(Matmul(sizes=(10, 100, 1000), copy_bytes=2**16, method=Method(seconds=0.3)))
    assert found.settings.method.threads == 1 and torch.get_num_threads() == before
    [products] = [series for series in found.series if series.what == PRODUCT]
    ten, hundred, thousand = (point.median for point in products.timed)
    assert 5 * ten < 5 * hundred < thousand and thousand > 100 * ten
