"""Options that hold an expression over a tensor."""

from __future__ import annotations

from dataclasses import dataclass

from composer import tensor_expressions
from composer.catalog.options.base import Value
from composer.catalog.options.words import Str
from composer.tensor_expressions import TensorExpressionError
from composer.tensor_expressions.tree import FANS


@dataclass(frozen=True)
class TensorExpression(Str):
    """The text of an expression over a tensor `w` (`composer.tensor_expressions`), kept in its canonical form."""

    max_length: int = tensor_expressions.MAX_LENGTH

    def _expected(self) -> str:
        return "an expression such as v = uniform(-10, 10); v * (abs(v) >= 5)"

    def _accepts(self, value: Value) -> bool:
        return isinstance(value, str) and self.refusal(value) is None

    def refusal(self, value: Value) -> tuple[str, str] | None:
        if not isinstance(value, str):
            return None
        try:
            tensor_expressions.parse(value)
        except TensorExpressionError as error:
            return f"{self.name} to have {error.expected} at character {error.at + 1}", error.received
        return None

    def normalize(self, value: Value) -> Value:
        if not isinstance(value, str) or self.refusal(value):
            return value
        return tensor_expressions.text(tensor_expressions.parse(value))

    def least_dims(self, value: Value) -> int:
        if not isinstance(value, str) or self.refusal(value):
            return 0
        return 0 if tensor_expressions.names(tensor_expressions.parse(value)).isdisjoint(FANS) else 2
