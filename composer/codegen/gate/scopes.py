"""Which names a function binds, and what a name means where it stands.

Python takes a name for a local one of the innermost function that binds it anywhere, and else for a global one.
So a name that some enclosing function binds can never reach what the module or the builtins hold.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["variable", "function"]


@dataclass
class Scope:
    """A function's names, or a comprehension's. `given` are those that have a value where the reading stands."""

    bindings: dict[str, Kind]
    parent: Scope | None = None
    given: set[str] = field(default_factory=set)

    def find(self, name: str) -> Kind | None:
        """What `name` is here; None where no function around binds it."""
        scope: Scope | None = self
        while scope:
            if name in scope.bindings:
                return scope.bindings[name]
            scope = scope.parent
        return None

    def has_value(self, name: str) -> bool:
        """Whether the innermost scope that binds `name` has given it a value so far."""
        scope: Scope | None = self
        while scope:
            if name in scope.bindings:
                return name in scope.given
            scope = scope.parent
        return False


def bindings(function: ast.FunctionDef) -> dict[str, Kind]:
    """The names that `function` binds. One that is both is a function, so that it is no value either."""
    found: dict[str, Kind] = dict.fromkeys((each.arg for each in function.args.args), "variable")
    for node in own_nodes(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.setdefault(node.id, "variable")
        elif isinstance(node, ast.FunctionDef):
            found[node.name] = "function"
    return found


def targets(comprehension: ast.ListComp) -> dict[str, Kind]:
    """The names that a comprehension binds: they are its own."""
    nodes = (node for each in comprehension.generators for node in ast.walk(each.target))
    return {node.id: "variable" for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function's body, in order, but for the bodies of functions in it, and comprehensions' targets."""
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef):
            continue
        children = ast.iter_child_nodes(node)
        if isinstance(node, ast.comprehension):
            children = iter([node.iter, *node.ifs])
        waiting.extend(reversed(list(children)))
