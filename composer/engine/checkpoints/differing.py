"""How the values of two tensors of one shape differ: exactly, piece by piece."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from composer.checkpoint_reports import Difference
from composer.engine.checkpoints.pieces import pieces
from composer.engine.statistics import bins_between
from composer.engine.threads import one_thread
from composer.tensor_reports import Number

_SMALL, _LARGE = 1e-140, 1e140  # squares of what lies beyond may leave the range of float64
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
    bins = [bins_between(each, sums.low, sums.high, sums.clean) if sums.drawable else None for each in (left, right)]
    return Difference(
        sums.values, sums.largest, _index(sums.place, tuple(left.shape)), _ratio(sums.norm, sums.right_norm),
        sums.largest_relative, sums.nan, sums.both_nan, *bins,
    )  # fmt: skip


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
    low: float = math.inf
    high: float = -math.inf
    clean: bool = True

    @property
    def drawable(self) -> bool:
        """Whether there are several values between finite ends."""
        return self.done > 1 and self.low <= self.high

    def add(self, left: Tensor, right: Tensor) -> None:
        whole = (left.long() - right.long()).abs() if self.exact else None
        left, right = _wide(left), _wide(right)
        apart = (left - right).abs() if whole is None else whole.double()
        size = right.abs()
        if math.isfinite(float(apart.sum()) + float(size.sum())):
            self._between(left, right)
        else:
            apart, size = self._irregular(left, right, apart, size)
        self.values += int(torch.count_nonzero(apart))
        largest = float(apart.max())
        if largest > 0:
            self._largest(apart if whole is None else whole)
            relative = (apart / size).nan_to_num(nan=0.0, posinf=math.inf)  # 0 / 0: equal values
            self.largest_relative = max(self.largest_relative, float(relative.max()))
            self.norm = math.hypot(self.norm, _norm(apart))
        self.right_norm = math.hypot(self.right_norm, _norm(size))
        self.done += apart.numel()

    def _largest(self, apart: Tensor) -> None:
        found = apart.max().item()
        if found > self.largest:  # type: ignore[operator]  # neither is complex
            self.largest, self.place = found, self.done + int(apart.argmax())

    def _between(self, *sides: Tensor) -> None:
        """Widen the ends to those of the finite values of both sides."""
        for each in sides:
            if each.numel():
                low, high = torch.aminmax(each.abs() if each.is_complex() else each)
                self.low, self.high = min(self.low, float(low)), max(self.high, float(high))

    def _irregular(self, left: Tensor, right: Tensor, apart: Tensor, size: Tensor) -> tuple[Tensor, Tensor]:
        """Differences and sizes where some values are not finite, or too large to be added up.

        What is equal, or not a number on a side, differs by nothing; infinite values have no size to be relative to.
        """
        no_left, no_right = left.isnan(), right.isnan()
        one, both = int((no_left ^ no_right).sum()), int((no_left & no_right).sum())
        self.nan, self.both_nan, self.values = self.nan + one, self.both_nan + both, self.values + one
        self._between(left[left.isfinite()], right[right.isfinite()])
        self.clean = False
        apart = torch.where((left == right) | no_left | no_right, 0.0, apart.nan_to_num(nan=math.inf, posinf=math.inf))
        return apart, torch.where(no_left | ~size.isfinite(), 0.0, size)


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
    found = math.sqrt(float(torch.dot(values, values)))
    if _SMALL < found < _LARGE:
        return found
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
