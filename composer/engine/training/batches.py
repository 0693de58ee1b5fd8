"""What a step trains on, and its random numbers: functions of the seed, the step and the process."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from composer.engine.datasets.base import DataSet
from composer.engine.training.augment import augmented, draw
from composer.engine.training.order import Order, mixed
from composer.engine.training.placement import Placement
from composer.training.config import TrainConfig

_AUGMENTING, _DRAWING = 1, 2  # what random numbers are for


@dataclass(frozen=True, slots=True)
class Part:
    """This process's part of a batch of `samples`, on its device. Its loss counts `share` in that of the batch."""

    inputs: list[Tensor]
    targets: Tensor
    share: float
    samples: int


class Batches:
    """The batches of a run, step by step. `per_epoch` is how many there are in an epoch."""

    def __init__(self, placement: Placement, data: DataSet, config: TrainConfig, summed: bool) -> None:
        """`summed`: the loss of a batch is a sum over its samples, no mean."""
        self._placement, self._data, self._config, self._summed = placement, data, config, summed
        self._order = Order(len(data.train), config.batch_size, config.seed)
        self.per_epoch = self._order.per_epoch

    def part(self, step: int) -> Part:
        """What this process trains on in step number `step`, counted from 0."""
        batch, device = self._order.batch(step), self._placement.device
        own, share = self._placement.share(batch, self._summed)
        places = batch[own]
        inputs = [each[places].to(device, non_blocking=True) for each in self._data.train.inputs]
        if self._config.augment:
            shape = (len(batch), *inputs[0].shape[1:])
            draws = draw(self._config.augment, shape, mixed(self._config.seed, step, _AUGMENTING))
            inputs[0] = augmented(inputs[0], draws.of(own))
        targets = self._data.train.targets[places].to(device, non_blocking=True)
        return Part(inputs, targets, share, len(batch))

    def seed(self, step: int) -> None:
        """Set the random numbers that a model draws in a step, such as those of dropout."""
        seed = mixed(self._config.seed, step, _DRAWING, self._placement.rank)
        torch.default_generator.manual_seed(seed)
        if self._placement.device.type == "cuda":
            torch.cuda.manual_seed(seed)
