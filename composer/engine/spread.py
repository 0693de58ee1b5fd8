"""Statistics and a histogram of a tensor. This is the one place where gradients and weights are summed up."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from composer.signals import BINS, DECADES, Spread


def plain(tensor: Tensor) -> Tensor:
    """`tensor` as real numbers of at least single precision; a complex number is two of them."""
    values = tensor.detach()
    if values.is_complex():
        values = torch.view_as_real(values.resolve_conj())
    return values if values.dtype in (torch.float32, torch.float64) else values.float()


def spread(tensor: Tensor) -> Spread:
    """The numbers of `tensor`. The norm is made in double precision."""
    values = plain(tensor).flatten()
    count = values.numel()
    norm = float(torch.linalg.vector_norm(values, dtype=torch.float64)) if count else 0.0
    finite = values if math.isfinite(norm) else values[torch.isfinite(values)]
    zeros = int((finite == 0).sum())
    if not finite.numel():
        return Spread(count, 0, zeros, norm)
    low, high = (float(each) for each in torch.aminmax(finite))
    std, mean = (float(each) for each in torch.std_mean(finite, correction=0))
    return Spread(count, finite.numel(), zeros, norm, mean, std, low, high, _bins(finite, low, high), _decades(finite))


def _bins(values: Tensor, low: float, high: float) -> tuple[int, ...]:
    """How many values are in each of 64 bins; where all are the same, they are in the middle."""
    if not low < high or high - low == float("inf"):
        return tuple(values.numel() if k == BINS // 2 else 0 for k in range(BINS))
    return tuple(int(each) for each in torch.histc(values, BINS, low, high))


def _decades(values: Tensor) -> tuple[int, ...]:
    first, last = DECADES
    sizes = values[values != 0].abs().log10().clamp(first, last)
    return tuple(int(each) for each in torch.histc(sizes, BINS, first, last))
