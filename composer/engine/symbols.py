"""Symbolic sizes: a design is run at a few definite sizes, and each size that comes out is named where it is sure.

Two runs tell constants (`28`) and products (`N`, `2N`, `N·T`) apart; a third confirms sums (`N+1`). Whatever
fits none of these, or more than one, is `?`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import combinations_with_replacement
from math import prod

from composer.design.document import Design
from composer.reports import TensorType, ValueType

# The differences are primes, so that rounding to a multiple of a small number cannot look like a sum.
_PROBES = ((5, 16, 27), (7, 24, 41), (11, 34, 57), (13, 42, 71), (17, 48, 79), (19, 56, 93))

Sizes = Mapping[str, int]


def symbols(design: Design) -> tuple[str, ...]:
    """The symbolic sizes of the design's inputs, in order."""
    found = (dim for each in design.inputs for dim in each.shape if isinstance(dim, str))
    return tuple(dict.fromkeys(found))


def probes(names: Sequence[str], number: int) -> list[dict[str, int]]:
    """`number` sets of definite sizes for the symbols."""
    rows = [
        _PROBES[k] if k < len(_PROBES) else tuple(23 + 10 * k + j * (2 * k + 9) for j in range(3))
        for k in range(len(names))
    ]
    return [dict(zip(names, column, strict=True)) for column in list(zip(*rows, strict=True))[:number]] or [{}]


def label(values: Sequence[ValueType | None], runs: Sequence[Sizes]) -> ValueType | None:
    """One value's type from what it was at each run; None where a run has none, or the kinds differ."""
    return _label(tuple(values), tuple(tuple(run.items()) for run in runs))


@lru_cache(maxsize=50_000)
def _label(values: tuple[ValueType | None, ...], bound: tuple[tuple[tuple[str, int], ...], ...]) -> ValueType | None:
    runs = [dict(run) for run in bound]
    first = values[0]
    if any(value is None for value in values):
        return None
    if isinstance(first, tuple):
        if not all(isinstance(value, tuple) and len(value) == len(first) for value in values):
            return None
        items = [label(list(column), runs) for column in zip(*values, strict=True)]
        return None if any(item is None for item in items) else tuple(items)  # type: ignore[arg-type]
    tensors = [value for value in values if isinstance(value, TensorType)]
    if len(tensors) < len(values) or len({(len(each.dims), each.dtype) for each in tensors}) > 1:
        return None
    dims = zip(*(each.dims for each in tensors), strict=True)
    return TensorType(tuple(_dim(column, runs) for column in dims), tensors[0].dtype)


def is_sure(value: ValueType | None) -> bool:
    """Whether every size of `value` has a name or number."""
    if isinstance(value, tuple):
        return all(map(is_sure, value))
    return value is None or "?" not in value.dims


def _dim(values: Sequence[int], runs: Sequence[Sizes]) -> int | str:
    if len(set(values)) == 1:
        return values[0]
    names = list(runs[0])
    candidates = [text for text in (_product(values, runs, each) for each in _monomials(names)) if text]
    if not candidates and len(runs) > 2:
        candidates = [text for text in (_sum(values, runs, name) for name in names) if text]
    return candidates[0] if len(candidates) == 1 else "?"


def _monomials(names: Sequence[str]) -> list[tuple[str, ...]]:
    return [each for degree in (1, 2) for each in combinations_with_replacement(names, degree)]


def _product(values: Sequence[int], runs: Sequence[Sizes], factors: tuple[str, ...]) -> str:
    """`2N` where every value is the same multiple of the factors' product."""
    products = [prod(run[name] for name in factors) for run in runs]
    quotients = {divmod(value, product) for value, product in zip(values, products, strict=True)}
    if len(quotients) != 1:
        return ""
    ((factor, rest),) = quotients
    if rest or not factor:
        return ""
    text = "·".join(factors)
    return text if factor == 1 else f"{factor}{text}"


def _sum(values: Sequence[int], runs: Sequence[Sizes], name: str) -> str:
    """`2N+1` where that fits every run."""
    sizes = [run[name] for run in runs]
    factor, rest = divmod(values[1] - values[0], sizes[1] - sizes[0])
    offset = values[0] - factor * sizes[0]
    if rest or factor <= 0 or any(value != factor * size + offset for value, size in zip(values, sizes, strict=True)):
        return ""
    return f"{'' if factor == 1 else factor}{name}{offset:+d}".replace("-", "−")
