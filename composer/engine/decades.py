"""Numbers as a pass over gradients needs them: real ones, and how many there are of each size."""

from __future__ import annotations

import torch
from torch import Tensor

from composer.engine.statistics import PIECE
from composer.engine.threads import one_thread
from composer.signals import BINS, DECADES


def plain(tensor: Tensor) -> Tensor:
    """`tensor` as real numbers of at least single precision; a complex number is two of them."""
    values = tensor.detach()
    if values.is_complex():
        values = torch.view_as_real(values.resolve_conj())
    return values if values.dtype in (torch.float32, torch.float64) else values.float()


def doubles(tensor: Tensor) -> Tensor:
    """`plain` in double precision: on the CPU, where the device of `tensor` has none."""
    values = plain(tensor)
    return (values.cpu() if values.device.type == "mps" else values).double()


@one_thread()
def decades(tensor: Tensor) -> tuple[int, ...]:
    """How many finite values are in each of 64 bins of log10|value| over `DECADES`; zeros are in none."""
    first, last = DECADES
    counts = torch.zeros(BINS, dtype=torch.float64)
    for piece in torch.split(plain(tensor).flatten(), PIECE):
        piece = piece.cpu()
        sizes = piece[(piece != 0) & piece.isfinite()].abs().log10_().clamp_(first, last)
        counts += torch.histc(sizes, BINS, first, last)
    return tuple(int(each) for each in counts)
