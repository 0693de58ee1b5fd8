"""What each part of an expression is: numbers or a condition, of a whole tensor or just one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from composer.tensor_expressions.constants import Constants, constant
from composer.tensor_expressions.tree import (
    COMPARISONS,
    DRAWS,
    FUNCTIONS,
    LOGIC,
    READABLE,
    TENSOR,
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Not,
    Number,
    Program,
    TensorExpressionError,
    children,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """`tensor`: one value for each element. `condition`: true or false rather than a number."""

    tensor: bool
    condition: bool = False

    @property
    def shown(self) -> str:
        return "a condition" if self.condition else "a number"


Kinds = Mapping[str, Kind]
READABLE_KINDS: Kinds = {name: Kind(name == TENSOR) for name in READABLE}


def kind_of(expression: Expression, given: Kinds) -> Kind:
    """The kind of an expression in which `given` names have these kinds."""
    match expression:
        case Number():
            return Kind(tensor=False)
        case Name(name):
            return given[name]
    tensor = any(kind_of(each, given).tensor for each in children(expression))
    match expression:
        case Not():
            return Kind(tensor, condition=True)
        case Binary(symbol):
            return Kind(tensor, symbol in COMPARISONS or symbol in LOGIC)
        case Call(function) if function in DRAWS:
            return Kind(tensor=True)
    return Kind(tensor)


def check(program: Program) -> None:
    """Refuse what has no meaning.

    Raises:
        TensorExpressionError: where a condition stands for a number or the other way round, where a draw is asked for
            different bounds in different elements, or where plain numbers have no value (a division by zero).
    """
    given, values = dict(READABLE_KINDS), Constants()
    for name, value in program.steps:
        _check(value, given, values)
        given[name] = kind_of(value, given)
        values[name] = constant(value, values)
    _check(program.result, given, values)
    _expect(program.result, given, condition=False)


def _check(expression: Expression, given: Kinds, values: Constants) -> None:
    for each in children(expression):
        _check(each, given, values)
    match expression:
        case Negative(operand):
            _expect(operand, given, condition=False)
        case Not(operand):
            _expect(operand, given, condition=True)
        case Binary("*", left, right):
            if kind_of(left, given).condition:
                _expect(right, given, condition=False)
        case Binary(symbol, left, right):
            for each in (left, right):
                _expect(each, given, condition=symbol in LOGIC)
            if symbol == "/" and constant(right, values) == 0:  # of a tensor, which would be infinite, too
                raise TensorExpressionError(expression.at, "a divisor other than zero", "0")
        case Call():
            _check_call(expression, given, values)
    constant(expression, values)


def _check_call(call: Call, given: Kinds, values: Constants) -> None:
    for position, each in enumerate(call.arguments):
        _expect(each, given, condition=call.function == "where" and position == 0)
    one_number = call.arguments if call.function in DRAWS else call.arguments[1:] if call.function == "clamp" else ()
    for each in one_number:
        if kind_of(each, given).tensor:
            expected = f"one number for the whole tensor as a bound of {call.function}"
            if call.function == "normal":
                expected = "one number for the whole tensor as mean and std of normal"
            raise TensorExpressionError(each.at, expected, "a value for each element")
    if not kind_of(call, given).tensor and call.function != "where" and not FUNCTIONS[call.function].python:
        raise TensorExpressionError(call.at, f"w, a draw or what is made of them in {call.function}", "a plain number")
    known = [constant(each, values) for each in call.arguments]
    if call.function == "uniform" and None not in known and known[0] > known[1]:  # type: ignore[operator]
        raise TensorExpressionError(call.at, "uniform(a, b) with a ≤ b", f"{known[0]:g} and {known[1]:g}")
    if call.function == "normal" and known[1] is not None and known[1] < 0:
        raise TensorExpressionError(call.at, "normal(mean, std) with std ≥ 0", f"{known[1]:g}")


def _expect(expression: Expression, given: Kinds, condition: bool) -> None:
    kind = kind_of(expression, given)
    if kind.condition != condition:
        hint = "" if condition else "; where(condition, 1, 0) makes numbers of it"
        raise TensorExpressionError(expression.at, Kind(False, condition).shown, f"{kind.shown}{hint}")
