"""Which local functions of a method call which: loops, recursion, and how often calls multiply.

Local functions are called by name and are no values, and their names differ: so this is known before any run.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from composer.codegen.gate.scopes import own_nodes

LOOPS = (ast.For, ast.While, ast.comprehension)

Graph = Mapping[str, tuple[str, ...]]
METHOD = ""  # the name of the method itself, which nothing can call


def functions(method: ast.FunctionDef) -> dict[str, ast.FunctionDef]:
    """The method and its local functions, at any depth, by name."""
    nested = {node.name: node for node in ast.walk(method) if isinstance(node, ast.FunctionDef) and node is not method}
    return {METHOD: method, **nested}


def graph(method: ast.FunctionDef) -> Graph:
    """For each function the local functions that it calls, one entry for each call in its text."""
    known = functions(method)
    return {name: tuple(_called(function, known)) for name, function in known.items()}


def _called(function: ast.FunctionDef, known: Mapping[str, ast.FunctionDef]) -> list[str]:
    calls = (node.func for node in own_nodes(function) if isinstance(node, ast.Call))
    return [func.id for func in calls if isinstance(func, ast.Name) and func.id in known]


def recursive(calls: Graph) -> frozenset[str]:
    """The functions that can come to call themselves."""
    return frozenset(name for name in calls if name in _reached(calls, name))


def _reached(calls: Graph, start: str) -> set[str]:
    found: set[str] = set()
    waiting = list(calls[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += calls[name]
    return found


def multiplied(calls: Graph) -> int:
    """How many calls one call of the method makes where there are no loops, recursive ones counted once."""
    skipped = recursive(calls)
    counts: dict[str, int] = {}

    def count(name: str) -> int:
        if name not in counts:
            counts[name] = 1 + sum(1 if each in skipped else count(each) for each in calls[name])
        return counts[name]

    return count(METHOD)


def has_loops(method: ast.FunctionDef) -> bool:
    return any(isinstance(node, LOOPS) for node in ast.walk(method))
