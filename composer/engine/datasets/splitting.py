"""Which samples are trained with and which are kept for the test: drawn under a seed, and never the same ones."""

from __future__ import annotations

import torch
from torch import Tensor


def chosen(count: int, most: int | None, generator: torch.Generator) -> Tensor:
    """Indices of `count` samples in an order that is drawn, at most `most` of them."""
    return torch.randperm(count, generator=generator)[:most]


def split(targets: Tensor, share: float, stratify: bool) -> tuple[Tensor, Tensor]:
    """Indices of the samples to train and to test with, in the order in which they are; `share` is that of the test.

    With `stratify` each class of `targets` has this share of its samples in the test, as near as whole samples can.
    At least one sample of each class is trained with, and where `share` is not 0, one of each class that has two is
    tested with. The last samples are those of the test, so of a text it is the end.
    """
    groups = [(targets == label).nonzero()[:, 0] for label in sorted(set(targets.tolist()))] if stratify else None
    tested = torch.zeros(len(targets), dtype=torch.bool)
    for group in groups or [torch.arange(len(targets))]:
        tested[group[len(group) - _tested(len(group), share) :]] = True
    return (~tested).nonzero()[:, 0], tested.nonzero()[:, 0]


def _tested(count: int, share: float) -> int:
    if share == 0:
        return 0
    return min(max(round(count * share), 1), count - 1)
