"""Expressions that say a tensor's values: `v = uniform(-10, 10); v * (abs(v) >= 5)`.

Texts and trees alone: what they mean in torch is written by `composer.codegen.custom`, and nothing is ever evaluated
as code here.
"""

from composer.tensor_expressions.kinds import Kind, kind_of
from composer.tensor_expressions.parsing import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, parse
from composer.tensor_expressions.tree import (
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Not,
    Number,
    Program,
    TensorExpressionError,
    names,
)
from composer.tensor_expressions.writing import text

__all__ = [
    "MAX_DEPTH", "MAX_LENGTH", "MAX_TERMS", "Binary", "Call", "Expression", "Kind", "Name", "Negative", "Not", "Number",
    "Program", "TensorExpressionError", "kind_of", "names", "parse", "text",
]  # fmt: skip
