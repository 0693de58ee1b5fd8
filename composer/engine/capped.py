"""Loops and recursion of custom code that end, whatever the code says.

A counter is put at the start of each loop's body, in each comprehension, and in each local function that can come to
call itself. It counts the steps of one call of a method. A method with none of these is left as it is, so that a
layer without loops costs what it costs by hand; and lines keep their numbers.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from composer.codegen.gate import graph
from composer.errors import CutOff

_MAKE, _COUNTER, _RECURSION = "_StepCounter", "_steps", "_recursion"
# Code that passed the gate has no name with a leading underscore.
_BETWEEN = 100  # steps from one look at the clock to the next
_Node = TypeVar("_Node", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class Cap:
    """How far the loops of one call of a method may go: `steps`, and `seconds`, which count after `free` steps.

    So a loop of slow steps that are not many is left to the kernel's own limit of time.
    """

    steps: int = 1_000_000
    seconds: float = 4.0
    free: int = 10_000


def capped(text: str, filename: str, spans: Collection[range]) -> ast.Module:
    """The tree of a module's source, with counters in the methods whose first line is in one of `spans`.

    What is compiled of it is to be run in a namespace that has `names()`.
    """
    tree = ast.parse(text, filename)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            methods = (each for each in node.body if isinstance(each, ast.FunctionDef))
            for method in methods:
                if any(method.lineno in span for span in spans):
                    _cap(method, filename)
    return tree


def names(cap: Cap | None = None) -> Mapping[str, Any]:
    """What capped code needs in its namespace."""
    chosen = cap or Cap()
    return {_MAKE: lambda filename: StepCounter(filename, chosen)}


def _cap(method: ast.FunctionDef, filename: str) -> None:
    recursive = graph.recursive(graph.graph(method))
    if not recursive and not graph.has_loops(method):
        return
    for node in list(ast.walk(method)):
        if isinstance(node, ast.For | ast.While):
            node.body.insert(0, _count("loop", node))
        elif isinstance(node, ast.ListComp):
            for each in node.generators:
                each.ifs.insert(0, _counting("comprehension", node))
        elif isinstance(node, ast.FunctionDef) and node is not method and node.name in recursive:
            node.body.insert(0, _count("recursion", node))
    if recursive:
        method.body = [_guarded(method)]
    method.body.insert(0, _statement(f"{_COUNTER} = {_MAKE}({filename!r})", method))


def _count(what: str, node: ast.stmt) -> ast.stmt:
    return _statement(f"{_COUNTER}.step({what!r}, {node.lineno})", node)


def _counting(what: str, node: ast.expr) -> ast.expr:
    return _located(ast.parse(f"{_COUNTER}.step({what!r}, {node.lineno})", mode="eval").body, node)


def _statement(text: str, node: ast.stmt) -> ast.stmt:
    return _located(ast.parse(text).body[0], node)


def _guarded(method: ast.FunctionDef) -> ast.stmt:
    """The method's body, where the depth that Python itself allows is a cap, too."""
    text = (
        f"try:\n    pass\nexcept RecursionError as {_RECURSION}:\n    raise {_COUNTER}.too_deep({_RECURSION}) from None"
    )
    guarded = _located(ast.parse(text).body[0], method)
    assert isinstance(guarded, ast.Try)
    guarded.body = method.body
    return guarded


def _located(node: _Node, at: ast.stmt | ast.expr) -> _Node:
    """Put all of `node` in the one line where `at` begins."""
    for each in ast.walk(node):
        ast.copy_location(each, at)
        if isinstance(each, ast.stmt | ast.expr | ast.excepthandler):
            each.end_lineno, each.end_col_offset = each.lineno, each.col_offset
    return node


class StepCounter:
    """The steps of one call of a method."""

    __slots__ = ("_cap", "_filename", "_next", "_start", "_steps")

    def __init__(self, filename: str, cap: Cap) -> None:
        self._filename, self._cap = filename, cap
        self._steps = self._next = 0
        self._start = 0.0  # of the clock, set with the first step

    def step(self, what: str, line: int) -> bool:
        """Count one; always true.

        Raises:
            CutOff: where it is one too many.
        """
        self._steps += 1
        if self._steps > self._next:
            self._check(what, line)
        return True

    def _check(self, what: str, line: int) -> None:
        if self._steps == 1:
            self._start, self._next = time.monotonic(), min(self._cap.free, self._cap.steps)
            return
        seconds = time.monotonic() - self._start
        if self._steps > self._cap.steps:
            raise CutOff(what, line, f"{self._cap.steps:,} steps")
        if seconds > self._cap.seconds:
            raise CutOff(what, line, f"{self._steps - 1:,} steps in {seconds:.0f} s")
        self._next = min(self._next + _BETWEEN, self._cap.steps)

    def too_deep(self, error: RecursionError) -> CutOff:
        """The error to raise instead of Python's own, at the first line of the function that was called last."""
        lines = _first_lines(error.__traceback__, self._filename)
        return CutOff("recursion", lines[-1], f"{len(lines) - 1:,} calls within each other")


def _first_lines(traceback: TracebackType | None, filename: str) -> list[int]:
    """Where the functions of a file begin that a traceback passes, outermost first."""
    found = []
    while traceback:
        code = traceback.tb_frame.f_code
        if code.co_filename == filename:
            found.append(code.co_firstlineno)
        traceback = traceback.tb_next
    return found
