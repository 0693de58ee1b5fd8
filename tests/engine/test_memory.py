"""Memory on the meta device, against sums made by hand. A float32 number takes 4 bytes."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from composer.engine.memory import memory

FLOAT = 4
LOSS = 2 * FLOAT  # a number and its gradient


def on_meta(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.empty(shape, dtype=dtype, device="meta")


@pytest.fixture(autouse=True)
def meta():
    with torch.device("meta"):
        yield


def test_one_linear_layer():
    model = nn.Linear(20, 10, bias=False)
    report = memory(model, [on_meta(5, 20)])
    weight, x, y = 20 * 10 * FLOAT, 5 * 20 * FLOAT, 5 * 10 * FLOAT
    assert (report.parameters, report.buffers) == (weight, 0)
    assert report.inference_peak == weight + x + y
    assert report.optimizer_state == 2 * weight
    # the output, its gradient, and the gradient of the weight
    assert report.training_peak == weight + x + y + y + weight + 2 * weight + LOSS


def test_inference_frees_what_is_not_needed_any_more():
    model = nn.Sequential(*(nn.Linear(8, 8, bias=False) for _ in range(10)))
    report = memory(model, [on_meta(4, 8)])
    assert report.parameters == 10 * 8 * 8 * FLOAT
    assert report.inference_peak == report.parameters + 3 * (4 * 8 * FLOAT)  # the input; a layer's input and output


def test_training_keeps_activations_for_the_backward_pass():
    layers = 10
    model = nn.Sequential(*(nn.Sigmoid() for _ in range(layers)))
    x = on_meta(4, 8).requires_grad_()
    size = 4 * 8 * FLOAT
    report = memory(model, [x])
    # the input, all outputs, the gradient that comes in and the one that goes out
    assert report.training_peak == size * (1 + layers + 2) + LOSS


def test_shared_and_tied_parameters_count_once():
    first = nn.Linear(8, 8, bias=False)
    tied = nn.Linear(8, 8, bias=False)
    tied.weight = first.weight
    report = memory(nn.Sequential(first, first, tied), [on_meta(1, 8)])
    assert report.parameters == 8 * 8 * FLOAT
    assert report.optimizer_state == 2 * 8 * 8 * FLOAT


def test_parameters_that_share_a_storage_count_once():
    model = nn.Module()
    base = torch.empty(100)
    model.first, model.second = nn.Parameter(base[:50]), nn.Parameter(base[50:])
    model.forward = lambda x: x  # type: ignore[assignment]
    assert memory(model, [on_meta(1)]).parameters == 100 * FLOAT


def test_buffers_and_their_types():
    report = memory(nn.BatchNorm1d(6), [on_meta(3, 6)])
    assert report.parameters == 2 * 6 * FLOAT
    assert report.buffers == 2 * 6 * FLOAT + 8  # running mean and variance; an int64 that counts batches


def test_views_are_no_memory():
    x = on_meta(4, 8)
    assert memory(nn.Sequential(nn.Flatten(0), nn.Unflatten(0, (8, 4))), [x]).inference_peak == 4 * 8 * FLOAT


def test_frozen_parameters_have_no_gradient_and_no_state():
    model = nn.Sequential(nn.Linear(8, 8, bias=False), nn.Linear(8, 8, bias=False)).requires_grad_(False)
    report = memory(model, [on_meta(1, 8)])
    assert report.optimizer_state == 0
    assert report.training_peak == report.inference_peak


@pytest.mark.parametrize(("optimizer", "states"), [("SGD", 0), ("SGD with momentum", 1), ("AdamW", 2)])
def test_optimizers(optimizer: str, states: int):
    report = memory(nn.Linear(8, 8), [on_meta(1, 8)], optimizer)
    assert report.optimizer == optimizer
    assert report.optimizer_state == states * report.parameters


def test_lazy_layers_get_sizes_first():
    report = memory(nn.Sequential(nn.LazyLinear(8), nn.LazyBatchNorm1d()), [on_meta(3, 5)])
    assert report.parameters == (5 * 8 + 8 + 2 * 8) * FLOAT


def test_tuples_and_integer_inputs():
    report = memory(
        nn.Sequential(nn.Embedding(100, 8), nn.LSTM(8, 4, batch_first=True)), [on_meta(2, 5, dtype=torch.int64)]
    )
    assert report.training_peak > report.inference_peak > report.parameters


def test_twice_gives_the_same_and_no_gradient_stays():
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10))
    x = on_meta(2, 1, 8, 8)
    assert memory(model, [x]) == memory(model, [x])
    assert all(each.grad is None for each in model.parameters())


def test_a_model_that_meta_cannot_run_says_so():
    model = nn.Linear(1, 1)
    model.forward = lambda x: x[x > 0]  # type: ignore[assignment]
    with pytest.raises((NotImplementedError, RuntimeError), match="meta"):
        memory(model, [on_meta(3)])
