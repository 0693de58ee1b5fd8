"""Small changes of images while a model trains, drawn for a whole batch, so that it may be shared among processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from composer.training.config import Augmentation

_PART = 8  # an image moves by at most this part of its size


@dataclass(frozen=True, slots=True)
class Draws:
    """What is done to each image of a batch: whether it is `flipped`, and how far it is `shifted` down and right."""

    flipped: Tensor
    shifted: Tensor

    def of(self, places: Tensor | slice) -> Draws:
        """Those of some images."""
        return Draws(self.flipped[places], self.shifted[places])


def draw(kinds: Sequence[Augmentation], shape: Sequence[int], seed: int) -> Draws:
    """Draws for a batch of images N×C×H×W."""
    generator = torch.Generator().manual_seed(seed)
    count, height, width = shape[0], shape[-2], shape[-1]
    flipped = torch.rand(count, generator=generator) < 0.5
    unit = torch.rand(count, 2, generator=generator) * 2 - 1
    shifted = (unit * torch.tensor([height / _PART, width / _PART])).round().long()
    return Draws(flipped & ("flip" in kinds), shifted * ("shift" in kinds))


def augmented(images: Tensor, draws: Draws) -> Tensor:
    """Images N×C×H×W, flipped left to right and shifted; what comes in at the edges is 0."""
    count, _, height, width = images.shape
    down, right = height // _PART + 1, width // _PART + 1
    padded = F.pad(images, (right, right, down, down))
    rows = torch.arange(height) + down - draws.shifted[:, :1]
    columns = torch.arange(width).expand(count, -1)
    columns = torch.where(draws.flipped[:, None], columns.flip(1), columns) + right - draws.shifted[:, 1:]
    rows, columns = rows.to(images.device), columns.to(images.device)
    samples = torch.arange(count, device=images.device)[:, None, None]
    return padded.movedim(1, -1)[samples, rows[:, :, None], columns[:, None, :]].movedim(-1, 1).contiguous()
