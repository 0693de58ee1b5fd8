"""What is refused before a run begins, in its words."""

from __future__ import annotations

import pytest
import torch

from composer import templates
from composer.data_reports import DataOptions
from composer.engine.datasets import registry
from composer.engine.training.checks import check
from composer.engine.training.free import free_bytes
from composer.training.config import Loss, Optimizer, Schedule, TrainConfig
from tests.build import chain, layer, linear
from tests.engine.training.small import CONFIG, VALUES, blobs, mlp, values


def test_what_fits_passes_with_its_memory() -> None:
    found = check(mlp(), blobs(), CONFIG)
    assert found.problems == () and found.memory and found.free and found.fits is None
    parameters = sum(count * 4 for count in (64, 16, 48, 3))
    needed = found.memory
    assert needed.parameters == needed.gradients == needed.optimizer == parameters and needed.batch == 16
    assert needed.total == 3 * parameters + needed.activations and needed.activations > 16 * (4 + 2 * 16) * 4


@pytest.mark.parametrize(("config", "text"), [
    ({"loss": Loss(kind="CTCLoss")}, "loss.kind: expects a loss for classes: CrossEntropyLoss, "),
    ({"augment": ("flip",)}, "augment: expects images N×C×H×W, which can be flipped and shifted, received 64×4"),
    ({"device": "cuda:99"}, "device: expects a device that this machine has, such as cpu, for cuda:99, received none"),
    ({"optimizer": Optimizer(kind="Muon")}, "a.bias: expects parameters with 2 dimensions, for Muon; freeze the oth"),
    ({"optimizer": Optimizer(kind="SparseAdam")}, "a.weight: expects a parameter with sparse gradients, for SparseA"),
    ({"optimizer": Optimizer(kind="SGD", options={"nesterov": True})}, "optimizer: expects options that go together"),
    ({"schedule": Schedule(kind="OneCycleLR", options={"max_lr": 0.1}), "optimizer": Optimizer(kind="Adagrad")},
     "optimizer: expects options that go together"),
])  # fmt: skip
def test_what_does_not_fit_the_configuration(config: dict[str, object], text: str) -> None:
    found = check(mlp(), blobs(), CONFIG.model_copy(update=config))
    assert str(found.problems[0]).startswith(text)


@pytest.mark.parametrize(("design", "data", "text"), [
    (chain(linear("a", 4, 2)), blobs(), "the design: expects scores N×C of at least 3 classes, for CrossEntropyLoss, "
     "received 2×2"),
    (chain(linear("a", 5, 3)), blobs(), "the design: expects data that the design can take, received data that it fai"),
    (chain(layer("a", "Identity")), blobs(), "the design: expects a parameter that is not frozen, received none"),
])  # fmt: skip
def test_what_does_not_fit_the_data(design: object, data: object, text: str) -> None:
    assert str(check(design, data, CONFIG).problems[0]).startswith(text)  # type: ignore[arg-type]


def test_values_want_an_output_of_their_shape() -> None:
    found = check(chain(linear("a", 4, 2)), values(), VALUES)
    assert str(found.problems[0]).startswith("the design: expects an output like the targets, 2×1")
    assert check(chain(linear("a", 4, 1)), values(), VALUES).problems == ()


def test_memory_is_refused_with_the_numbers_and_a_batch_that_fits() -> None:
    design, data = templates.load("lenet"), registry.load("digits", templates.load("lenet").inputs, DataOptions())
    config = TrainConfig(batch_size=512)
    whole = check(design, data, config)
    assert whole.problems == () and whole.memory
    small = check(design, data, config, free=whole.memory.total // 2)
    assert small.fits and 64 < small.fits < 512
    assert (
        check(design, data, config.model_copy(update={"batch_size": small.fits}), whole.memory.total // 2).problems
        == ()
    )
    assert str(small.problems[0]).startswith("batch_size: expects at most ")
    assert str(small.problems[0]).endswith(f"for 512; a batch of {small.fits} fits")
    assert check(design, data, config, free=1000).fits == 0


def test_free_memory_is_known_here() -> None:
    free = free_bytes(torch.device("cpu"))
    assert free and 2**20 < free < 2**50
