"""One step of training: the values that a live model would have after it."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from composer.engine.build import saved_names
from composer.engine.data import Sample
from composer.engine.gradients import apart
from composer.engine.lazy import all_sized
from composer.engine.located import located
from composer.engine.objectives import objective


def stepped(
    model: nn.Module, sample: Sample, loss: str, training: bool, seed: int, rate: float
) -> tuple[dict[str, Tensor], float]:
    """New values of the saved tensors of `model` that a step of plain SGD changes, and the loss that it began from.

    `model` itself and all random states are left as they are: it is a copy that trains. In train mode the buffers of
    batch normalization are among what changes.

    Raises:
        DesignError: where lazy layers still wait for their sizes, or the sample or the loss does not fit the model.
    """
    all_sized(model)
    device = next((each.device for each in model.parameters()), torch.device("cpu"))
    with apart(device, seed):
        twin = copy.deepcopy(model).train(training)
        with located(twin):
            output = twin(*(tensor.to(device) for tensor in sample.tensors))
        value, _target = objective(loss, output, sample.labels, seed)
        trained = [each for each in twin.parameters() if each.requires_grad]
        for each in trained:
            each.grad = None
        if value.requires_grad:
            value.backward()  # type: ignore[no-untyped-call]
            torch.optim.SGD(trained, lr=rate).step()
    before, after = model.state_dict(keep_vars=True), twin.state_dict(keep_vars=True)
    changed = {name: after[name].detach() for name in saved_names(model) if not _same(before[name], after[name])}
    return changed, float(value.detach())


def _same(one: Tensor, other: Tensor) -> bool:
    return torch.equal(one.detach(), other.detach())
