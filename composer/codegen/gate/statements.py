"""Statements: each kind of node has a reader, and what has none is refused."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from composer.codegen.gate import syntax
from composer.codegen.gate.expressions import bound, expression, target
from composer.codegen.gate.reading import Reading
from composer.codegen.gate.scopes import Scope, bindings
from composer.codegen.gate.signatures import annotation, local_signature

NESTED_LOOPS = 10


def body(function: ast.FunctionDef, reading: Reading) -> None:
    """Read the statements of a function, then those of the functions in it."""
    statements = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    reading.loops = 0
    block(statements, reading)
    waiting, reading.waiting = reading.waiting, []
    for local, scope in waiting:
        reading.scope = scope
        local_signature(local, reading)
        body(local, reading)


def block(statements: Sequence[ast.stmt], reading: Reading) -> None:
    for statement in statements:
        reader = _READERS.get(type(statement))
        if reader is None:
            reading.refuse(statement, *syntax.refused(statement))
        else:
            reader(statement, reading)


def _function(node: ast.FunctionDef, reading: Reading) -> None:
    bound(node, node.name, reading)
    reading.waiting.append((node, Scope(bindings(node), reading.scope)))


def _return(node: ast.Return, reading: Reading) -> None:
    if node.value is not None:
        expression(node.value, reading)


def _assign(node: ast.Assign, reading: Reading) -> None:
    expression(node.value, reading)
    for each in node.targets:
        target(each, reading)


def _annotated(node: ast.AnnAssign, reading: Reading) -> None:
    annotation(node.annotation, reading)
    if node.value is None:
        reading.refuse(node, "The variable is given no value.", "Write name: annotation = value.")
    else:
        expression(node.value, reading)
    target(node.target, reading, subscripts=False)


def _augmented(node: ast.AugAssign, reading: Reading) -> None:
    expression(node.value, reading)
    if isinstance(node.target, ast.Name):
        expression(node.target, reading)
    target(node.target, reading)


def _for(node: ast.For, reading: Reading) -> None:
    expression(node.iter, reading)
    target(node.target, reading, subscripts=False)
    _loop(node, reading)


def _while(node: ast.While, reading: Reading) -> None:
    expression(node.test, reading)
    _loop(node, reading)


def _loop(node: ast.For | ast.While, reading: Reading) -> None:
    reading.loops += 1
    if reading.loops > NESTED_LOOPS:
        reading.refuse(node, f"Loops are nested more than {NESTED_LOOPS} deep.", "Use a local function.")
    block(node.body, reading)
    reading.loops -= 1
    block(node.orelse, reading)


def _if(node: ast.If, reading: Reading) -> None:
    expression(node.test, reading)
    block(node.body, reading)
    block(node.orelse, reading)


def _expression(node: ast.Expr, reading: Reading) -> None:
    expression(node.value, reading)


def _assert(node: ast.Assert, reading: Reading) -> None:
    if isinstance(node.test, ast.Tuple):
        reading.refuse(node.test, "A tuple always holds.", "Leave the parentheses out.")
    expression(node.test, reading)
    message = node.msg
    if message is not None and not (isinstance(message, ast.Constant) and isinstance(message.value, str)):
        reading.refuse(message, "The message of an assert is a plain text.", "Write it out.")


def _leave(node: ast.Break | ast.Continue, reading: Reading) -> None:
    if not reading.loops:
        reading.refuse(node, f"{type(node).__name__.lower()} stands outside of a loop.", "Use return.")


def _pass(node: ast.Pass, reading: Reading) -> None:
    pass


_READERS: dict[type[ast.stmt], Callable[..., None]] = {
    ast.FunctionDef: _function,
    ast.Return: _return,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.For: _for,
    ast.While: _while,
    ast.If: _if,
    ast.Expr: _expression,
    ast.Assert: _assert,
    ast.Break: _leave,
    ast.Continue: _leave,
    ast.Pass: _pass,
}
