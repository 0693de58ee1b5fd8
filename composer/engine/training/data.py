"""What the trainer asks of a data set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from composer.training.losses import Task


class Samples(Protocol):
    """Samples: a tensor for each input of the design, and the targets, with as many rows each."""

    @property
    def inputs(self) -> tuple[Tensor, ...]: ...

    @property
    def targets(self) -> Tensor: ...


class Data(Protocol):
    """Samples to train and to test with. `classes` are names of classes; `images`: the first input is images."""

    @property
    def name(self) -> str: ...

    @property
    def task(self) -> Task: ...

    @property
    def train(self) -> Samples: ...

    @property
    def test(self) -> Samples: ...

    @property
    def classes(self) -> Sequence[str]: ...

    @property
    def images(self) -> bool: ...
