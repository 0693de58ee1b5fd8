"""From text to tokens, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from composer.tensor_expressions.tree import TensorExpressionError

_PATTERN = re.compile(
    r"""(?P<space>[ \t]+)
      | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<symbol>\*\*|<=|>=|==|!=|[-+*/<>=(),;\n])""",
    re.VERBOSE | re.ASCII,
)
INSTEAD = {
    "&": "and",
    "|": "or",
    "~": "not",
    "!": "not",
    "^": "**",
    "%": "no remainder",
    "[": "no index",
    ".": "no dot",
}


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is `;` for the end of a line, too, and empty at the end of everything."""

    sort: Literal["number", "name", "symbol", "end"]
    text: str
    at: int

    @property
    def shown(self) -> str:
        return repr(self.text) if self.text else "the end"


def tokens(text: str) -> list[Token]:
    """The tokens of `text`, an end after them.

    Raises:
        TensorExpressionError: at a character that begins none.
    """
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _PATTERN.match(text, at)
        if match is None:
            raise TensorExpressionError(at, _expected(text[at]), ascii(text[at]))
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[0].replace("\n", ";"), at))  # type: ignore[arg-type]  # its groups
        at = match.end()
    return [*found, Token("end", "", at)]


def _expected(character: str) -> str:
    instead = INSTEAD.get(character, "")
    if instead.startswith("no "):
        return f"numbers, names, + - * / **, comparisons and parentheses ({instead})"
    return repr(instead) if instead else "numbers, names, + - * / **, comparisons and parentheses"
