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
        one, other = self.write(left, outer[0]), self.write(right, outer[1])
        if symbol == "*" and self._is_mask(left) and not self._tensor(right):
            one = self._mask(left)
        elif symbol == "*" and self._is_mask(right) and not self._tensor(left):
            other = self._mask(right)
        return _closed(f"{one} {symbol} {other}", LEVELS[symbol], level)

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
        alike = self._tensor(then) == self._tensor(other)
        if self._tensor(condition):
            first = self._full(then) if not self._tensor(then) and not self._tensor(other) else self.write(then)
            return f"torch.where({self.write(condition)}, {first}, {self.write(other)})"
        first, second = (self.write(each, OR) if alike else self._full(each) for each in (then, other))
        return f"({first} if {self.write(condition, OR)} else {second})"

    def _call(self, function: str, arguments: tuple[Expression, ...]) -> str:
        texts = [self.write(each) for each in arguments]
        if function in _DRAWS:
            return f"torch.empty_like(w).{_DRAWS[function]}({', '.join(texts)})"
        tensors = [self._tensor(each) for each in arguments]
        if not any(tensors):
            if function == "clamp":
                return f"min(max({texts[0]}, {texts[1]}), {texts[2]})"
            return f"{FUNCTIONS[function].python}({', '.join(texts)})"
        if function == "clamp":
            return f"{self.write(arguments[0], ATOM)}.clamp({texts[1]}, {texts[2]})"
        if function in ("minimum", "maximum") and not all(tensors):
            whole, number = (0, 1) if tensors[0] else (1, 0)
            side = "max" if function == "minimum" else "min"
            return f"{self.write(arguments[whole], ATOM)}.clamp({side}={texts[number]})"
        if len(arguments) > 1:
            return f"torch.{function}({', '.join(texts)})"
        return f"{self.write(arguments[0], ATOM)}.{function}()"

    def _tensor(self, expression: Expression) -> bool:
        return kind_of(expression, self._given).tensor

    def _is_mask(self, expression: Expression) -> bool:
        return kind_of(expression, self._given) == Kind(tensor=True, condition=True)

    def _mask(self, expression: Expression) -> str:
        return f"{self.write(expression, ATOM)}.to(w.dtype)"

    def _full(self, expression: Expression) -> str:
        text = self.write(expression)
        return text if self._tensor(expression) else f"torch.full_like(w, {text})"


def _closed(text: str, own: int, level: int) -> str:
    return f"({text})" if own < level else text
