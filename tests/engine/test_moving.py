"""Moving modules: all or nothing, the same objects, ties and gradients. The meta device has no values, but a name."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from composer.design.document import Design
from composer.engine.build import drawn, live, source_of
from composer.engine.data import load
from composer.engine.devices import CPU, try_gpu
from composer.engine.home import brought, home_of, on_cpu, random_apart
from composer.engine.lazy import resolving
from composer.engine.located import located
from composer.engine.moving import META, move_module, send
from composer.engine.optimizing import along, kept_of, optimizer_of
from composer.engine.run import run
from composer.errors import DesignError, MeasureError
from tests.build import chain, layer, linear
from tests.engine.fingerprint import fingerprint
from tests.engine.gpu import needs_gpus
from tests.engine.test_lazy import equal, mlp, values

TIED = chain(linear("a", 4, 4), layer("n", "BatchNorm1d", num_features=4), linear("b", 4, 4),
             ties=(("a.weight", "b.weight"),))  # fmt: skip


def trained(design: Design = TIED) -> nn.Module:
    model = live(design)
    model(torch.randn(3, 4)).sum().backward()
    return model


def test_to_the_device_where_it_is_nothing_is_another() -> None:
    model = trained()
    before = fingerprint(model)
    report = move_module(model, CPU)
    assert report.same and fingerprint(model) == before
    assert all(row.same and row.shares and not row.moved and row.nbytes for row in report.rows)
    assert (report.moved, report.left, report.device) == ((), (), "cpu") and report.seconds >= 0


def moved(device: torch.device) -> nn.Module:
    """A model with gradients and a tie, sent there."""
    model = trained()
    parameters, before = dict(model.named_parameters()), values(model)
    report = move_module(model, device)
    assert all(each is parameters[name] for name, each in model.named_parameters()), "the very objects"
    assert model.a.weight is model.b.weight and home_of(model) == device
    assert all(each.grad is not None and each.grad.device == device for each in model.parameters())
    assert {row.name for row in report.moved} == {row.name for row in report.rows} == set(before) - {"b.weight"}
    assert {row.name: row.nbytes for row in report.rows} == {row.name: before[row.name].nbytes for row in report.rows}
    return model


@needs_gpus()
def test_a_move_to_a_gpu_and_back_keeps_values_to_the_bit() -> None:
    torch.manual_seed(0)
    expected = values(trained())
    torch.manual_seed(0)
    model = moved(try_gpu())
    assert all(each.device == try_gpu() for each in (*model.parameters(), *model.buffers()))
    move_module(model, CPU)
    assert equal(values(model), expected)


class _Stuck(nn.Module):
    """A module that cannot be moved: what stands before it has gone when that shows."""

    def _apply(self, *_: Any, **__: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 TiB.\nMore of it.")


def without_room(device: torch.device) -> None:
    model = nn.Sequential(trained(), nn.LazyLinear(2), nn.LazyBatchNorm1d(), _Stuck())
    before = fingerprint(model)
    with pytest.raises(MeasureError) as caught:
        move_module(model, device)
    assert fingerprint(model) == before and home_of(model) == CPU
    caught.match(f"^The model could not be moved to {device}; it is on cpu, as before. It takes 0.00 GiB there")
    caught.match(r"Torch says: CUDA out of memory. Tried to allocate 2.00 TiB\.$")
    del model[3]
    send(model, device)
    assert home_of(model) == device and model[1].weight.device == device


def test_where_it_has_no_room_all_of_it_stays() -> None:
    without_room(META)


@needs_gpus()
def test_where_a_gpu_has_no_room_all_of_it_stays() -> None:
    without_room(try_gpu())


class _Plain(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scale = torch.ones(3)
        self.linear = nn.Linear(3, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) * self.scale  # type: ignore[no-any-return]


def test_plain_tensors_stay_and_are_named_and_are_the_reason_of_a_failure() -> None:
    model = nn.Sequential(_Plain())
    report = move_module(model, META)
    assert [(row.name, row.after) for row in report.left] == [("0.scale", "cpu")]
    assert [row.name for row in report.moved] == ["0.linear.weight", "0.linear.bias"]
    with (
        pytest.raises(DesignError, match=r"0: expects tensors on one device .*, received tensors on cuda:0 and cpu"),
        located(model),
    ):
        raise_mixed(model)


def raise_mixed(model: nn.Module) -> None:
    """Torch has a sentence of its own for the meta device: that of all others is raised."""

    def refuse(module: nn.Module, args: Any) -> None:
        raise RuntimeError("Expected all tensors to be on the same device, but found cuda:0 and cpu!")

    model[0].register_forward_pre_hook(refuse)  # type: ignore[operator]
    model(torch.ones(2, 3))


def test_where_a_model_is() -> None:
    assert home_of(nn.Sequential()) == home_of(nn.ReLU()) == home_of(nn.LazyLinear(2)) == CPU
    buffers = nn.BatchNorm1d(3, affine=False, device="meta")
    assert home_of(buffers) == META and brought([torch.ones(2)], buffers)[0].device == META
    linear = nn.Linear(2, 2)
    assert on_cpu(linear) is linear


def test_random_numbers_are_apart() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    with random_apart(CPU, 7):
        assert torch.initial_seed() == 7
        torch.rand(3)
    assert torch.equal(torch.get_rng_state(), before)


def lazily(device: torch.device) -> tuple[nn.Module, Tensor]:
    """The book's lazy network, with sizes that it took on a device."""
    model, draws = drawn(source_of(mlp()), "LazyMLP", 3)
    model.to(device)
    outside = torch.get_rng_state()
    with resolving(model, draws):
        model(torch.ones(2, 20, device=device))
    assert torch.equal(torch.get_rng_state(), outside)
    return model, draws


@needs_gpus()
def test_lazy_layers_draw_the_values_of_the_cpu_on_a_gpu() -> None:
    there, here = lazily(try_gpu())[0], lazily(CPU)[0]
    assert {each.device for each in there.parameters()} == {try_gpu()}
    assert equal(values(there.cpu()), values(here))


def test_what_an_optimizer_keeps_is_brought_where_it_is_of_this_model() -> None:
    model = trained(chain(linear("a", 4, 4), linear("b", 4, 4)))
    optimizer = optimizer_of(model, "Adam", 0.1)
    optimizer.step()
    kept = kept_of(model, "Adam", optimizer, 1)
    again = along(model, kept)
    assert again is not None and again.steps == 1 and again.parameters == kept.parameters
    assert all(torch.equal(again.state["state"][k]["exp_avg"], each["exp_avg"])
               for k, each in kept.state["state"].items())  # fmt: skip
    assert along(nn.Linear(2, 2), kept) is kept and along(model, None) is None
    model.to(META)
    gone = along(model, kept)
    assert gone is not None and all(each["exp_avg"].is_meta for each in gone.state["state"].values())


@needs_gpus()
def test_a_run_on_a_gpu_is_that_of_the_cpu() -> None:
    sample = load("random", TIED.inputs, 4, 0)
    here = run(live(TIED), ["x"], sample).outputs[0]
    there = run(live(TIED).to(try_gpu()), ["x"], sample).outputs[0]
    assert there.shape == here.shape and there.values == pytest.approx(here.values, rel=1e-4, abs=1e-5)
