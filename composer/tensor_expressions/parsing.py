"""From text to the tree, by recursive descent. The precedence is Python's.

    program     name = either ; … ; either          (a new line is a ;)
    either      both or both …
    both        negated and negated …
    negated     not negated | comparison
    comparison  sum < sum                           (one of < <= > >= == !=, not chained)
    sum         product + product - product …
    product     signed * signed / signed …
    signed      -signed | power
    power       atom ** signed
    atom        number | name | function(either, …) | (either)

Conditions are joined by `and`, `or`, `not`, which read as what they mean and bind weaker than comparisons; torch's
`&`, `|`, `~` bind tighter, so that `a > 1 & b > 2` is not what it looks like.
"""

from __future__ import annotations

import keyword
import math
from collections.abc import Callable
from functools import lru_cache

from composer.tensor_expressions.kinds import check
from composer.tensor_expressions.tokens import Token, tokens
from composer.tensor_expressions.tree import (
    COMPARISONS,
    FUNCTIONS,
    LOGIC,
    READABLE,
    RESERVED,
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Not,
    Number,
    Program,
    TensorExpressionError,
)

MAX_LENGTH = 500
MAX_TERMS = 200  # numbers, names, operators and calls
MAX_DEPTH = 32  # parentheses, calls, signs and powers in each other
MAX_INTEGER = 2**53


@lru_cache(maxsize=1024)
def parse(text: str) -> Program:
    """The tree of `text`.

    Raises:
        TensorExpressionError: where the text leaves the grammar or a limit, or means nothing (a condition plus a
            number, a division by zero).
    """
    if len(text) > MAX_LENGTH:
        raise TensorExpressionError(MAX_LENGTH, f"at most {MAX_LENGTH} characters", str(len(text)))
    program = _Parser(tokens(text)).program()
    check(program)
    return program


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._next = 0
        self._terms = 0
        self._depth = 0
        self._given: list[str] = []

    def program(self) -> Program:
        steps: list[tuple[str, Expression]] = []
        self._skip_ends()
        while self._tokens[self._next + (self._now.sort != "end")].text == "=":
            name = self._new_name()
            steps.append((name, self._either()))
            self._given.append(name)
            if not self._take(";"):
                raise self._unexpected("';' or an operator")
            self._skip_ends()
        result = self._either()
        if self._now.text == ";":
            self._skip_ends()
            if self._now.sort != "end":
                raise self._unexpected("the end, since only the last value has no name")
        if self._now.sort != "end":
            raise self._unexpected("an operator or the end")
        return Program(tuple(steps), result)

    def _new_name(self) -> str:
        token = self._advance()
        if token.sort != "name" or token.text.startswith("_") or not token.text[0].islower():
            raise TensorExpressionError(token.at, "a name that begins with a small letter", token.shown)
        if token.text in RESERVED or keyword.iskeyword(token.text):
            raise TensorExpressionError(token.at, "a name that has no meaning yet", token.shown)
        if token.text in self._given:
            raise TensorExpressionError(token.at, "a new name", f"{token.shown} a second time")
        self._advance()  # the =
        return token.text

    def _either(self) -> Expression:
        return self._chain(("or",), self._both)

    def _both(self) -> Expression:
        return self._chain(("and",), self._negated)

    def _negated(self) -> Expression:
        if self._now.text != "not":
            return self._comparison()
        at = self._advance().at
        return self._count(Not(self._deeper(self._negated), at))

    def _comparison(self) -> Expression:
        left = self._sum()
        if self._now.text not in COMPARISONS:
            return left
        symbol = self._advance()
        found = self._count(Binary(symbol.text, left, self._sum(), symbol.at))
        if self._now.text in COMPARISONS:
            raise self._unexpected("one comparison (join two with 'and')")
        return found

    def _sum(self) -> Expression:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Expression:
        return self._chain(("*", "/"), self._signed)

    def _chain(self, symbols: tuple[str, ...], operand: Callable[[], Expression]) -> Expression:
        found = operand()
        while self._now.text in symbols:
            symbol = self._advance()
            found = self._count(Binary(symbol.text, found, operand(), symbol.at))
        return found

    def _signed(self) -> Expression:
        if self._now.text != "-":
            return self._power()
        at = self._advance().at
        return self._count(Negative(self._deeper(self._signed), at))

    def _power(self) -> Expression:
        base = self._atom()
        if self._now.text != "**":
            return base
        at = self._advance().at
        return self._count(Binary("**", base, self._deeper(self._signed), at))

    def _atom(self) -> Expression:
        if self._now.sort == "number":
            return self._number()
        if self._now.text == "(":
            self._advance()
            inner = self._deeper(self._either)
            self._expect(")")
            return inner
        if self._now.sort != "name" or self._now.text in LOGIC:
            raise self._unexpected("a number, a name, a function or '('")
        return self._call() if self._tokens[self._next + 1].text == "(" else self._name()

    def _number(self) -> Expression:
        token = self._advance()
        if self._now.sort in ("number", "name") and self._now.at == token.at + len(token.text):
            raise self._unexpected(f"an operator after {token.text}")
        value: int | float = int(token.text) if token.text.isdigit() else float(token.text)
        if value > MAX_INTEGER and isinstance(value, int):
            value = float(value) if value < 1e308 else math.inf
        if not math.isfinite(value):
            raise TensorExpressionError(token.at, "a number up to 1.8e308", token.text[:20])
        return self._count(Number(value, token.at))

    def _name(self) -> Expression:
        token = self._advance()
        known = (*READABLE, *self._given)
        if token.text not in known:
            what = "arguments in parentheses" if token.text in FUNCTIONS else f"one of {', '.join(known)}"
            raise TensorExpressionError(token.at, what, token.shown)
        return self._count(Name(token.text, token.at))

    def _call(self) -> Expression:
        token = self._advance()
        function = FUNCTIONS.get(token.text)
        if function is None:
            raise TensorExpressionError(token.at, f"one of {', '.join(FUNCTIONS)}", f"{token.shown} as a function")
        self._expect("(")
        arguments = [self._deeper(self._either)]
        while self._take(","):
            arguments.append(self._deeper(self._either))
        self._expect(")")
        if len(arguments) != function.arity:
            expected = f"{function.arity} argument{'s' if function.arity > 1 else ''} of {token.text}"
            raise TensorExpressionError(token.at, expected, str(len(arguments)))
        return self._count(Call(token.text, tuple(arguments), token.at))

    def _count(self, expression: Expression) -> Expression:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise TensorExpressionError(expression.at, f"at most {MAX_TERMS} terms", "more")
        return expression

    def _deeper(self, parse: Callable[[], Expression]) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TensorExpressionError(self._now.at, f"at most {MAX_DEPTH} levels in each other", "more")
        found = parse()
        self._depth -= 1
        return found

    @property
    def _now(self) -> Token:
        return self._tokens[self._next]

    def _advance(self) -> Token:
        token = self._now
        self._next += token.sort != "end"
        return token

    def _take(self, text: str) -> bool:
        taken = self._now.text == text
        self._next += taken
        return taken

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self._unexpected(f"an operator or {text!r}")

    def _skip_ends(self) -> None:
        while self._take(";"):
            pass

    def _unexpected(self, expected: str) -> TensorExpressionError:
        return TensorExpressionError(self._now.at, expected, self._now.shown)
