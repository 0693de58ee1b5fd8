"""Exact statistics and a histogram of a tensor, piece by piece: a piece stays in the processor's cache.

They are computed on the CPU, so that they are the same on every device, also where one has no double precision.
`torch.histc` and `var_mean` would take several times as long, and a copy of the whole tensor as much memory again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn.parameter import is_lazy

from composer.engine.threads import one_thread
from composer.tensor_reports import Histogram, Statistics

BINS = 64
PIECE = 2**18
"""Values that are looked at together."""

_COMPARED = {
    torch.bool: torch.uint8,
    torch.uint16: torch.int64,
    torch.uint32: torch.int64,
    torch.uint64: torch.float64,
}
"""Types whose values torch cannot compare, and what they are taken as."""

_SMALL, _LARGE = 1e-15, 1e15  # squares of what lies beyond may leave the range of float32
_OFF_CENTER = 100.0  # widths of its range that a range may be away from 0, for bins in float32


@one_thread()
def statistics(tensor: Tensor) -> Statistics | None:
    """What the values of `tensor` are like; None where it has none yet (lazy, or on the meta device).

    Counts, `low` and `high` are exact, those of uint64 above 2^53 to float64; the rest is within 1e-4 of itself, or,
    for a mean near 0, of the standard deviation. Complex numbers are measured by their magnitudes.
    """
    if is_lazy(tensor) or tensor.is_meta:
        return None
    tensor = tensor.detach()
    sums = _Sums()
    for piece in _pieces(tensor):
        sums.add(piece)
    of = "magnitudes" if tensor.is_complex() else ""
    counts = (sums.count, sums.zeros, sums.nan, sums.plus_inf, sums.minus_inf)
    if sums.low is None or sums.high is None:
        return Statistics(*counts, of=of)
    low, high, finite = sums.low, sums.high, sums.finite
    if low == high:
        deviation = 0.0 if finite > 1 else None
        norm = abs(float(low)) * math.sqrt(finite)
        bins = Histogram(float(low), float(high), (finite,))
        return Statistics(*counts, low, high, float(low), deviation, norm, bins, of)
    values = _Values(tensor, clean=finite == sums.count)
    mean, deviation, norm = sums.moments() or _carefully(values, float(low), float(high))
    return Statistics(*counts, low, high, mean, deviation, norm, _histogram(values, float(low), float(high)), of)


@one_thread()
def bins_between(tensor: Tensor, low: float, high: float, clean: bool = False) -> Histogram:
    """The finite values of `tensor`, all of which lie between `low` and `high`, in as many bins as `statistics` has.

    `clean`: it has no others.
    """
    values = _Values(tensor.detach(), clean)
    if low == high:
        return Histogram(low, high, (sum(piece.numel() for piece in values.floats()),))
    return _histogram(values, low, high)


class _Signs:
    """Counts what is not zero by the squares of the signs: `count_nonzero` takes more than twice as long."""

    def __init__(self) -> None:
        self._buffer: Tensor | None = None

    def nonzero(self, piece: Tensor) -> int:
        """How many values are not 0; `piece` has no NaN, and not more values than float32 can count."""
        if piece.dtype not in (torch.float32, torch.float64):
            return int(torch.count_nonzero(piece))
        if self._buffer is None or self._buffer.numel() < piece.numel():
            self._buffer = torch.empty_like(piece)
        signs = torch.sign(piece, out=self._buffer[: piece.numel()])
        return int(torch.dot(signs, signs))


@dataclass(slots=True)
class _Sums:
    """What one pass over a tensor adds up."""

    count: int = 0
    zeros: int = 0
    nan: int = 0
    plus_inf: int = 0
    minus_inf: int = 0
    low: float | int | None = None
    high: float | int | None = None
    total: float = 0.0
    squares: float = 0.0
    _signs: _Signs = field(default_factory=_Signs)

    @property
    def finite(self) -> int:
        return self.count - self.nan - self.plus_inf - self.minus_inf

    def add(self, piece: Tensor) -> None:
        self.count += piece.numel()
        low, high = (each.item() for each in torch.aminmax(piece))
        clean = math.isfinite(low) and math.isfinite(high)
        self.zeros += piece.numel() - (self._signs.nonzero(piece) if clean else int(torch.count_nonzero(piece)))
        if not clean:
            self.nan += int(torch.count_nonzero(torch.isnan(piece)))
            self.plus_inf += int(torch.count_nonzero(piece == math.inf))
            self.minus_inf += int(torch.count_nonzero(piece == -math.inf))
            piece = piece[torch.isfinite(piece)]
            if not piece.numel():
                return
            low, high = (each.item() for each in torch.aminmax(piece))
        self.low = low if self.low is None else min(low, self.low)
        self.high = high if self.high is None else max(high, self.high)
        piece = _floating(piece)
        self.total += float(piece.sum())
        self.squares += float(torch.dot(piece, piece))

    def moments(self) -> tuple[float, float, float] | None:
        """Mean, standard deviation and norm; None where these sums are not good enough for them."""
        assert self.low is not None and self.high is not None
        mean, finite = self.total / self.finite, self.finite
        largest = max(abs(self.low), abs(self.high))
        centered = self.squares - mean * self.total
        if not (_SMALL < largest < _LARGE) or centered < self.squares / 2:
            return None
        return mean, math.sqrt(centered / (finite - 1)), math.sqrt(self.squares)


@dataclass(frozen=True, slots=True)
class _Values:
    """The finite values of a tensor. `clean`: it has no others."""

    tensor: Tensor
    clean: bool

    def floats(self) -> Iterator[Tensor]:
        """In pieces of floating-point numbers; of a float32 tensor without a copy."""
        for piece in _pieces(self.tensor):
            yield _floating(piece if self.clean else piece[torch.isfinite(piece)])

    def doubles(self) -> Iterator[Tensor]:
        for piece in self.floats():
            if piece.numel():
                yield piece.double()


def _carefully(values: _Values, low: float, high: float) -> tuple[float, float, float]:
    """Mean, standard deviation and norm in float64, centered and scaled: nothing cancels, overflows or vanishes."""
    scale = 2.0 ** min(max(math.frexp(max(abs(low), abs(high)))[1], -1000), 1000)
    count, total, squares = 0, 0.0, 0.0
    for piece in values.doubles():
        count += piece.numel()
        total += float((piece / scale).sum())
    mean = total / count
    rest, centered = 0.0, 0.0
    for piece in values.doubles():
        piece = piece / scale
        squares += float(torch.dot(piece, piece))
        piece = piece - mean
        rest += float(piece.sum())
        centered += float(torch.dot(piece, piece))
    deviation = math.sqrt(max(0.0, centered - rest * rest / count) / (count - 1))
    return (mean + rest / count) * scale, deviation * scale, math.sqrt(squares) * scale


def _histogram(values: _Values, low: float, high: float) -> Histogram:
    """The bins of the values, which lie between `low` and `high`."""
    width = high / BINS - low / BINS
    exact = max(abs(low), abs(high)) > _OFF_CENTER * BINS * width or not (_SMALL < width < _LARGE)
    if width < 1e-300 or not math.isfinite(high - low):
        return _by_comparing(values, low, high)
    scale = 1 / width
    counter = _Counter()
    places = torch.empty(PIECE, dtype=torch.float64 if exact else torch.float32)
    offset = torch.tensor(-low * scale, dtype=places.dtype)
    for piece in values.doubles() if exact else values.floats():
        place = places[: piece.numel()]
        if exact:
            torch.sub(piece, low, out=place).mul_(scale)
        else:
            torch.add(offset, piece, alpha=scale, out=place)
        counter.add(place)
    return Histogram(low, high, counter.counts)


class _Counter:
    """Counts how often each bin comes, two values at a time: `bincount` takes half as long over pairs of them."""

    def __init__(self) -> None:
        self._places = BINS + 1  # the upper edge has one of its own, until the end
        self._numbers = torch.empty(PIECE, dtype=torch.int16)
        self._pairs = torch.empty(PIECE // 2, dtype=torch.int16)
        self._found = torch.zeros(self._places**2, dtype=torch.int64)
        self._odd = torch.zeros(self._places, dtype=torch.int64)

    def add(self, places: Tensor) -> None:
        """Count places from 0 to BINS, of which the fraction is cut off."""
        half, odd = divmod(places.numel(), 2)
        numbers = self._numbers[: places.numel()].copy_(places)
        pairs = torch.add(numbers[half : 2 * half], numbers[:half], alpha=self._places, out=self._pairs[:half])
        self._found += torch.bincount(pairs, minlength=self._places**2)
        if odd:
            self._odd += torch.bincount(numbers[-1:], minlength=self._places)

    @property
    def counts(self) -> tuple[int, ...]:
        found = self._found.view(self._places, self._places)
        *inner, last, top = (found.sum(0) + found.sum(1) + self._odd).tolist()
        return (*inner, last + top)


def _by_comparing(values: _Values, low: float, high: float) -> Histogram:
    """Bins so narrow, or so wide, that numbers hardly tell places in them apart."""
    edges = torch.tensor(Histogram(low, high, (0,) * BINS).edges[1:-1], dtype=torch.float64)
    counts = torch.zeros(BINS, dtype=torch.int64)
    for piece in values.doubles():
        counts += torch.bincount(torch.bucketize(piece, edges, right=True), minlength=BINS)
    return Histogram(low, high, tuple(counts.tolist()))


def _floating(piece: Tensor) -> Tensor:
    if piece.dtype in (torch.float32, torch.float64):
        return piece
    return piece.float() if piece.is_floating_point() else piece.double()


def _pieces(tensor: Tensor) -> Iterator[Tensor]:
    """All values, in flat pieces of real numbers that `aminmax` can compare, whatever the order."""
    for piece in _flat(tensor):
        piece = piece.cpu()
        if piece.is_complex():
            yield piece.abs()
        elif piece.is_floating_point() and piece.dtype.itemsize < 4:
            yield piece.float()
        else:
            yield piece.to(_COMPARED.get(piece.dtype, piece.dtype))


def _flat(tensor: Tensor) -> Iterator[Tensor]:
    """Views of at most PIECE values; copies only where a view cannot be flat."""
    if not tensor.numel():
        return
    order = sorted(range(tensor.dim()), key=tensor.stride, reverse=True)
    ordered = tensor.permute(order)
    if ordered.is_contiguous():
        yield from torch.split(ordered.view(-1), PIECE)
    elif tensor.numel() <= PIECE:
        yield tensor.reshape(-1).contiguous()
    else:
        rows = PIECE // (tensor.numel() // ordered.shape[0])
        for part in torch.split(ordered, rows) if rows else ordered.unbind(0):
            yield from _flat(part)
