"""What a tensor of a file may be: plain, strided, within its storage. Checked before any of them exists."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import torch

from composer.engine.checkpoints.views import View
from composer.engine.checkpoints.wording import damaged, quoted
from composer.errors import CheckpointError

DIMENSIONS = 8
TENSORS = 20_000
SIZE = 2**63
"""No size, stride or number of values reaches it: torch counts in 64 bits."""
_SIZES = 64
_OVERLAP, _SMALL = 16, 2**26


def check_tensors(views: Mapping[str, View], nbytes: int) -> None:
    """Refuse what torch could not read, or what would take many times as much memory as the file, of `nbytes`.

    Raises:
        CheckpointError: where a tensor is not within its storage, or has too many dimensions, or there are more than
            TENSORS of them, or they overlap too much.
    """
    if len(views) > TENSORS:
        raise CheckpointError(f"it holds {len(views):,} tensors, and {TENSORS:,} are the most. Save fewer in one file.")
    for name, view in views.items():
        _check(view, f"the tensor {quoted(name)}" if name else "the tensor")
    total = sum(view.nbytes for view in set(views.values()))
    if total > max(_OVERLAP * nbytes, _SMALL):
        raise CheckpointError(
            f"its tensors overlap so much that they are {total // nbytes} times as large as it. Save them as clones."
        )


def _check(view: View, which: str) -> None:
    shape, stride = view.shape, view.stride
    if len(shape) > DIMENSIONS:
        raise CheckpointError(
            f"{which} has {len(shape)} dimensions, and {DIMENSIONS} are the most. Reshape it and save it again."
        )
    if len(shape) != len(stride):
        raise damaged(f"{which} has {len(shape)} sizes but {len(stride)} strides")
    if any(not 0 <= each < SIZE for each in (view.offset, *shape, *stride)):
        raise damaged(f"{which} has a size, stride or offset that is negative or too large")
    if prod(each or 1 for each in shape) * view.dtype.itemsize >= SIZE:
        raise damaged(f"{which} has sizes that are too large")
    values = view.stored.nbytes // view.dtype.itemsize
    if view.count > values:
        raise CheckpointError(
            f"{which} claims {view.count:,} values, but its storage holds {values:,}. "
            "Where it was expanded, save tensor.clone(); else the file is damaged."
        )
    last = view.offset + sum((size - 1) * step for size, step in zip(shape, stride, strict=True))
    if view.count and last >= values:
        raise damaged(f"{which} reaches beyond the end of its storage")


def sizes(values: Any, what: str) -> tuple[int, ...]:
    """A short tuple of integers that a file gives as `what`.

    Raises:
        CheckpointError: where it is something else.
    """
    if not isinstance(values, list | tuple | torch.Size) or len(values) > _SIZES:
        raise damaged(f"the {what} is not a short list of integers")
    if any(type(each) is not int for each in values):
        raise damaged(f"the {what} is not a short list of integers")
    return tuple(values)
