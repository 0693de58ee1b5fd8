"""An expression over a tensor `w` as torch code; plain numbers stay Python's, computed once.

Numbers never decide the dtype: where torch would make a tensor of numbers and conditions alone, it would be of the
default dtype or of integers, so there `w` lends its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from composer.tensor_expressions import Binary, Call, Expression, Kind, Name, Negative, Not, Number, Program, kind_of
from composer.tensor_expressions.kinds import READABLE_KINDS
from composer.tensor_expressions.tree import CONSTANTS, FUNCTIONS, LOGIC
from composer.tensor_expressions.writing import AND, ATOM, LEVELS, NOT, OR, SIGN, SUM, sides

_BITWISE = {"and": "&", "or": "|"}
_DRAWS = {"uniform": "uniform_", "normal": "normal_"}


def lines(program: Program) -> tuple[str, ...]:
    """Lines that give `w` the values of `program`; the last is an expression whose value is `w`."""
    given = dict(READABLE_KINDS)
    found = []
    for name, value in program.steps:
        found.append(f"{name} = {_Writer(given).write(value)}")
        given[name] = kind_of(value, given)
    result = _Writer(given).write(program.result)
    return (*found, f"w.{'copy_' if kind_of(program.result, given).tensor else 'fill_'}({result})")


class _Writer:
    """Writes each part once: a part written twice would double the time with every level."""

    def __init__(self, given: Mapping[str, Kind]) -> None:
        self._given = given

    def write(self, expression: Expression, level: int = 0) -> str:
        """The code of `expression`, in parentheses where it binds weaker than `level`."""
        match expression:
            case Number(value):
                return repr(value)
            case Name(name):
                return f"math.{name}" if name in CONSTANTS else name
            case Negative(operand):
                return _closed(f"-{self.write(operand, SIGN)}", SIGN, level)
            case Not(operand) if self._tensor(operand):
                return _closed(f"~{self.write(operand, SIGN)}", SIGN, level)
            case Not(operand):
                return _closed(f"not {self.write(operand, NOT)}", NOT, level)
            case Binary(symbol, left, right):
                return self._binary(symbol, left, right, level)
            case Call("where", (condition, then, other)):
                return self._where(condition, then, other, level)
            case Call(function, arguments):
                return self._call(function, arguments)

    def _binary(self, symbol: str, left: Expression, right: Expression, level: int) -> str:
        tensor = self._tensor(left) or self._tensor(right)
        if symbol == "**" and not tensor:  # of floats: a power of integers could have more digits than there is time
            return f"math.pow({self.write(left)}, {self.write(right)})"
        if symbol in LOGIC:
            return self._logic(symbol, left, right, tensor, level)
        outer = sides(symbol)
        one = self._factor(left, outer[0], beside=right) if symbol == "*" else self.write(left, outer[0])
        other = self._factor(right, outer[1], beside=left) if symbol == "*" else self.write(right, outer[1])
        return _closed(f"{one} {symbol} {other}", LEVELS[symbol], level)

    def _factor(self, expression: Expression, level: int, beside: Expression) -> str:
        """A factor; a mask beside a plain number is made a tensor of numbers first."""
        if self._tensor(beside) or kind_of(expression, self._given) != Kind(tensor=True, condition=True):
            return self.write(expression, level)
        return f"{self.write(expression, ATOM)}.to(w.dtype)"

    def _logic(self, symbol: str, left: Expression, right: Expression, tensor: bool, level: int) -> str:
        """`&` and `|` bind tighter than comparisons and weaker than sums, unlike `and` and `or`."""
        if not tensor:
            outer = sides(symbol)
            return _closed(
                f"{self.write(left, outer[0])} {symbol} {self.write(right, outer[1])}", LEVELS[symbol], level
            )
        text = f"{self.write(left, SUM)} {_BITWISE[symbol]} {self.write(right, SUM)}"
        return _closed(text, AND if symbol == "and" else OR, level)

    def _where(self, condition: Expression, then: Expression, other: Expression, level: int) -> str:
        tensors = self._tensor(then), self._tensor(other)
        if self._tensor(condition):
            first = self.write(then) if any(tensors) else self._full(then)
            return f"torch.where({self.write(condition)}, {first}, {self.write(other)})"
        alike = tensors[0] == tensors[1]
        first, second = (self.write(each, OR) if alike else self._full(each) for each in (then, other))
        return _closed(f"{first} if {self.write(condition, OR)} else {second}", 0, level)

    def _call(self, function: str, arguments: tuple[Expression, ...]) -> str:
        tensors = [each for each in arguments if self._tensor(each)]
        if len(tensors) == 1:
            return self._method(function, tensors[0], [each for each in arguments if each is not tensors[0]])
        texts = [self.write(each) for each in arguments]
        if function in _DRAWS:
            return f"torch.empty_like(w).{_DRAWS[function]}({', '.join(texts)})"
        if tensors:
            return f"torch.{function}({', '.join(texts)})"
        if function == "clamp":
            return f"min(max({texts[0]}, {texts[1]}), {texts[2]})"
        return f"{FUNCTIONS[function].python}({', '.join(texts)})"

    def _method(self, function: str, tensor: Expression, numbers: list[Expression]) -> str:
        """A function of one tensor, and of plain numbers: the smaller of it and 1 is `w.clamp(max=1)`."""
        name, prefix = {"minimum": ("clamp", "max="), "maximum": ("clamp", "min=")}.get(function, (function, ""))
        texts = (f"{prefix}{self.write(each)}" for each in numbers)
        return f"{self.write(tensor, ATOM)}.{name}({', '.join(texts)})"

    def _tensor(self, expression: Expression) -> bool:
        return kind_of(expression, self._given).tensor

    def _full(self, expression: Expression) -> str:
        """A tensor, of one number where it is one."""
        if self._tensor(expression):
            return self.write(expression, OR)
        return f"torch.full_like(w, {self.write(expression)})"


def _closed(text: str, own: int, level: int) -> str:
    return f"({text})" if own < level else text
