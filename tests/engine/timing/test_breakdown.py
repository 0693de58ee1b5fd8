"""Where the time of a forward pass goes: rows of layers and ops, and what is left."""

from __future__ import annotations

import time
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from composer import templates
from composer.design.document import Design, Input
from composer.design.nodes import Parallel, Residual, Sequential, Shared
from composer.engine.build import live
from composer.engine.timing.breakdown import Passes
from composer.engine.timing.designs import inputs_for
from composer.engine.timing.following import Lines
from composer.engine.timing.nodes import SUMS
from composer.recordings.recording import Breakdown
from composer.recordings.settings import Method
from tests.build import chain, layer, linear, op

CPU = torch.device("cpu")
QUICK = Method(seconds=0.2)


def both(design: Design, batch: int = 2, model: nn.Module | None = None) -> list[Breakdown]:
    passes = Passes(model or live(design), inputs_for(design, batch, {}, CPU), Lines.of(design), CPU)
    return passes.breakdowns(batch, QUICK, lambda: None)


def broken_down(design: Design, batch: int = 2, model: nn.Module | None = None) -> Breakdown:
    return both(design, batch, model)[0]


def names(found: Breakdown) -> list[tuple[str, str]]:
    return [(row.path, row.kind) for row in found.rows]


def test_layers_ops_and_sums_of_blocks_are_rows() -> None:
    residual = Residual(id="r", nodes=(linear("fc", 4, 4), op("act", "relu")))
    inner = Sequential(id="s", nodes=(linear("0", 4, 4), layer("1", "Tanh")))
    found = broken_down(chain(residual, inner, op("last", "sigmoid")))
    assert names(found)[:2] == [("r.fc", "Linear"), ("r.act", "relu")]
    assert names(found)[3:] == [("s.0", "Linear"), ("s.1", "Tanh"), ("last", "sigmoid")]
    assert found.rows[2].path == "r", "the sum is the block's own"


def test_what_is_called_twice_is_a_row_for_each_path() -> None:
    found = broken_down(chain(linear("a", 4, 4), Shared(id="again", of="a")))
    assert names(found) == [("a", "Linear"), ("again", "Linear")]


def test_a_layer_with_layers_inside_is_one_row() -> None:
    options = {"d_model": 4, "nhead": 2, "dim_feedforward": 8, "batch_first": True}
    found = broken_down(chain(layer("enc", "TransformerEncoderLayer", **options), inputs=(Input(shape=("N", 3, 4)),)))
    assert names(found) == [("enc", "TransformerEncoderLayer")]


class _Slow(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        time.sleep(0.02)
        return x


def test_time_goes_to_the_row_that_takes_it_and_the_rest_is_overhead() -> None:
    design = chain(linear("a", 4, 4), linear("b", 4, 4))
    model = live(design)
    _Slow.__module__ = "torch.nn.modules"
    model.add_module("b", _Slow())
    found = broken_down(design, model=model)
    a, b = found.rows
    assert (a.path, b.path, b.kind) == ("a", "b", "_Slow")
    assert found.seconds(b) >= 0.02 and found.seconds(a) < 0.01
    shares = [found.share(each) for each in (found.seconds(a), found.seconds(b), found.overhead)]
    assert sum(shares) == pytest.approx(1) and shares[1] > 0.5


def test_nothing_is_left_on_the_model() -> None:
    design = templates.load("lenet")
    model = live(design)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = broken_down(design, 1, model)
    assert not any(each._forward_hooks or each._forward_pre_hooks for each in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert len(found.rows) == 12 and found.whole.count == found.rows[0].count
    assert all(each.grad is None for each in model.parameters())


def test_a_backward_pass_goes_the_other_way_and_every_node_has_a_row() -> None:
    residual = Residual(id="r", nodes=(linear("fc", 4, 4), op("act", "relu")))
    _, found = both(chain(linear("a", 4, 4), residual, op("last", "sigmoid")))
    assert names(found)[:2] == [("", "loss"), ("last", "sigmoid")]
    assert [row.path for row in found.rows[2:]] == ["r", "r.act", "r.fc", "", "a"]
    assert all(found.seconds(row) > 0 for row in found.rows)


TIED = chain(linear("a", 4, 4), linear("b", 4, 4), ties=(("a.weight", "b.weight"),))


@pytest.mark.parametrize(("design", "adds"), [
    (TIED, True),
    (chain(linear("a", 4, 4), Residual(id="r", nodes=(linear("fc", 4, 4),))), True),
    (chain(Parallel(id="p", nodes=(linear("fc", 4, 4), linear("fc2", 4, 4)), merge="add"), linear("b", 4, 4)), False),
    (chain(linear("a", 4, 4), op("twice", "Add", "a", "a")), True),
    (chain(linear("a", 4, 4), linear("b", 4, 4)), False),
])  # fmt: skip
def test_gradients_that_are_added_up_are_a_row(design: Design, adds: bool) -> None:
    _, found = both(design)
    assert (SUMS in names(found)) is adds
    assert len(set(names(found))) == len(found.rows)


class _Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 2

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        time.sleep(0.02)
        return gradient * 2


class _SlowBack(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = _Twice.apply(x)
        return found


def test_the_time_of_a_gradient_goes_to_the_layer_that_it_is_of() -> None:
    design = chain(linear("a", 4, 4), linear("b", 4, 4))
    model = live(design)
    _SlowBack.__module__ = "torch.nn.modules"
    model.add_module("b", _SlowBack())
    _, found = both(design, model=model)
    seconds = {row.path: found.seconds(row) for row in found.rows}
    assert seconds["b"] >= 0.02 and seconds["a"] < 0.01 and list(seconds) == ["", "b", "a"]
