"""The tree of an expression over a tensor, and the words it may use.

`at` is the place in the text, from 0; it does not count when trees are compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

TENSOR = "w"
FANS = ("fan_in", "fan_out")
CONSTANTS = {"pi": math.pi}
DRAWS = ("uniform", "normal")
LOGIC = ("and", "or", "not")
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


class TensorExpressionError(ValueError):
    """The text is no expression over a tensor: what was expected at character `at` (from 0), and what came."""

    def __init__(self, at: int, expected: str, received: str) -> None:
        super().__init__(f"character {at + 1}: expects {expected}, received {received}")
        self.at, self.expected, self.received = at, expected, received


@dataclass(frozen=True, slots=True)
class Function:
    """A function of `arity` arguments, elementwise on tensors; `python` is its name for plain numbers, if any."""

    arity: int
    python: str = ""
    of_numbers: Callable[..., float] | None = None


FUNCTIONS: dict[str, Function] = {
    "uniform": Function(2),
    "normal": Function(2),
    "where": Function(3),
    "abs": Function(1, "abs", abs),
    "sqrt": Function(1, "math.sqrt", math.sqrt),
    "exp": Function(1, "math.exp", math.exp),
    "log": Function(1, "math.log", math.log),
    "sin": Function(1, "math.sin", math.sin),
    "cos": Function(1, "math.cos", math.cos),
    "tanh": Function(1, "math.tanh", math.tanh),
    "sign": Function(1),
    "floor": Function(1, "math.floor", math.floor),
    "round": Function(1, "round", round),
    "minimum": Function(2, "min", min),
    "maximum": Function(2, "max", max),
    "clamp": Function(3, "min", lambda value, low, high: min(max(value, low), high)),
}

READABLE = (TENSOR, *FANS, *CONSTANTS)
# What generated code reads: no name given in a text may hide it.
RESERVED = frozenset({*READABLE, *FUNCTIONS, *LOGIC, "torch", "nn", "math", "min", "max", "F", "copy"})


@dataclass(frozen=True, slots=True)
class Number:
    value: int | float
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negative:
    operand: Expression
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expression
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """`symbol` is one of `+ - * / **`, a comparison, `and` or `or`. `at` is the place of the symbol."""

    symbol: str
    left: Expression
    right: Expression
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Expression, ...]
    at: int = field(default=0, compare=False)


Expression = Number | Name | Negative | Not | Binary | Call


@dataclass(frozen=True, slots=True)
class Program:
    """Names given to values, in order, then the expression whose value fills the tensor."""

    steps: tuple[tuple[str, Expression], ...]
    result: Expression


def children(expression: Expression) -> tuple[Expression, ...]:
    """The operands or arguments of `expression`."""
    match expression:
        case Negative(operand) | Not(operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
    return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """`expression` and all below it."""
    pending = [expression]
    while pending:
        each = pending.pop()
        yield each
        pending += children(each)


def names(program: Program) -> frozenset[str]:
    """The names that `program` reads, its own and those there are: `w`, `fan_in`, …"""
    parts = (*(value for _, value in program.steps), program.result)
    return frozenset(each.name for part in parts for each in walk(part) if isinstance(each, Name))
