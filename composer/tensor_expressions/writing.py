"""From the tree back to text, in its one canonical form."""

from __future__ import annotations

from composer.tensor_expressions.tree import COMPARISONS, Binary, Call, Expression, Name, Negative, Not, Number, Program

OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 10)
LEVELS = {"or": OR, "and": AND, "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "**": POWER} | dict.fromkeys(
    COMPARISONS, COMPARISON
)


def sides(symbol: str) -> tuple[int, int]:
    """How tight what stands left and right of `symbol` has to bind, to need no parentheses."""
    own = LEVELS[symbol]
    if symbol == "**":
        return ATOM, SIGN
    return (own + 1, own + 1) if symbol in COMPARISONS else (own, own + 1)


def text(program: Program) -> str:
    """Text that `parse` reads as `program`."""
    return "; ".join([*(f"{name} = {_text(value)}" for name, value in program.steps), _text(program.result)])


def _text(expression: Expression, level: int = 0) -> str:
    match expression:
        case Number(value):
            return repr(value)
        case Name(name):
            return name
        case Call(function, arguments):
            return f"{function}({', '.join(map(_text, arguments))})"
        case Negative(operand):
            return _closed(f"-{_text(operand, SIGN)}", SIGN, level)
        case Not(operand):
            return _closed(f"not {_text(operand, NOT)}", NOT, level)
        case Binary(symbol, left, right):
            outer = sides(symbol)
            written = f"{_text(left, outer[0])} {symbol} {_text(right, outer[1])}"
            return _closed(written, LEVELS[symbol], level)


def _closed(written: str, own: int, level: int) -> str:
    return f"({written})" if own < level else written
