"""Values that become another element type: rounded between floating-point types, and else exact or refused."""

from __future__ import annotations

import torch
from torch import Tensor

from composer.engine.checkpoints.pieces import pieces
from composer.engine.preview import dtype_name
from composer.errors import CheckpointError
from composer.matching.dtypes import refused


def converts(name: str, value: Tensor, dtype: torch.dtype) -> None:
    """Check that `value` can become `dtype` in the tensor `name`: see `composer.matching.dtypes`.

    Raises:
        CheckpointError: where it would lose more than rounding takes: a fraction, an imaginary part, a whole number's
            last digits, or a finite value that is too large for it.
    """
    if value.dtype == dtype:
        return
    before, after = dtype_name(value.dtype), dtype_name(dtype)
    if never := refused(before, after):
        raise CheckpointError(f"{name}: {never}. Leave it out, or give the layer the dtype {before}.")
    floats = value.is_floating_point() or value.is_complex()
    if floats and torch.finfo(dtype).max >= torch.finfo(value.dtype).max:
        return
    for (piece,) in pieces(value):
        became = piece.to(dtype)
        if floats:
            fits = bool((_plain(became).isfinite() | ~_plain(piece).isfinite()).all())
        else:
            fits = torch.equal(became.to(value.dtype), piece)
        if not fits:
            what = "values too large for" if floats else "values that are not among those of"
            raise CheckpointError(f"{name}: the file has {what} {after} (it has {before}). Leave it out.")


def irregular(value: Tensor) -> tuple[int, int]:
    """How many values are not a number, and how many are infinite."""
    if not (value.is_floating_point() or value.is_complex()):
        return 0, 0
    if value.dtype in (torch.float32, torch.float64) and bool(value.sum().isfinite()):
        return 0, 0  # what is not finite makes their sum so
    nan = inf = 0
    for (piece,) in pieces(value):
        nan += int(_plain(piece).isnan().sum())
        inf += int(_plain(piece).isinf().sum())
    return nan, inf


def _plain(piece: Tensor) -> Tensor:
    """Numbers of 8 bits, which torch can hardly compute with, as float32."""
    return piece.float() if piece.is_floating_point() and piece.dtype.itemsize == 1 else piece
