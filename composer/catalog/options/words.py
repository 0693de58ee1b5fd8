"""Options that hold a truth value, a word or text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from composer.catalog.options.base import Option, Value, literal, quote

DTYPES = (
    "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool",
    "complex64", "complex128",
)  # fmt: skip


@dataclass(frozen=True)
class Bool(Option):
    def _expected(self) -> str:
        return "true or false"

    def _accepts(self, value: Value) -> bool:
        return isinstance(value, bool)


@dataclass(frozen=True)
class Choice(Option):
    """One of a few words."""

    choices: tuple[str, ...] = ()

    def _expected(self) -> str:
        return "one of " + ", ".join(map(quote, self.choices))

    def _accepts(self, value: Value) -> bool:
        return isinstance(value, str) and value in self.choices


@dataclass(frozen=True)
class DType(Option):
    """A tensor's element type, by torch's name."""

    choices: tuple[str, ...] = DTYPES

    def _expected(self) -> str:
        return "one of " + ", ".join(self.choices)

    def _accepts(self, value: Value) -> bool:
        return isinstance(value, str) and value in self.choices

    def render(self, value: Value, rename: Mapping[str, str] | None = None) -> str:
        return literal(value) if value is None else f"torch.{value}"


@dataclass(frozen=True)
class Str(Option):
    """Free text, such as an einsum equation."""

    max_length: int = 200

    def _expected(self) -> str:
        return f"text of up to {self.max_length} characters"

    def _accepts(self, value: Value) -> bool:
        return isinstance(value, str) and len(value) <= self.max_length
