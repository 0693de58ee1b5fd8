"""Options that hold real numbers."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from composer.catalog.options.base import Option, Value, between, is_integer, literal, tuples
from composer.catalog.options.sizes import Sized, is_size

INFINITIES = ("inf", "-inf")  # JSON has no infinite numbers, so they are words


def _is_number(value: Value) -> bool:
    return (isinstance(value, float) or is_integer(value)) and abs(value) <= sys.float_info.max


def _infinity(value: Value) -> str:
    return f'float("{value}")'


@dataclass(frozen=True)
class Float(Option):
    """A finite real number; an integer is taken as one. With `infinite`, "inf" and "-inf" are taken too.

    `training_only` marks a rate of the call that is zero in evaluation mode.
    """

    low: float | None = None
    high: float | None = None
    infinite: bool = False
    training_only: bool = False

    def _expected(self) -> str:
        words = ', "inf" or "-inf"' if self.infinite else ""
        return f"a number{between(self.low, self.high)}{words}"

    def _accepts(self, value: Value) -> bool:
        if isinstance(value, str):
            return self.infinite and value in INFINITIES and self._in_range(float(value))
        return _is_number(value) and self._in_range(value)

    def _in_range(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def normalize(self, value: Value) -> Value:
        return float(value) if is_integer(value) and abs(value) < 2**53 else value

    def render(self, value: Value, rename: Mapping[str, str] | None = None) -> str:
        return _infinity(value) if isinstance(value, str) else literal(value)


@dataclass(frozen=True)
class FloatOrTuple(Float):
    """One number, or a tuple of `n` (of up to `n`, with `fewer`)."""

    n: int = 2
    fewer: bool = False

    def _expected(self) -> str:
        return f"{super()._expected()}, or a tuple of {'up to ' if self.fewer else ''}{self.n}"

    def _accepts(self, value: Value) -> bool:
        if isinstance(value, tuple):
            fits = 1 <= len(value) <= self.n if self.fewer else len(value) == self.n
            return fits and all(map(super()._accepts, value))
        return super()._accepts(value)

    def normalize(self, value: Value) -> Value:
        if isinstance(value, list | tuple):
            return tuple(map(super().normalize, tuples(value)))
        return super().normalize(value)


@dataclass(frozen=True)
class FloatTuple(Float):
    """A tuple of `n` numbers, each below `below` where that is given. With `holes`, items may be None."""

    n: int = 2
    below: float | None = None
    holes: bool = False

    def _expected(self) -> str:
        limit = f", each less than {self.below:g}" if self.below is not None else ""
        return f"a tuple of {self.n} numbers{between(self.low, self.high)}{limit}"

    def _accepts(self, value: Value) -> bool:
        return isinstance(value, tuple) and len(value) == self.n and all(map(self._fits, value))

    def _fits(self, value: Value) -> bool:
        if value is None:
            return self.holes
        return super()._accepts(value) and (self.below is None or value < self.below)

    def normalize(self, value: Value) -> Value:
        return tuple(map(super().normalize, tuples(value))) if isinstance(value, list | tuple) else value


@dataclass(frozen=True)
class FloatList(Float):
    """A tuple of numbers, such as class weights, given to torch as a tensor."""

    max_length: int = 1000

    def _expected(self) -> str:
        return f"a list of up to {self.max_length} numbers{between(self.low, self.high)}"

    def _accepts(self, value: Value) -> bool:
        return isinstance(value, tuple) and 1 <= len(value) <= self.max_length and all(map(super()._accepts, value))

    def normalize(self, value: Value) -> Value:
        return tuple(map(super().normalize, tuples(value))) if isinstance(value, list | tuple) else value

    def render(self, value: Value, rename: Mapping[str, str] | None = None) -> str:
        if value is None:
            return literal(value)
        return f"torch.tensor([{', '.join(super(FloatList, self).render(each) for each in value)}])"


@dataclass(frozen=True)
class Number(Sized):
    """An integer (or an expression that gives one) or a real number, kept as which of them it is.

    `x + 1` leaves integer tensors integers, `x + 1.0` does not, so the two are different values.
    """

    infinite: bool = False

    def _expected(self) -> str:
        return 'a number, "inf" or "-inf"' if self.infinite else "a number"

    def _accepts(self, value: Value) -> bool:
        if self.infinite and isinstance(value, str) and value in INFINITIES:
            return True
        return is_size(value) or _is_number(value)

    def render(self, value: Value, rename: Mapping[str, str] | None = None) -> str:
        return _infinity(value) if value in INFINITIES else super().render(value, rename)
