"""Integer expressions in options: `"=2*channels"`.

The grammar is integers, names, `+ - * // %`, `min`, `max` and parentheses. Text is parsed with the
standard library's parser and turned at once into the small tree below: nothing is ever evaluated as code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MARK = "="
MAX_LENGTH = 200
MAX_VALUE = 2**53  # beyond this no size is meant, and JSON readers lose digits

# Looked at before Python's parser is, which takes far more and warns about some of it.
_TOKENS = re.compile(r"(?:\b\d+\b|\b[A-Za-z_]\w*\b|[+\-*/%(), ])*", re.ASCII)

_OPERATORS: dict[type[ast.operator], tuple[str, int, Callable[[int, int], int]]] = {
    ast.Add: ("+", 1, lambda a, b: a + b),
    ast.Sub: ("-", 1, lambda a, b: a - b),
    ast.Mult: ("*", 2, lambda a, b: a * b),
    ast.FloorDiv: ("//", 2, lambda a, b: a // b),
    ast.Mod: ("%", 2, lambda a, b: a % b),
}
_BY_SYMBOL = {symbol: (level, function) for symbol, level, function in _OPERATORS.values()}
_FUNCTIONS: dict[str, Callable[..., int]] = {"min": min, "max": max}


class ExpressionError(ValueError):
    """The text is no integer expression, or it has no value. The message says why."""


@dataclass(frozen=True, slots=True)
class Number:
    value: int


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    symbol: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Negative:
    operand: Expression


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Expression, ...]


Expression = Number | Name | Operation | Negative | Call


def is_expression(value: object) -> bool:
    """Whether an option's value is the text of an expression rather than a literal."""
    return isinstance(value, str) and value.startswith(MARK)


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """The tree of `text`, which starts with `=`.

    Raises:
        ExpressionError: where the text leaves the grammar, or is longer than 200 characters.
    """
    if not text.startswith(MARK):
        raise ExpressionError(f"an expression starts with '{MARK}'")
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression has at most {MAX_LENGTH} characters, not {len(text)}")
    body = text[len(MARK) :].strip()
    if not _TOKENS.fullmatch(body):
        raise _not_allowed(body)
    try:
        tree = ast.parse(body, mode="eval")
        return _convert(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, ExpressionError):
            raise
        raise ExpressionError(f"{text!r} is no integer expression") from None


def _convert(node: ast.expr) -> Expression:
    match node:
        case ast.Constant(value=int(value)) if not isinstance(value, bool) and value <= MAX_VALUE:
            return Number(value)
        case ast.Name(id=name) if name not in _FUNCTIONS:
            return Name(name)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return Operation(_OPERATORS[type(op)][0], _convert(left), _convert(right))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Negative(_convert(operand))
        case ast.Call(func=ast.Name(id=name), args=[_, _, *_] as arguments, keywords=[]) if name in _FUNCTIONS:
            return Call(name, tuple(map(_convert, arguments)))
    raise _not_allowed(ast.unparse(node))


def _not_allowed(text: str) -> ExpressionError:
    return ExpressionError(f"{text!r} is not allowed: use integers, names, + - * // %, min, max and parentheses")


def names(expression: Expression) -> frozenset[str]:
    """The names that `expression` reads."""
    match expression:
        case Name(name):
            return frozenset({name})
        case Operation(_, left, right):
            return names(left) | names(right)
        case Negative(operand):
            return names(operand)
        case Call(_, arguments):
            return frozenset().union(*map(names, arguments))
    return frozenset()


def evaluate(expression: Expression, values: Mapping[str, int]) -> int:
    """The value of `expression`.

    Raises:
        ExpressionError: for an unknown name, a division by zero, or a value beyond 2**53.
    """
    result = _evaluate(expression, values)
    if abs(result) > MAX_VALUE:
        raise ExpressionError(f"{MARK}{source(expression)} is larger than 2**53")
    return result


def _evaluate(expression: Expression, values: Mapping[str, int]) -> int:
    match expression:
        case Number(value):
            return value
        case Name(name):
            if name not in values:
                known = ", ".join(sorted(values)) or "none"
                raise ExpressionError(f"{name!r} is not an option in scope (there: {known})")
            return values[name]
        case Negative(operand):
            return -_evaluate(operand, values)
        case Call(function, arguments):
            return _FUNCTIONS[function](*(_evaluate(each, values) for each in arguments))
        case Operation(symbol, left, right):
            a, b = _evaluate(left, values), _evaluate(right, values)
            if symbol in ("//", "%") and b == 0:
                raise ExpressionError(f"{MARK}{source(expression)} divides by zero")
            return _BY_SYMBOL[symbol][1](a, b)


def source(expression: Expression, rename: Mapping[str, str] | None = None, level: int = 0) -> str:
    """Python text of `expression`; `rename` maps names to other source text (atoms only)."""
    match expression:
        case Number(value):
            return str(value)
        case Name(name):
            return (rename or {}).get(name, name)
        case Negative(operand):
            text = f"-{source(operand, rename, 3)}"
            return f"({text})" if level > 1 else text
        case Call(function, arguments):
            return f"{function}({', '.join(source(each, rename) for each in arguments)})"
        case Operation(symbol, left, right):
            own = _BY_SYMBOL[symbol][0]
            text = f"{source(left, rename, own)} {symbol} {source(right, rename, own + 1)}"
            return f"({text})" if own < level else text


def resolve(value: Any, values: Mapping[str, int]) -> Any:
    """`value` with every expression in it (also inside tuples) replaced by its integer."""
    if is_expression(value):
        return evaluate(parse(value), values)
    if isinstance(value, tuple):
        return tuple(resolve(each, values) for each in value)
    return value
