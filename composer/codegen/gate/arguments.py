"""Arguments of calls: values, and for functions of torch also types, devices and words."""

from __future__ import annotations

import ast
from collections.abc import Callable, Set

from composer.codegen.gate.reading import Reading, dotted
from composer.codegen.gate.result import hidden, short
from composer.codegen.gate.vocabulary.arguments import EQUATION, KEYWORD_ALTERNATIVES, KEYWORDS, WORDS
from composer.codegen.gate.vocabulary.builtin import MODULES
from composer.codegen.gate.vocabulary.functions import DTYPES
from composer.codegen.gate.vocabulary.tensors import TYPES

Reader = Callable[[ast.expr, Reading], None]

_EINSUM = "torch.einsum"


def arguments(
    node: ast.Call, reading: Reading, expression: Reader, torchs: bool, listed: Set[str] | None = KEYWORDS
) -> None:
    """Read the arguments of a call; `torchs` says that it is one of a function of torch.

    `listed` are the keywords it takes; a local function and a layer (None) have keywords of their own.
    """
    for number, argument in enumerate(node.args):
        if number == 0 and dotted(node.func) == _EINSUM and isinstance(argument, ast.Constant):
            _equation(argument, reading)
        elif isinstance(argument, ast.Starred):
            expression(argument.value, reading)
        elif torchs:
            _torchs_argument(argument, node, reading, expression)
        else:
            expression(argument, reading)
    names = [keyword.arg for keyword in node.keywords]
    for number, keyword in enumerate(node.keywords):
        _keyword(keyword, reading, listed)
        if keyword.arg in names[:number]:
            reading.refuse(keyword, "An argument is given twice.", "Keep one of them.")
        if torchs:
            _torchs_argument(keyword.value, node, reading, expression)
        else:
            expression(keyword.value, reading)


def _keyword(keyword: ast.keyword, reading: Reading, listed: Set[str] | None) -> None:
    name = keyword.arg
    if name is None:
        reading.refuse(keyword, "** is not there in a call.", "Write the arguments out.")
    elif hidden(name):
        reading.refuse(keyword, f"{short(name)} has a leading or double underscore.")
    elif listed is not None and name not in listed:
        instead = KEYWORD_ALTERNATIVES.get(name, "Give it by place, where it has one.")
        reading.refuse(keyword, f"The argument {short(name)}= is not on the list.", instead)


def _torchs_argument(node: ast.expr, call: ast.Call, reading: Reading, expression: Reader) -> None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value not in WORDS:
            reading.refuse(node, f"{short(repr(node.value))} is not among the words that torch's functions take here.")
    elif is_type(node, reading, expression):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "view":
            reading.refuse(node, "A tensor cannot be seen as another type.", "Use .to() for its values as that type.")
    else:
        expression(node, reading)


def _equation(node: ast.Constant, reading: Reading) -> None:
    if not (isinstance(node.value, str) and EQUATION.match(node.value)):
        reading.refuse(node, "This is no equation of letters, commas and an arrow.", 'Use one such as "bi,ij->bj".')


def is_type(node: ast.expr, reading: Reading, expression: Reader) -> bool:
    """Whether a node is a type or a device, such as `torch.float32` or `x.dtype`; what it is read of is read."""
    if not isinstance(node, ast.Attribute):
        return False
    if node.attr in TYPES and dotted(node).split(".")[0] not in MODULES and dotted(node) != f"self.{node.attr}":
        expression(node.value, reading)
        return True
    return dotted(node) in _TYPE_PATHS


_TYPE_PATHS = frozenset(f"torch.{name}" for name in DTYPES)
