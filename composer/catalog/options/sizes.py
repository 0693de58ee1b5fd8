"""Options that hold sizes: integers, tuples of them, and indices. Any integer may be an expression instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from composer import expressions
from composer.catalog.options.base import Option, Value, between, is_integer, literal, quote, tuples
from composer.expressions import ExpressionError, is_expression


class Sized(Option):
    """An option whose integers may be expressions."""

    def expressions(self, value: Value) -> Iterator[str]:
        for each in value if isinstance(value, tuple) else (value,):
            if is_expression(each):
                yield each
            elif isinstance(each, tuple):
                yield from self.expressions(each)

    def normalize(self, value: Value) -> Value:
        return tuples(value)

    def resolve(self, value: Value, values: Mapping[str, int]) -> Value:
        return expressions.resolve(value, values)

    def render(self, value: Value, rename: Mapping[str, str] | None = None) -> str:
        if is_expression(value):
            return expressions.source(expressions.parse(value), rename)
        if isinstance(value, tuple):
            inner = ", ".join(self.render(each, rename) for each in value)
            return f"({inner}{',' if len(value) == 1 else ''})"
        return literal(value)


def is_size(value: Value) -> bool:
    """Whether `value` is an integer that JSON keeps, or the text of an expression."""
    if is_integer(value):
        return abs(value) <= expressions.MAX_VALUE
    if not is_expression(value):
        return False
    try:
        expressions.parse(value)
    except ExpressionError:
        return False
    return True


@dataclass(frozen=True)
class Measure:
    """What an option has to agree with: the size of an input along `axis`, which counts `what`."""

    axis: int
    what: str
    input: int = 0


@dataclass(frozen=True)
class Int(Sized):
    """An integer, or an expression that gives one. Where it has to be the size of an input, `measures` says so."""

    low: int | None = None
    high: int | None = None
    measures: Measure | None = None

    def _expected(self) -> str:
        return f"an integer{between(self.low, self.high)}"

    def _accepts(self, value: Value) -> bool:
        return is_size(value) and (
            not is_integer(value)
            or ((self.low is None or value >= self.low) and (self.high is None or value <= self.high))
        )


@dataclass(frozen=True)
class IntOrTuple(Int):
    """One integer, or a tuple of `n`. With `holes`, items may be None (adaptive pooling keeps that size)."""

    n: int = 2
    choices: tuple[str, ...] = ()
    holes: bool = False

    def _expected(self) -> str:
        words = "".join(f", or {quote(word)}" for word in self.choices)
        return f"{super()._expected()}, or a tuple of {self.n}{words}"

    def _accepts(self, value: Value) -> bool:
        if isinstance(value, tuple):
            return len(value) == self.n and all(
                (each is None and self.holes) or super(IntOrTuple, self)._accepts(each) for each in value
            )
        return value in self.choices or super()._accepts(value)


@dataclass(frozen=True)
class IntList(Int):
    """A tuple of integers of any length within bounds; `scalar` allows a lone integer too."""

    min_length: int = 1
    max_length: int = 16
    scalar: bool = False

    def _expected(self) -> str:
        lone = "an integer or " if self.scalar else ""
        return f"{lone}a list of {self.min_length} to {self.max_length} integers{between(self.low, self.high)}"

    def _accepts(self, value: Value) -> bool:
        if isinstance(value, tuple):
            return self.min_length <= len(value) <= self.max_length and all(map(super()._accepts, value))
        return self.scalar and super()._accepts(value)


@dataclass(frozen=True)
class Dims(IntList):
    """Sizes for a reshape: integers, -1 (inferred, once), or expressions over `d0`, `d1`, … of the input.

    `"=d0"` keeps the input's first size, `"=d1*d2"` is a product of two.
    """

    low: int | None = -1
    inferred_once: bool = True

    def _accepts(self, value: Value) -> bool:
        if not isinstance(value, tuple) or not super()._accepts(value):
            return False
        return not self.inferred_once or sum(is_integer(each) and each == -1 for each in value) <= 1

    def _expected(self) -> str:
        return "a list of sizes: integers, -1, or expressions such as =d0 and =d1*d2"


@dataclass(frozen=True)
class Index(Sized):
    """An index as in `x[...]`: a tuple whose items are an integer, a slice `(start, stop, step)`, None or "..."."""

    def _expected(self) -> str:
        return 'a list of integers, slices [start, stop, step], none and "..."'

    def _accepts(self, value: Value) -> bool:
        if not isinstance(value, tuple) or not 1 <= len(value) <= 16 or value.count("...") > 1:
            return False
        return all(each is None or each == "..." or is_size(each) or _is_slice(each) for each in value)

    def render(self, value: Value, rename: Mapping[str, str] | None = None) -> str:
        return ", ".join(self._item(each, rename) for each in value)

    def _item(self, item: Value, rename: Mapping[str, str] | None) -> str:
        if item == "...":
            return "..."
        if isinstance(item, tuple):
            start, stop, step = ("" if each is None else super(Index, self).render(each, rename) for each in item)
            return f"{start}:{stop}" + (f":{step}" if step else "")
        return super().render(item, rename)


def _is_slice(value: Value) -> bool:
    if not isinstance(value, tuple) or len(value) != 3:
        return False
    step = value[2]
    return all(each is None or is_size(each) for each in value) and (not is_integer(step) or step > 0)
