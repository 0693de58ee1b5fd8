"""Data to train on, as tensors: two disjoint splits, and what is known about them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from composer.data_reports import Task

__all__ = ["DataSet", "Normalization", "Split", "Task"]


@dataclass(frozen=True, slots=True)
class Split:
    """Samples to train or to test with.

    `inputs` has a tensor N×… for each input of the design. `targets` is N int64 of classes, N×k float32 of values, or
    N×L int64 of the next tokens. N may be 0.
    """

    inputs: tuple[Tensor, ...]
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)


@dataclass(frozen=True, slots=True)
class Normalization:
    """What was done to values: `shift` was taken away, then they were divided by `scale`, one pair for each column.

    Columns are channels where the values are images. Both are of the training split alone.
    """

    text: str
    shift: tuple[float, ...]
    scale: tuple[float, ...]

    def apply(self, values: Tensor) -> Tensor:
        """`values`, N×…, normalized; their columns are dimension 1."""
        columns, shift, scale = self._columns(values)
        return columns.sub_(shift).div_(scale).to(values.dtype).reshape(values.shape)

    def undo(self, values: Tensor) -> Tensor:
        """What `values`, N×…, were before; also of images that were flattened."""
        columns, shift, scale = self._columns(values)
        return columns.mul_(scale).add_(shift).to(values.dtype).reshape(values.shape)

    def _columns(self, values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """A copy of the values as N×columns×rest, and the numbers for each column, in double precision."""
        columns = len(self.shift)
        rest = values[0].numel() // columns if len(values) else 0
        copy = values.to(torch.float64, copy=True).reshape(len(values), columns, rest)
        shift, scale = (
            torch.tensor(each, dtype=torch.float64, device=values.device).reshape(1, -1, 1)
            for each in (self.shift, self.scale)
        )
        return copy, shift, scale


@dataclass(frozen=True, slots=True)
class DataSet:
    """Data that is ready to train on.

    `text` is a sentence on where it is from, its license, and how many samples there are. Class k is called
    `classes[k]`, token k `vocabulary[k]`, and input column k `features[k]`; each is empty where there are none.
    `images`: the first input is images. What was normalized can be undone, for pictures and predictions, with
    `normalization` of the first input and `target_normalization`.
    """

    name: str
    text: str
    task: Task
    train: Split
    test: Split
    classes: tuple[str, ...] = ()
    images: bool = False
    vocabulary: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    normalization: Normalization | None = None
    target_normalization: Normalization | None = None
