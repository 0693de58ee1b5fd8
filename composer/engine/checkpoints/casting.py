"""The values of tensors as they go into a file: piece by piece, perhaps as another dtype, with what that changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from composer.checkpoint_reports import Dtype

PIECE = 2**20
"""Values that are read, converted and written together."""

_DTYPES: dict[Dtype, torch.dtype] = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


@dataclass(slots=True)
class Casting:
    """Casts floating-point tensors to `dtype`, all others stay as they are; with None all do."""

    name: Dtype | None = None
    cast: int = 0
    values: int = 0
    rounded: int = 0
    overflowed: dict[str, int] = field(default_factory=dict)

    def dtype(self, tensor: Tensor) -> torch.dtype:
        """What `tensor` is written as."""
        return _DTYPES[self.name] if self.name and tensor.is_floating_point() else tensor.dtype

    def nbytes(self, tensor: Tensor) -> int:
        """Bytes that `tensor` takes in a file."""
        return tensor.numel() * self.dtype(tensor).itemsize

    def pieces(self, name: str, tensor: Tensor) -> Iterator[Tensor]:
        """The values of `tensor` in the order of its indices: flat tensors on the CPU, views where that is possible."""
        if self.name and tensor.is_floating_point():
            self.cast += 1
            self.values += tensor.numel()
        flat = tensor.resolve_conj().resolve_neg().reshape(-1)
        for piece in torch.split(flat, PIECE) if flat.numel() else ():
            yield self._converted(name, piece.cpu(), self.dtype(tensor))

    def _converted(self, name: str, piece: Tensor, dtype: torch.dtype) -> Tensor:
        if piece.dtype == dtype:
            return piece
        converted = piece.to(dtype)
        wide = torch.float64 if piece.dtype == torch.float64 else torch.float32  # which both fit into
        before, after = piece.to(wide), converted.to(wide)
        changed = int(torch.count_nonzero((before != after) & ~before.isnan()))
        infinite = int(torch.count_nonzero(after.isinf() & before.isfinite())) if changed else 0
        self.rounded += changed - infinite
        if infinite:
            self.overflowed[name] = self.overflowed.get(name, 0) + infinite
        return converted


def raw(piece: Tensor) -> memoryview:
    """The bytes of a flat tensor on the CPU, without a copy."""
    array: Any = piece.contiguous().view(torch.uint8).numpy()
    return memoryview(array)
