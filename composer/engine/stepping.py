"""One step of training: the values that a live model would have after it."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from composer.engine.build import saved_names
from composer.engine.data import Sample
from composer.engine.home import brought, home_of, random_apart
from composer.engine.lazy import all_sized
from composer.engine.located import located
from composer.engine.objectives import objective
from composer.engine.optimizing import Optimizing, going_on, kept_of, optimizer_of, trained


@dataclass(frozen=True, slots=True)
class Stepped:
    """New `values` of the saved tensors that a step changes, the `loss` that it began from, and what the optimizer
    keeps for the next one."""

    values: dict[str, Tensor]
    loss: float
    optimizing: Optimizing


def stepped(
    model: nn.Module,
    sample: Sample,
    loss: str,
    training: bool,
    seed: int,
    rate: float,
    kind: str = "SGD",
    kept: Optimizing | None = None,
) -> Stepped:
    """One step of an optimizer of this `kind`, which goes on with what was `kept` where that is of this model.

    `model` itself and all random states are left as they are: it is a copy that trains. In train mode the buffers of
    batch normalization are among what changes.

    Raises:
        DesignError: where lazy layers still wait for their sizes, or the sample or the loss does not fit the model.
    """
    all_sized(model)
    with random_apart(home_of(model), seed), torch.enable_grad():
        twin = copy.deepcopy(model).train(training)
        with located(twin):
            output = twin(*brought(sample.tensors, model))
        value, _target = objective(loss, output, sample.labels, seed)
        kept = going_on(model, kind, kept)
        for each in twin.parameters():
            each.grad = None
        if value.requires_grad:
            value.backward()  # type: ignore[no-untyped-call]
            optimizer = optimizer_of(twin, kind, rate, kept)
            optimizer.step()
            kept = kept_of(twin, kind, optimizer, kept.steps + 1 if kept else 1)
    before, after = model.state_dict(keep_vars=True), twin.state_dict(keep_vars=True)
    changed = {name: after[name].detach() for name in saved_names(model) if not _same(before[name], after[name])}
    nothing = Optimizing(kind, 0, trained(model), {})
    return Stepped(changed, float(value.detach()), kept or nothing)


def _same(one: Tensor, other: Tensor) -> bool:
    return torch.equal(one.detach(), other.detach())
