"""A model on the test data: its mean loss and metric, and what it says of single samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from composer.engine.datasets.base import DataSet
from composer.engine.objectives import tensors
from composer.engine.training.looking import finite
from composer.engine.training.objective import Objective, predicted
from composer.engine.training.placement import Placement
from composer.training_reports import Prediction

SHOWN = 16
"""Samples of the test data whose predictions are kept."""

Autocast = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Mean loss and metric; None where they are not finite, or there is no test data."""

    loss: float | None = None
    metric: float | None = None


def evaluate(placement: Placement, objective: Objective, data: DataSet, size: int, autocast: Autocast) -> Evaluation:
    """The loss and metric of all test data, in eval mode. Every process has to call it."""
    count = len(data.test.targets)
    if not count:
        return Evaluation()
    total = torch.zeros(2, dtype=torch.float64)
    with _evaluating(placement.model):
        for places in torch.split(torch.arange(count), size):
            share, part = placement.share(places, False)
            inputs = [each[places[share]].to(placement.device) for each in data.test.inputs]
            targets = data.test.targets[places[share]].to(placement.device)
            with autocast():
                found = objective(placement.forward(*inputs), targets)
            total += torch.stack(found).cpu().double() * (part * len(places))
    loss, metric = placement.sum(total.to(placement.device, placement.exact)).tolist()
    return Evaluation(finite(loss if objective.summed else loss / count), finite(metric / count))


def predictions(placement: Placement, data: DataSet, autocast: Autocast) -> tuple[Prediction, ...]:
    """What the model says of the first test samples. Every process has to call it."""
    inputs = [each[:SHOWN].to(placement.device) for each in data.test.inputs]
    if not len(inputs[0]):
        return ()
    with _evaluating(placement.model), autocast():
        output = next(tensors(placement.forward(*inputs))).float().cpu()
    targets = data.test.targets[:SHOWN]
    if data.task == "values":
        if undo := data.target_normalization:
            targets, output = undo.undo(targets), undo.undo(output)
        return tuple(Prediction(_numbers(one), _numbers(two)) for one, two in zip(targets, output, strict=True))
    if data.task == "tokens":
        output, targets = output[:, -1], targets[:, -1]  # what follows the whole text
    found = predicted(output)
    shares = output.softmax(1) if output.shape[1] > 1 else torch.sigmoid(output).expand(-1, 2)
    rows = zip(targets.tolist(), found.tolist(), shares.tolist(), strict=True)
    return tuple(
        Prediction(_name(data, target), _name(data, each), finite(round(share[each], 4)))
        for target, each, share in rows
    )


def _numbers(values: Tensor) -> str:
    return ", ".join(f"{value:.4g}" for value in values.flatten()[:4].tolist())


def _name(data: DataSet, index: int) -> str:
    names = data.vocabulary or data.classes
    return names[index] if index < len(names) else str(index)


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Eval mode without gradients; afterwards train mode."""
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train()
