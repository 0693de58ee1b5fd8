"""What all options have in common, and how plain values are written in Python."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

Value = Any  # bool, int, float, str, None, or a tuple of these: what JSON can say


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()


@dataclass(frozen=True)
class Option:
    """An option of a layer, op or initializer.

    `optional` allows None; `at_call` marks an option of the call, such as `need_weights` of
    `MultiheadAttention`, rather than of the constructor. `since` is the torch version that brought the
    option, where that is newer than the oldest one we support.
    """

    name: str
    help: str = ""
    default: Value = REQUIRED
    optional: bool = False
    at_call: bool = False
    unit: str = ""
    since: str = ""

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    @property
    def expected(self) -> str:
        """What a value must be, as a phrase for people."""
        return self._expected() + (" or none" if self.optional else "")

    def accepts(self, value: Value) -> bool:
        """Whether `value` is of this option's type and range. An expression is judged by its grammar alone."""
        if value is None:
            return self.optional
        return self._accepts(value)

    def refusal(self, value: Value) -> tuple[str, str] | None:
        """What was expected and what came, where that can be said closer than by `expected` and the value."""
        return None

    def least_dims(self, value: Value) -> int:
        """How many dimensions this value asks of a tensor that is filled."""
        return 0

    def normalize(self, value: Value) -> Value:
        """`value` in its one canonical form, where it has one: equal designs give equal text."""
        return value

    def expressions(self, value: Value) -> Iterator[str]:
        """The expression texts in `value`."""
        yield from ()

    def resolve(self, value: Value, values: Mapping[str, int]) -> Value:
        """`value` with its expressions replaced by integers."""
        return value

    def render(self, value: Value, rename: Mapping[str, str] | None = None) -> str:
        """Python source of `value`; names in expressions go through `rename`."""
        return literal(value)

    def _expected(self) -> str:
        raise NotImplementedError

    def _accepts(self, value: Value) -> bool:
        raise NotImplementedError


def literal(value: Value) -> str:
    """Python source of a plain value."""
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    return repr(value)


def quote(text: str) -> str:
    """A Python string literal on one line, in double quotes unless the text holds some."""
    body = repr(text)
    if body[0] == "'" and '"' not in body:
        return f'"{body[1:-1]}"'
    return body


def tuples(value: Value) -> Value:
    """`value` with lists, which is what JSON has, turned into tuples, inner ones too."""
    return tuple(map(tuples, value)) if isinstance(value, list | tuple) else value


def is_integer(value: Value) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def between(low: float | None, high: float | None) -> str:
    """A range as words that follow a noun: " ≥ 1"."""
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if low is not None:
        return f" ≥ {low}"
    return f" ≤ {high}" if high is not None else ""
