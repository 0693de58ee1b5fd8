"""The values of those parts of an expression that are plain numbers, so that 1/0 is refused before it is run."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from composer.tensor_expressions.tree import (
    CONSTANTS,
    DRAWS,
    FUNCTIONS,
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Not,
    Number,
    TensorExpressionError,
)

_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": math.pow,  # of floats: an integer's power could have more digits than there is time
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "and": lambda a, b: bool(a and b),
    "or": lambda a, b: bool(a or b),
}


class Constants(dict[str, "float | None"]):
    """The values of names; None of those that depend on the tensor."""

    def __missing__(self, name: str) -> float | None:
        return CONSTANTS.get(name)


def constant(expression: Expression, values: Constants) -> float | None:
    """The value of an expression of plain numbers, truth as 1 or 0; None where it depends on the tensor.

    Raises:
        TensorExpressionError: where it has none, or one beyond the range of a float.
    """
    try:
        found = _value(expression, values)
        if found is None or math.isfinite(found):
            return None if found is None else float(found)
    except ZeroDivisionError:
        raise TensorExpressionError(expression.at, "a divisor other than zero", "0") from None
    except (ValueError, OverflowError) as error:
        raise TensorExpressionError(expression.at, "a real number as the value", str(error).split(",")[0]) from None
    raise TensorExpressionError(expression.at, "a value up to 1.8e308", "a larger one")


def _value(expression: Expression, values: Constants) -> float | None:
    match expression:
        case Number(value):
            return value
        case Name(name):
            return values[name]
        case Negative(operand):
            found = constant(operand, values)
            return None if found is None else -found
        case Not(operand):
            found = constant(operand, values)
            return None if found is None else not found
        case Binary(symbol, left, right):
            return _applied(_OPERATORS[symbol], (left, right), values)
        case Call("where", (condition, then, other)):
            return _applied(lambda c, a, b: a if c else b, (condition, then, other), values)
        case Call(function, arguments) if function not in DRAWS and FUNCTIONS[function].of_numbers:
            return _applied(FUNCTIONS[function].of_numbers, arguments, values)  # type: ignore[arg-type]
    return None


def _applied(function: Callable[..., float], arguments: tuple[Expression, ...], values: Constants) -> float | None:
    found = [constant(each, values) for each in arguments]
    return None if None in found else function(*found)
