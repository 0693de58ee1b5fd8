"""One forward and backward pass of a live model, looked into: gradients by parameter and by use, signals by layer.

It is a copy that runs, so the model, its buffers, gradients, hooks and flags are never touched. The copy has the
ties and shared modules of the model. It takes the memory of the model once more.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from composer.engine import flags
from composer.engine.calls import watched
from composer.engine.data import Sample
from composer.engine.decades import decades, plain
from composer.engine.home import brought, home_of, random_apart
from composer.engine.lazy import all_sized
from composer.engine.located import located
from composer.engine.objectives import objective
from composer.engine.origins import Place
from composer.engine.preview import dtype_name
from composer.engine.signals import Ops, Signals
from composer.engine.statistics import statistics
from composer.engine.timing.clocks import synchronized
from composer.engine.uses import Uses, first, reports
from composer.signals import GradientsReport, ParameterSignal, Standing, norm_of


@dataclass(frozen=True, slots=True)
class Code:
    """The source that a model is made of: the name that Python knows it by, and the ops of its lines."""

    filename: str = ""
    ops: Mapping[int, Place] | None = None


def gradients(
    model: nn.Module, sample: Sample, loss: str = "sum", training: bool = True, seed: int = 0, code: Code | None = None
) -> GradientsReport:
    """What a forward and backward pass of `model` shows; the model and all random states are left as they are.

    `loss` is one of `composer.catalog.objectives`. `seed` is that of dropout and of made-up targets. With `code`, ops
    are rows as well as layers.

    Raises:
        DesignError: where lazy layers still wait for their sizes, or the sample or the loss does not fit the model.
    """
    all_sized(model)
    device = home_of(model)
    inputs = brought(sample.tensors, model)
    with random_apart(device, seed), torch.enable_grad():
        twin = copy.deepcopy(model).train(training)
        named = _named(twin)
        uses, signals = Uses(twin), Signals()
        start = synchronized([device])
        output = _forward(twin, inputs, uses, signals, code or Code())
        value, target = objective(loss, output, sample.labels, seed)
        if value.requires_grad:
            value.backward()  # type: ignore[no-untyped-call]
        seconds = synchronized([device]) - start
    largest = max((_largest(each) for each in named), default=0.0)
    rows = tuple(_row(parameter, names, uses, largest) for parameter, names in named.items())
    norm = math.sqrt(sum(norm_of(row.gradient) ** 2 for row in rows if row.gradient))
    samples = inputs[0].shape[0] if inputs and inputs[0].dim() else 1
    return GradientsReport(
        loss, float(value.detach()), target, training, sample.text, samples, seconds, norm, rows,
        flags.of_layers(signals.reports()),
    )  # fmt: skip


def _named(model: nn.Module) -> dict[nn.Parameter, tuple[str, ...]]:
    """Each parameter with all its names, before aliases take its places."""
    found: dict[nn.Parameter, tuple[str, ...]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        found[parameter] = (*found.get(parameter, ()), name)
    return found


def _forward(model: nn.Module, inputs: Sequence[Tensor], uses: Uses, signals: Signals, code: Code) -> Any:
    with located(model), watched(model, uses.enter, signals.layer) as calls:
        if code.ops is None:
            return model(*inputs)
        with Ops(code.filename, code.ops, calls, signals):
            return model(*inputs)


def _largest(parameter: nn.Parameter) -> float:
    """The largest entry of its gradient; 0 where it has none, or one that is not finite."""
    if parameter.grad is None or not parameter.grad.numel():
        return 0.0
    found = float(plain(parameter.grad).abs().max())
    return found if math.isfinite(found) else 0.0


def _row(parameter: nn.Parameter, names: tuple[str, ...], uses: Uses, largest: float) -> ParameterSignal:
    gradient = parameter.grad
    standing: Standing = "trained" if gradient is not None else "unused" if parameter.requires_grad else "frozen"
    weight, found = statistics(parameter), statistics(gradient) if gradient is not None else None
    assert weight is not None  # no lazy one runs
    shares, gap = reports(gradient, uses.of(parameter)) if gradient is not None and len(names) > 1 else ((), 0.0)
    return ParameterSignal(
        names,
        tuple(parameter.shape),
        dtype_name(parameter.dtype),
        standing,
        weight,
        found,
        decades(gradient) if gradient is not None else (),
        first(gradient) if gradient is not None else (),
        shares,
        gap,
        tuple(flags.of_parameter(parameter.detach(), gradient, found, largest)),
    )
