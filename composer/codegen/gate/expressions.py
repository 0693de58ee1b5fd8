"""Expressions: each kind of node has a reader, and what has none is refused."""

from __future__ import annotations

import ast
from collections.abc import Callable

from composer.codegen.gate import syntax
from composer.codegen.gate.arguments import is_type
from composer.codegen.gate.attributes import attribute
from composer.codegen.gate.calls import call
from composer.codegen.gate.reading import Reading
from composer.codegen.gate.result import hidden, short
from composer.codegen.gate.scopes import Scope, targets
from composer.codegen.gate.vocabulary.builtin import BUILTINS, MODULES, RESERVED

_LARGEST = 2**63
_EXPONENT = 64
_TARGETS = 100


def expression(node: ast.expr, reading: Reading) -> None:
    """Read a node whose value may be kept, and handed on."""
    reader = _READERS.get(type(node))
    if reader is None:
        reading.refuse(node, *syntax.refused(node))
    else:
        reader(node, reading)


def _parts(node: ast.expr, reading: Reading) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            expression(child, reading)


def _elements(node: ast.List | ast.Tuple, reading: Reading) -> None:
    for each in node.elts:
        element(each, reading)


def element(node: ast.expr, reading: Reading) -> None:
    """Read a node that stands among others, as in `[*a, b]`."""
    expression(node.value if isinstance(node, ast.Starred) else node, reading)


def _constant(node: ast.Constant, reading: Reading) -> None:
    value = node.value
    if isinstance(value, str):
        reading.refuse(node, "A text stands only as an argument of torch's own functions, such as mode=.")
    elif isinstance(value, bytes) or value is ...:
        reading.refuse(node, "Bytes and … are no values here.")
    elif isinstance(value, int) and value >= _LARGEST:
        reading.refuse(node, "The number is larger than 64 bits can hold.", "Use a float, such as 1e30.")


def _name(node: ast.Name, reading: Reading) -> None:
    name = node.id
    kind = reading.scope.find(name)
    if name == "self":
        reading.refuse(node, "self is no value.", "Use what the layer declares: self.<name>.")
    elif name in MODULES:
        reading.refuse(node, f"{name} is no value.", f"Use what it holds: {name}.<name>.")
    elif kind == "function":
        reading.refuse(node, f"{short(name)} is a function, and no value.", "Call it where it is needed.")
    elif kind is None and name in BUILTINS:
        reading.refuse(node, f"{name} is a function, and no value.", "Call it where it is needed.")
    elif hidden(name):
        reading.refuse(node, f"{short(name)} has a leading or double underscore.", "Use another name.")
    elif kind is None:
        reading.refuse_name(node, name, f"{short(name)} is not known here.", RESERVED)
    elif not reading.scope.has_value(name):
        reading.refuse(node, f"{short(name)} has no value yet.", "Give it one before.")


def _binary(node: ast.BinOp, reading: Reading) -> None:
    power = isinstance(node.op, ast.Pow | ast.LShift) and _is_whole(node.left) and _is_whole(node.right)
    if power and (_has_power(node.left) or not _is_small(node.right)):
        reading.refuse(node, "The power is too large a number.", "Use floats, such as 10.0**100.")
    _parts(node, reading)


def _is_whole(node: ast.expr) -> bool:
    """Whether a whole number is made of numbers alone."""
    if isinstance(node, ast.BinOp):
        return _is_whole(node.left) and _is_whole(node.right)
    if isinstance(node, ast.UnaryOp):
        return _is_whole(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _has_power(node: ast.expr) -> bool:
    return any(isinstance(each, ast.Pow | ast.LShift) for each in ast.walk(node))


def _is_small(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value <= _EXPONENT


def _compare(node: ast.Compare, reading: Reading) -> None:
    operands = [node.left, *node.comparators]
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, ast.Is | ast.IsNot) and not (isinstance(right, ast.Constant) and right.value is None):
            reading.refuse(right, "is compares with None only.", "Use ==.")
    for operand in operands:
        if not is_type(operand, reading, expression):
            expression(operand, reading)


def _subscript(node: ast.Subscript, reading: Reading) -> None:
    expression(node.value, reading)
    index = node.slice
    for each in index.elts if isinstance(index, ast.Tuple) else [index]:
        if isinstance(each, ast.Slice):
            _parts(each, reading)
        elif not (isinstance(each, ast.Constant) and each.value is ...):
            element(each, reading)


def _comprehension(node: ast.ListComp, reading: Reading) -> None:
    outer = reading.scope
    inner = Scope(targets(node), outer)
    for number, each in enumerate(node.generators):
        reading.scope = inner if number else outer
        expression(each.iter, reading)
        reading.scope = inner
        target(each.target, reading, subscripts=False)
        for condition in each.ifs:
            expression(condition, reading)
        if each.is_async:
            reading.refuse(each.target, "async is not there.")
    expression(node.elt, reading)
    reading.scope = outer


def target(node: ast.expr, reading: Reading, subscripts: bool = True) -> None:
    """Read what is assigned to: a name, an element, or several of them."""
    if isinstance(node, ast.Tuple | ast.List):
        starred = [each for each in node.elts if isinstance(each, ast.Starred)]
        if len(starred) > 1:
            reading.refuse(starred[1], "Only one of the targets can take all that is left.", "Leave a * out.")
        if len(node.elts) > _TARGETS:
            reading.refuse(node, f"There are more than {_TARGETS} targets.", "Use a list.")
        for each in node.elts:
            target(each.value if isinstance(each, ast.Starred) else each, reading, subscripts)
    elif isinstance(node, ast.Name):
        bound(node, node.id, reading)
    elif isinstance(node, ast.Subscript) and subscripts:
        expression(node, reading)
    elif isinstance(node, ast.Attribute):
        instead = "Use self.<buffer>.copy_(), or a variable."
        reading.refuse(node, "An attribute cannot be assigned.", instead)
    else:
        reading.refuse(node, "This cannot be assigned here.", "Assign to a name.")


def bound(node: ast.expr | ast.stmt | ast.arg, name: str, reading: Reading) -> None:
    """Read a name that is given a value, or a meaning."""
    if name in RESERVED:
        reading.refuse(node, f"{name} cannot be given another meaning.", "Use another name.")
    elif hidden(name):
        reading.refuse(node, f"{short(name)} has a leading or double underscore.", "Use another name.")
    elif not isinstance(node, ast.FunctionDef) and reading.scope.bindings.get(name) == "function":
        reading.refuse(node, f"{short(name)} is a function already.", "Use another name.")
    reading.scope.given.add(name)


def _call(node: ast.Call, reading: Reading) -> None:
    call(node, reading, expression)


def _attribute(node: ast.Attribute, reading: Reading) -> None:
    attribute(node, reading, expression)


_READERS: dict[type[ast.expr], Callable[..., None]] = {
    **dict.fromkeys((ast.BoolOp, ast.UnaryOp, ast.IfExp), _parts),
    **dict.fromkeys((ast.List, ast.Tuple), _elements),
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.ListComp: _comprehension,
    ast.Call: _call,
}
