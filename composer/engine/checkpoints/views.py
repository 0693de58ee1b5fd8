"""Tensors as a file describes them, and how they are made, as views of the mapped file."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from mmap import ACCESS_COPY, ALLOCATIONGRANULARITY, mmap
from typing import BinaryIO

import torch
from torch import Tensor

from composer.errors import CheckpointError

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
