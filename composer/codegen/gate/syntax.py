"""The kinds of syntax a layer's code may use; for some others, what to use instead."""

from __future__ import annotations

import ast

STATEMENT_NAMES = (
    "def", "return", "=", "name: annotation =", "+=", "for", "while",
    "if", "elif", "else", "assert", "pass", "break", "continue",
)  # fmt: skip
EXPRESSION_NAMES = (
    "+ - * / // % ** @", "== != < <= > >= is in", "and or not", "& | ^ ~ << >>", "x if c else y",
    "x[i], x[a:b], x[...]", "(a, b)", "[a, b]", "[a for b in c if d]", "*values",
)  # fmt: skip

REFUSED: dict[str, tuple[str, str]] = {
    "Import": ("import is not there", "torch, F and math are at hand"),
    "ImportFrom": ("import is not there", "torch, F and math are at hand"),
    "Lambda": ("lambda is not there", "define a local function with def"),
    "ClassDef": ("A class cannot be defined here", "define a layer of its own"),
    "AsyncFunctionDef": ("async is not there", "use def"),
    "AsyncFor": ("async is not there", "use for"),
    "AsyncWith": ("async is not there", ""),
    "Await": ("await is not there", ""),
    "Yield": ("yield is not there", "collect the values in a list"),
    "YieldFrom": ("yield is not there", "collect the values in a list"),
    "Try": ("Exceptions cannot be caught here", "test with if before"),
    "TryStar": ("Exceptions cannot be caught here", "test with if before"),
    "Raise": ("raise is not there", "use assert"),
    "With": ("with is not there", "use .detach() where no gradient is wanted; init runs without gradients"),
    "Global": ("global is not there", "hand values over as arguments"),
    "Nonlocal": ("nonlocal is not there", "return the new value"),
    "Delete": ("del is not there", "give the name another value"),
    "Match": ("match is not there", "use if and elif"),
    "NamedExpr": (":= is not there", "assign in a line of its own"),
    "JoinedStr": ("Text cannot be formatted here", ""),
    "TemplateStr": ("Text cannot be formatted here", ""),
    "GeneratorExp": ("A generator is not there", "use a list: [… for … in …]"),
    "SetComp": ("Sets are not there", "use a list"),
    "DictComp": ("Dictionaries are not there", "use a list"),
    "Set": ("Sets are not there", "use a list"),
    "Starred": ("A * stands only in a list, a tuple, or among arguments", "leave it out"),
    "Dict": ("Dictionaries are not there", "use a list or several names"),
    "TypeAlias": ("type is not there", ""),
}
"""By the node's name, which may be one of a later Python: the reason, and what to use instead."""


def refused(node: ast.AST) -> tuple[str, str]:
    """The two sentences of a refusal for a node that is on no list."""
    reason, instead = REFUSED.get(type(node).__name__, ("This kind of Python is not there", ""))
    return f"{reason}.", instead and f"{instead[0].upper()}{instead[1:]}."
