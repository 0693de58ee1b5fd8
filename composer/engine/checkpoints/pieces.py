"""Tensors of one shape, looked at together, piece by piece: none is copied as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

PIECE = 2**15
"""Values of each tensor that are looked at together: what is computed of them stays in the processor's cache."""


def pieces(*tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Flat pieces of tensors of one shape, in the order of their indices: values of one place stand at one place."""
    first = tensors[0]
    if not first.numel():
        return
    if first.numel() <= PIECE or all(each.is_contiguous() for each in tensors):
        yield from zip(*(torch.split(each.reshape(-1), PIECE) for each in tensors), strict=True)
        return
    rows = PIECE // (first.numel() // first.shape[0])
    for part in zip(*(torch.split(each, max(rows, 1)) for each in tensors), strict=True):
        yield from pieces(*(part if rows else (each[0] for each in part)))


def same(left: Tensor, right: Tensor) -> bool:
    """Whether two tensors have one shape and equal values. What is not a number equals what is not."""
    if left.shape != right.shape:
        return False
    return all(bool(alike(a, b).all()) for a, b in pieces(left, right))


def alike(left: Tensor, right: Tensor) -> Tensor:
    """Where values are equal, or both not a number."""
    return (left == right) | ((left != left) & (right != right))
