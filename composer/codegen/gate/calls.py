"""Calls: of local functions, built-ins, declared layers, listed functions of modules, and methods of tensors."""

from __future__ import annotations

import ast

from composer.codegen.gate.arguments import Reader, arguments
from composer.codegen.gate.attributes import undeclared
from composer.codegen.gate.reading import Reading, dotted
from composer.codegen.gate.result import METHODS, hidden, short
from composer.codegen.gate.vocabulary.builtin import BUILTINS, FLOATS, MATH, MODULES
from composer.codegen.gate.vocabulary.functional import FUNCTIONAL_FUNCTIONS, INIT
from composer.codegen.gate.vocabulary.functions import LIMITS, PARTS, TORCH_FUNCTIONS
from composer.codegen.gate.vocabulary.tensors import METHOD_NAMES

_MATH_FUNCTIONS = frozenset(MATH["Functions of numbers"])
_MATH_KEYWORDS = frozenset({"rel_tol", "abs_tol", "start"})


def call(node: ast.Call, reading: Reading, expression: Reader) -> None:
    """Read a call: what is called has to be named where it is called."""
    if isinstance(node.func, ast.Name):
        _by_name(node, node.func, reading, expression)
    elif isinstance(node.func, ast.Attribute):
        _by_attribute(node, node.func, reading, expression)
    else:
        reading.refuse(node, "Only a function with a name can be called.", "Give the function's name.")


def _by_name(node: ast.Call, func: ast.Name, reading: Reading, expression: Reader) -> None:
    name, kind = func.id, reading.scope.find(func.id)
    if kind == "function" and not hidden(name):
        arguments(node, reading, expression, torchs=False, listed=None)
    elif kind == "variable":
        reading.refuse(func, f"{short(name)} is a variable, and no function.", "Call a function by its own name.")
    elif name == "float" and _is_float_text(node):
        pass
    elif name in BUILTINS:
        arguments(node, reading, expression, torchs=False, listed=BUILTINS[name])
    else:
        reading.refuse_name(func, name, f"{short(name)} is not among the functions there are.", BUILTINS)


def _is_float_text(node: ast.Call) -> bool:
    texts = [each.value for each in node.args if isinstance(each, ast.Constant) and each.value in FLOATS]
    return len(texts) == len(node.args) == 1 and not node.keywords


def _by_attribute(node: ast.Call, func: ast.Attribute, reading: Reading, expression: Reader) -> None:
    name, path = func.attr, dotted(func)
    root = path.split(".")[0]
    if hidden(name):
        reading.refuse_name(func, name, f"{short(name)} has a leading or double underscore.")
    elif root == "self" and path.count(".") == 1:
        _of_self(node, func, reading, expression)
    elif root in MODULES:
        _of_module(node, func, path, reading, expression)
    elif name in METHOD_NAMES:
        expression(func.value, reading)
        arguments(node, reading, expression, torchs=True)
    else:
        reading.refuse_name(func, name, f".{short(name)}() is not among the methods there are.", METHOD_NAMES)


def _of_self(node: ast.Call, func: ast.Attribute, reading: Reading, expression: Reader) -> None:
    name = func.attr
    if name in reading.names.layers:
        reading.used.add(name)
        arguments(node, reading, expression, torchs=False, listed=None)
    elif name in reading.names.all:
        reading.refuse(func, f"self.{short(name)} is a value, and no function.", "Use it without a call.")
    elif name in METHODS:
        reading.refuse(func, f"self.{name} cannot be called from within.", "Define a local function, or use a loop.")
    else:
        undeclared(func, reading)


def _of_module(node: ast.Call, func: ast.Attribute, path: str, reading: Reading, expression: Reader) -> None:
    root, _, name = path.partition(".")
    part, _, rest = name.partition(".")
    if root == "math" and name in _MATH_FUNCTIONS:
        arguments(node, reading, expression, torchs=False, listed=_MATH_KEYWORDS)
    elif root == "nn" and part == "init" and rest in INIT and not reading.init:
        reading.refuse(func, "Initial values are set in init.", "Write def init(self).")
    elif (
        (root == "torch" and (name in TORCH_FUNCTIONS or rest in PARTS.get(part, ())))
        or (root == "F" and name in FUNCTIONAL_FUNCTIONS)
        or (root == "nn" and part == "init" and rest in INIT)
    ):
        arguments(node, reading, expression, torchs=True)
    else:
        _unlisted(func, path, reading)


def _unlisted(func: ast.Attribute, path: str, reading: Reading) -> None:
    root, _, name = path.partition(".")
    reason = f"{short(path)} is not on the list."
    if root == "torch" and name in LIMITS:
        reading.refuse(func, f"{path}() is no value to keep.", f"Read a number of it: {path}(x.dtype).max.")
    elif root in ("torch", "nn") and func.attr in FUNCTIONAL_FUNCTIONS:
        reading.refuse(func, reason, f"Use F.{func.attr}.")
    elif root in ("F", "nn") and func.attr in TORCH_FUNCTIONS:
        reading.refuse(func, reason, f"Use torch.{func.attr}.")
    elif root == "nn" and not name.startswith("init"):
        reading.refuse(func, reason, "Use F, or declare a layer.")
    else:
        listed = {"torch": TORCH_FUNCTIONS, "F": FUNCTIONAL_FUNCTIONS, "math": _MATH_FUNCTIONS}.get(root, INIT)
        reading.refuse_name(func, func.attr, reason, listed)
