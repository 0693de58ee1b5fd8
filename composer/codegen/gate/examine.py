"""The examination: is a text code that a layer may have, and what does it take and give?"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from composer.codegen.gate import graph
from composer.codegen.gate.reading import Reading, refusal
from composer.codegen.gate.result import METHODS, Examined, Input, Names, Refusal, short
from composer.codegen.gate.scopes import Scope, bindings, own_nodes
from composer.codegen.gate.signatures import method_signature
from composer.codegen.gate.statements import body
from composer.codegen.gate.syntax import refused
from composer.codegen.gate.text import parsed

REFUSALS = 50  # that are given
LOCAL_FUNCTIONS = 50
CALLS = 10_000  # that one call of a method without loops may come to


def examine(text: str, names: Names) -> Examined:
    """What `text` is: nothing of it is compiled or run, whatever it holds."""
    tree = parsed(text)
    if isinstance(tree, Refusal):
        return Examined((tree,))
    lines = text.split("\n")
    found = _methods(tree, names, lines)
    read = {node.name: _read(node, names.readable(), lines) for node in found.methods}
    forward = next((node for node in found.methods if node.name == "forward"), None)
    refusals = {*found.refusals, *(each for method in read.values() for each in method.reading.refusals)}
    return Examined(
        tuple(sorted(refusals))[:REFUSALS],
        inputs=read["forward"].inputs if forward else (),
        init="init" in read,
        loops=any(map(graph.has_loops, found.methods)),
        recursion=any(graph.recursive(graph.graph(node)) for node in found.methods),
        used=frozenset(name for method in read.values() for name in method.reading.used),
        outputs=_outputs(forward) if forward else None,
    )


@dataclass
class _Found:
    methods: list[ast.FunctionDef] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def _methods(tree: ast.Module, names: Names, lines: Sequence[str]) -> _Found:
    found = _Found()
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            reason, instead = "Only def forward and def init stand here.", "Move it into one of them."
            if type(node).__name__ in ("Import", "ImportFrom", "ClassDef", "AsyncFunctionDef"):
                reason, instead = refused(node)
        elif node.name not in METHODS:
            reason, instead = f"{short(node.name)} is neither forward nor init.", "Define it inside forward."
        elif node.name in names.all:
            reason, instead = f"{node.name} is declared as well.", "Give what is declared another name."
        elif any(node.name == each.name for each in found.methods):
            reason, instead = f"{node.name} is defined twice.", "Keep one of them."
        else:
            found.methods.append(node)
            continue
        found.refusals.append(refusal(list(lines), node, reason, instead))
    if not any(each.name == "forward" for each in found.methods):
        found.refusals.append(Refusal(1, 1, "There is no forward.", "Write def forward(self, x): and what it returns."))
    return found


@dataclass(frozen=True)
class _Method:
    reading: Reading
    inputs: tuple[Input, ...]


def _read(node: ast.FunctionDef, names: Names, lines: list[str]) -> _Method:
    reading = Reading(names, lines, Scope(bindings(node)), init=node.name == "init")
    inputs = method_signature(node, reading)
    body(node, reading)
    _returned(node, reading)
    _local_functions(node, reading)
    return _Method(reading, inputs)


def _returned(node: ast.FunctionDef, reading: Reading) -> None:
    values = [each.value for each in own_nodes(node) if isinstance(each, ast.Return)]
    given = [value for value in values if value is not None]
    if node.name == "forward" and not given:
        reading.refuse(node, "forward returns nothing.", "End it with return and a value.")
    if node.name == "init" and given:
        reading.refuse(given[0], "init returns nothing.", "Write into the layer's tensors.")


def _local_functions(node: ast.FunctionDef, reading: Reading) -> None:
    """What the caps of loops and recursion rest on: see `graph`."""
    nested = [each for each in ast.walk(node) if isinstance(each, ast.FunctionDef) and each is not node]
    names = [each.name for each in nested]
    for number, each in enumerate(nested):
        if each.name in names[:number]:
            reading.refuse(each, f"{short(each.name)} is defined twice.", "Use another name.")
    if len(nested) > LOCAL_FUNCTIONS:
        reading.refuse(node, f"There are more than {LOCAL_FUNCTIONS} local functions.", "Split the layer.")
    elif graph.multiplied(graph.graph(node)) > CALLS:
        reading.refuse(node, f"Local functions call each other more than {CALLS:,} times.", "Use a loop.")


def _outputs(node: ast.FunctionDef) -> int | None:
    values = [each.value for each in own_nodes(node) if isinstance(each, ast.Return)]
    lengths = {_length(value) for value in values}
    return lengths.pop() if len(lengths) == 1 else None


def _length(value: ast.expr | None) -> int | None:
    plain = isinstance(value, ast.Tuple) and not any(isinstance(each, ast.Starred) for each in value.elts)
    return len(value.elts) if plain and isinstance(value, ast.Tuple) else None
