"""Tensors as a file describes them: checked before any of them exists, then made as views of the mapped file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from mmap import ACCESS_COPY, ALLOCATIONGRANULARITY, mmap
from typing import Any, BinaryIO

import torch
from torch import Tensor

from composer.engine.checkpoints.wording import damaged
from composer.errors import CheckpointError

DIMENSIONS = 8
TENSORS = 20_000
_SIZE = 2**63
_OVERLAP, _SMALL = 16, 2**26

_NAMES = (
    "float64", "float32", "float16", "bfloat16", "complex32", "complex64", "complex128", "int64", "int32", "int16",
    "int8", "uint64", "uint32", "uint16", "uint8", "bool", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2",
    "float8_e5m2fnuz", "float8_e8m0fnu",
)  # fmt: skip
DTYPES: dict[str, torch.dtype] = {name: getattr(torch, name) for name in _NAMES}
"""Plain dtypes by name: each value has bytes of its own."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A storage: `nbytes` of the file from `start` on."""

    start: int
    nbytes: int


@dataclass(frozen=True, slots=True)
class View:
    """A tensor of a file. `offset` and `stride` count values of `dtype`, from the start of the storage."""

    stored: Stored
    dtype: torch.dtype
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    conj: bool = False
    neg: bool = False

    @property
    def count(self) -> int:
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        return self.count * self.dtype.itemsize


def contiguous(stored: Stored, dtype: torch.dtype, shape: tuple[int, ...]) -> View:
    """A tensor whose values stand in the file one after another."""
    stride = tuple(prod(max(each, 1) for each in shape[place + 1 :]) for place in range(len(shape)))
    return View(stored, dtype, 0, shape, stride)


def checked(view: View) -> View:
    """`view`, if all of it lies within its storage.

    Raises:
        CheckpointError: where it does not, or claims more values than there are.
    """
    shape, stride, itemsize = view.shape, view.stride, view.dtype.itemsize
    if len(shape) != len(stride):
        raise damaged(f"a tensor has {len(shape)} sizes but {len(stride)} strides")
    if any(not 0 <= each < _SIZE for each in (view.offset, *shape, *stride)):
        raise damaged("a tensor has a size, stride or offset that is negative or too large")
    if prod(each or 1 for each in shape) >= _SIZE:
        raise damaged("the sizes of a tensor are too large")
    values = view.stored.nbytes // itemsize
    if view.count > values:
        raise CheckpointError(
            f"a tensor claims {view.count:,} values, but its storage holds {values:,}. "
            "Where it was expanded, save tensor.clone(); else the file is damaged."
        )
    last = view.offset + sum((size - 1) * step for size, step in zip(shape, stride, strict=True))
    if view.count and last >= values:
        raise damaged("a tensor reaches beyond the end of its storage")
    if view.offset > values:
        raise damaged("a tensor begins beyond the end of its storage")
    return view


def checked_together(views: Sequence[View], nbytes: int) -> None:
    """Refuse more than TENSORS tensors, and views that overlap so much that they are many times a file of `nbytes`.

    Raises:
        CheckpointError: where there are too many, or they are too large.
    """
    if len(views) > TENSORS:
        raise CheckpointError(f"it holds {len(views):,} tensors, and {TENSORS:,} are the most. Save fewer in one file.")
    total = sum(view.nbytes for view in set(views))
    if total > max(_OVERLAP * nbytes, _SMALL):
        raise CheckpointError(
            f"its tensors overlap so much that they are {total // nbytes} times as large as it. Save them as clones."
        )


def sizes(values: Any, what: str) -> tuple[int, ...]:
    """At most DIMENSIONS integers that a file gives as `what`.

    Raises:
        CheckpointError: where it is something else, or too many.
    """
    if not isinstance(values, list | tuple | torch.Size) or any(type(each) is not int for each in values[:DIMENSIONS]):
        raise damaged(f"the {what} of a tensor is not a list of integers")
    if len(values) > DIMENSIONS:
        raise CheckpointError(
            f"a tensor has {len(values)} dimensions, and {DIMENSIONS} are the most. Reshape it and save it again."
        )
    return tuple(values)


def mapped(view: View, file: BinaryIO) -> Tensor:
    """The tensor that `view` describes, in memory that `file` is mapped to: changing it changes nothing in the file.

    The memory goes with the tensor, whether or not the file is still open.

    Raises:
        CheckpointError: where there is not enough memory.
    """
    return strided(view, bytes_of(view.stored, file))


def bytes_of(stored: Stored, file: BinaryIO) -> Tensor:
    """The bytes of a storage, in memory that `file` is mapped to.

    Raises:
        CheckpointError: where there is not enough memory.
    """
    if not stored.nbytes:
        return torch.empty(0, dtype=torch.uint8)
    before = stored.start % ALLOCATIONGRANULARITY
    try:
        memory = mmap(file.fileno(), before + stored.nbytes, access=ACCESS_COPY, offset=stored.start - before)
    except OSError as error:
        raise CheckpointError(
            f"A tensor of {stored.nbytes:,} bytes in the file cannot be looked at ({error.strerror}). "
            "Close something else, or raise the limit of memory."
        ) from None
    return torch.frombuffer(memory, dtype=torch.uint8, count=stored.nbytes, offset=before)


def strided(view: View, storage: Tensor) -> Tensor:
    """The tensor that `view` describes, of the bytes of its storage; of a copy where they are not aligned."""
    itemsize = view.dtype.itemsize
    usable = storage[: storage.numel() // itemsize * itemsize]
    values = (usable if usable.data_ptr() % itemsize == 0 else usable.clone()).view(view.dtype)
    tensor = values.as_strided(view.shape, view.stride, view.offset)
    tensor = tensor.conj() if view.conj else tensor
    return torch._neg_view(tensor) if view.neg else tensor
