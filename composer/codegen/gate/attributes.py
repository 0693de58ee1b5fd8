"""`a.b` where it is not called: what the layer declares, numbers and types of modules, properties of tensors."""

from __future__ import annotations

import ast

from composer.catalog import RESERVED_IDS
from composer.codegen.gate.arguments import Reader, arguments
from composer.codegen.gate.reading import Reading, dotted
from composer.codegen.gate.result import hidden, short
from composer.codegen.gate.vocabulary.builtin import MATH_NUMBERS, MODULES
from composer.codegen.gate.vocabulary.functions import CONSTANTS, DTYPES, LIMIT_NUMBERS, LIMITS
from composer.codegen.gate.vocabulary.tensors import METHOD_NAMES, PROPERTY_NAMES, TYPES


def attribute(node: ast.Attribute, reading: Reading, expression: Reader) -> None:
    """Read an attribute whose value may be kept, and handed on."""
    name, path = node.attr, dotted(node)
    root = path.split(".")[0]
    if hidden(name):
        reading.refuse_name(node, name, f"{short(name)} has a leading or double underscore.")
    elif root == "self" and path.count(".") == 1:
        _declared(node, reading)
    elif root in MODULES:
        _of_module(node, path, reading)
    elif name in LIMIT_NUMBERS and isinstance(node.value, ast.Call) and dotted(node.value.func) in _LIMIT_PATHS:
        arguments(node.value, reading, expression, torchs=True)
    elif name in TYPES:
        expression(node.value, reading)
        instead = f"Write .{name} where it is needed."
        reading.refuse(node, f".{name} stands only as an argument, or where two are compared.", instead)
    elif name in PROPERTY_NAMES:
        expression(node.value, reading)
    elif name in METHOD_NAMES:
        reading.refuse(node, f".{name} is a function, and no value.", f"Call it: .{name}().")
    elif _is_layer(node.value, reading):
        only_called(node, dotted(node.value).removeprefix("self."), reading)
    else:
        reading.refuse_name(node, name, f".{short(name)} is not among what can be read.", PROPERTY_NAMES)


def _declared(node: ast.Attribute, reading: Reading) -> None:
    name = node.attr
    if name in reading.names.layers:
        only_called(node, name, reading)
    elif name in reading.names.tensors or name in reading.names.options:
        reading.used.add(name)
    elif name != "training":
        undeclared(node, reading)


def _is_layer(node: ast.expr, reading: Reading) -> bool:
    path = dotted(node)
    return path.startswith("self.") and path.removeprefix("self.") in reading.names.layers


def only_called(node: ast.expr, name: str, reading: Reading) -> None:
    reading.refuse(node, f"self.{short(name)} is a layer, and is only called.", f"Use self.{short(name)}(x).")


def undeclared(node: ast.Attribute, reading: Reading) -> None:
    reason = f"The layer declares no {short(node.attr)}."
    if node.attr in RESERVED_IDS:
        reason = f"self.{short(node.attr)} is of each module, and not for a layer's code."
    reading.refuse_name(node, node.attr, reason, reading.names.all)


def _of_module(node: ast.Attribute, path: str, reading: Reading) -> None:
    root, _, rest = path.partition(".")
    if root == "torch" and rest in CONSTANTS:
        return
    if root == "math" and rest in MATH_NUMBERS:
        return
    if root == "torch" and rest in DTYPES:
        instead = f"Write {path} where it is needed."
        reading.refuse(node, f"{path} stands only as an argument, or where two are compared.", instead)
    else:
        instead = "Use F, or declare a layer." if rest.startswith("nn") else ""
        reading.refuse(node, f"{short(path)} is no value that can be read.", instead)


_LIMIT_PATHS = frozenset(f"torch.{name}" for name in LIMITS)
