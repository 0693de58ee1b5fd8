"""The order in which samples are trained on: a function of the seed and the step, so nothing of it has to be saved."""

from __future__ import annotations

import torch
from torch import Tensor

_PRIME = 1_000_003
_LIMIT = 2**63


def mixed(seed: int, *numbers: int) -> int:
    """A seed of its own for each combination of a seed and small numbers."""
    for number in numbers:
        seed = (seed * _PRIME + number + 1) % _LIMIT
    return seed


class Order:
    """Batches of `samples` in an order that is new in each epoch; the last batch of an epoch may be smaller."""

    def __init__(self, samples: int, batch_size: int, seed: int) -> None:
        self._samples, self._size, self._seed = samples, batch_size, seed
        self._epoch, self._places = -1, torch.empty(0, dtype=torch.int64)
        self.per_epoch = -(-samples // batch_size)

    def batch(self, step: int) -> Tensor:
        """The places of the samples that step number `step` trains on, counted from 0."""
        epoch, index = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            generator = torch.Generator().manual_seed(mixed(self._seed, epoch))
            self._epoch, self._places = epoch, torch.randperm(self._samples, generator=generator)
        return self._places[index * self._size : (index + 1) * self._size]
