"""The first line of a function: what it is given."""

from __future__ import annotations

import ast

from composer.codegen.gate.expressions import bound
from composer.codegen.gate.reading import Reading
from composer.codegen.gate.result import Input
from composer.codegen.gate.vocabulary.builtin import ANNOTATIONS


def method_signature(node: ast.FunctionDef, reading: Reading) -> tuple[Input, ...]:
    """Read the signature of `forward` or `init`; the inputs, which are the parameters after self."""
    parameters = node.args.args
    if not parameters or parameters[0].arg != "self":
        reading.refuse(node, f"{node.name} has no self as its first parameter.", f"Write def {node.name}(self, …).")
    else:
        parameters = parameters[1:]
    if node.name == "init" and parameters:
        reading.refuse(parameters[0], "init is given nothing but self.", "Use what the layer declares.")
    for default in node.args.defaults:
        if not (isinstance(default, ast.Constant) and default.value is None):
            reading.refuse(default, "An input has no default but None.", "Declare an option of the layer.")
    _signature(node, parameters, reading)
    optional = len(parameters) - len(node.args.defaults)
    return tuple(Input(each.arg, number >= optional) for number, each in enumerate(parameters))


def local_signature(node: ast.FunctionDef, reading: Reading) -> None:
    """Read the signature of a local function, in whose scope the reading stands."""
    for default in node.args.defaults:
        if not _is_plain(default):
            reading.refuse(default, "A default is a number, True, False or None.", "Hand the value over.")
    _signature(node, node.args.args, reading)


def _signature(node: ast.FunctionDef, parameters: list[ast.arg], reading: Reading) -> None:
    arguments = node.args
    if node.decorator_list:
        reading.refuse(node.decorator_list[0], "Decorators are not there.", "Write the function out.")
    if getattr(node, "type_params", None):
        reading.refuse(node, "Type parameters are not there.", "Leave them out.")
    for each in (*arguments.posonlyargs, *arguments.kwonlyargs):
        reading.refuse(each, "Parameters cannot be by place or by name only.", "Leave / and * out.")
    for star in (arguments.vararg, arguments.kwarg):
        if star:
            reading.refuse(star, "* and ** are not there among parameters.", "Give each parameter a name.")
    for each in parameters:
        bound(each, each.arg, reading)
        annotation(each.annotation, reading)
    names = [each.arg for each in parameters]
    for number, each in enumerate(parameters):
        if each.arg in names[:number]:
            reading.refuse(each, "Two parameters have one name.", "Use another name.")
    annotation(node.returns, reading)


def annotation(node: ast.expr | None, reading: Reading) -> None:
    """Read the annotation of a parameter, of what is returned, or of a variable."""
    if not (node is None or _is_annotation(node)):
        reading.refuse(node, "This annotation is not on the list.", "Use torch.Tensor, or leave it out.")


def _is_annotation(node: ast.expr) -> bool:
    """torch.Tensor, a plain type of Python or None, or some of these joined by |."""
    match node:
        case ast.Attribute(value=ast.Name(id="torch"), attr="Tensor") | ast.Constant(value=None):
            return True
        case ast.Name(id=name):
            return name in ANNOTATIONS
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _is_annotation(left) and _is_annotation(right)
    return False


def _is_plain(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, int | float))
