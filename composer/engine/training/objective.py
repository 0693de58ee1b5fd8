"""The loss of a run and its metric, for a model's output and the targets of the data."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from composer.catalog import LOSSES
from composer.catalog.options import FloatList, Option, Value
from composer.data_reports import Task
from composer.engine.objectives import tensors
from composer.training.config import Loss
from composer.training.losses import TARGETS


class Objective:
    """Gives a loss to make small and a metric for people, which `MEASURES` names.

    `summed`: the loss is a sum over the samples, no mean.
    """

    def __init__(self, loss: Loss, task: Task, device: torch.device) -> None:
        options = {name: _value(LOSSES[loss.kind].by_name[name], value) for name, value in loss.options.items()}
        self.module: nn.Module = getattr(nn, loss.kind)(**options).to(device)
        self.summed = options.get("reduction") == "sum"
        self._task, self._target = task, TARGETS[loss.kind]

    def __call__(self, output: Any, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Loss and metric. Of an output of several tensors the first counts; both are one number.

        Raises:
            RuntimeError, ValueError, IndexError: where they do not fit each other.
        """
        first = next(tensors(output))
        if self._task == "tokens":
            first, targets = first.flatten(0, -2), targets.flatten()
        loss: Tensor = self.module(first, self._fitted(first, targets))
        return loss, self._metric(first.detach(), targets)

    def _fitted(self, output: Tensor, targets: Tensor) -> Tensor:
        """Targets as the loss takes them."""
        if self._task == "values" or self._target == "index":
            if self._task == "values" and output.shape != targets.shape:
                raise ValueError("the output has another shape than the targets")
            return targets
        shares = targets[:, None] if output.shape[1] == 1 else F.one_hot(targets, output.shape[1])
        return (2 * shares - 1 if self._target == "sign" else shares).to(output.dtype)

    def _metric(self, output: Tensor, targets: Tensor) -> Tensor:
        if self._task == "values":
            return (output - targets).abs().mean()
        return (predicted(output) == targets).float().mean()


def predicted(scores: Tensor) -> Tensor:
    """The classes that scores N×C speak for; of a single score, whether it is positive."""
    return (scores[:, 0] > 0).long() if scores.shape[1] == 1 else scores.argmax(1)


def _value(option: Option, value: Value) -> Any:
    return torch.tensor(value) if isinstance(option, FloatList) and value is not None else value
