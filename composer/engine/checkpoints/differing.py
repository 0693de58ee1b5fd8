"""How the values of two tensors of one shape differ: exactly, piece by piece."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from composer.checkpoint_reports import Difference
from composer.engine.checkpoints.pieces import pieces
from composer.engine.statistics import bins_between, statistics
from composer.engine.threads import one_thread
from composer.tensor_reports import Histogram, Number

_WHOLE = 2**62  # differences of whole numbers below it are exact in 64 bits


@one_thread()
def difference(left: Tensor, right: Tensor) -> Difference | None:
    """How `left` differs from `right`, which has the same shape; None where all values are equal.

    Computed in float64 (complex128 for complex numbers). Differences of whole numbers and truth values are exact: up
    to 2**62, and rounded to float64 beyond.
    """
    if left.dtype == right.dtype and torch.equal(left, right):
        return None
    left, right = _known(left.detach()), _known(right.detach())
    exact = _is_whole(left) and _is_whole(right) and _span(left, right) < _WHOLE
    sums = _Sums(exact)
    for a, b in pieces(left, right):
        sums.add(a, b)
    if not sums.values:
        return None
    where = _index(sums.place, tuple(left.shape))
    relative = _ratio(sums.norm, sums.right_norm)
    bins = _bins(left, right)
    return Difference(sums.values, sums.largest, where, relative, sums.largest_relative, sums.nan, sums.both_nan, *bins)


@dataclass(slots=True)
class _Sums:
    """What one pass over two tensors adds up. `exact`: they are of whole numbers, which differ by few."""

    exact: bool
    done: int = 0
    values: int = 0
    largest: Number = 0.0
    place: int = 0
    largest_relative: float = 0.0
    norm: float = 0.0
    right_norm: float = 0.0
    nan: int = 0
    both_nan: int = 0

    def add(self, left: Tensor, right: Tensor) -> None:
        whole = left.long() - right.long() if self.exact else None
        left, right = _wide(left), _wide(right)
        no_left, no_right = left.isnan(), right.isnan()
        comparable = ~(no_left | no_right)
        self.both_nan += int((no_left & no_right).sum())
        self.nan += int((no_left ^ no_right).sum())
        apart = torch.where(left == right, 0.0, (left - right).abs()) if whole is None else whole.abs().double()
        apart = torch.where(comparable, apart, 0.0).nan_to_num(nan=math.inf, posinf=math.inf)
        size = torch.where(comparable, right.abs(), 0.0)
        self.values += int((apart != 0).sum()) + int((no_left ^ no_right).sum())
        self._largest(apart, whole)
        relative = torch.where(apart == 0, 0.0, apart / size).nan_to_num(nan=math.inf, posinf=math.inf)
        self.largest_relative = max(self.largest_relative, float(relative.max()))
        self.norm = math.hypot(self.norm, _norm(apart))
        self.right_norm = math.hypot(self.right_norm, _norm(torch.where(size.isinf(), 0.0, size)))
        self.done += apart.numel()

    def _largest(self, apart: Tensor, whole: Tensor | None) -> None:
        place = int(apart.argmax())
        found: Number = float(apart[place]) if whole is None else int(whole.abs().max())
        if found > self.largest:  # type: ignore[operator]  # neither is complex
            self.largest, self.place = found, self.done + (place if whole is None else int(whole.abs().argmax()))


def _known(tensor: Tensor) -> Tensor:
    """The same in a type that torch computes with."""
    wider = {torch.uint16: torch.int64, torch.uint32: torch.int64, torch.uint64: torch.float64}
    return tensor.to(wider.get(tensor.dtype, tensor.dtype))


def _is_whole(tensor: Tensor) -> bool:
    return not tensor.is_floating_point() and not tensor.is_complex()


def _span(left: Tensor, right: Tensor) -> int:
    """How far whole numbers of two tensors may be apart."""
    if not left.numel():
        return 0
    ends = [int(end) for each in (left, right) for end in (each.min(), each.max())]
    return max(ends) - min(ends)


def _wide(piece: Tensor) -> Tensor:
    return piece.to(torch.complex128 if piece.is_complex() else torch.float64)


def _norm(values: Tensor) -> float:
    """The square root of the sum of squares of what is not negative, which neither overflows nor vanishes."""
    largest = float(values.max())
    if largest == 0 or math.isinf(largest):
        return largest
    scaled = values / largest
    return largest * math.sqrt(float(torch.dot(scaled, scaled)))


def _ratio(norm: float, of: float) -> float:
    if norm == 0:
        return 0.0
    return math.inf if of == 0 or math.isinf(norm) else norm / of


def _index(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    index = []
    for size in reversed(shape):
        place, rest = divmod(place, size)
        index.append(rest)
    return tuple(reversed(index))


def _bins(left: Tensor, right: Tensor) -> tuple[Histogram | None, Histogram | None]:
    """The values of both in bins with the same edges."""
    found = [statistics(each) for each in (left, right) if each.numel() > 1]
    lows = [float(each.low) for each in found if each and each.low is not None]
    highs = [float(each.high) for each in found if each and each.high is not None]
    if len(lows) < 2:
        return None, None
    low, high = min(lows), max(highs)
    return bins_between(left, low, high), bins_between(right, low, high)
