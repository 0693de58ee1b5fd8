"""Custom layers: what they declare. Their text is judged by the gate."""

from __future__ import annotations

from collections.abc import Iterator

from composer.catalog import RESERVED_IDS
from composer.design.document import Design
from composer.design.names import is_attribute
from composer.design.nodes import Code, Op
from composer.errors import Fix, Problem


def problems(design: Design) -> Iterator[Problem]:
    """Problems of what custom layers declare: names that no code can say, ops, and wires."""
    for definition in design.definitions:
        if isinstance(definition.body, Code):
            yield from _declared(definition.body, f".{definition.name}", {each.name for each in definition.options})


def _declared(body: Code, path: str, options: set[str]) -> Iterator[Problem]:
    for child in body.nodes:
        below = f"{path}.{child.id}"
        if child.id in RESERVED_IDS:
            continue  # which is a problem anywhere
        if not is_attribute(child.id) or child.id.startswith("_") or child.id == "init":
            yield Problem(below, "bad-name", "a name that code can say after self.", repr(child.id))
        if child.id in options:
            yield Problem(below, "name-taken", "a name unlike those of the options", repr(child.id))
        if isinstance(child, Op):
            fix = Fix("remove it", ({"edit": "remove", "path": below},))
            yield Problem(below, "op-in-code", "a tensor or a layer: code calls ops itself", child.kind, (fix,))
        if child.inputs:
            fix = Fix("remove its wires", ({"edit": "set_inputs", "path": below, "inputs": []},), certain=True)
            yield Problem(below, "inputs-in-code", "no wires, for the code calls it", str(len(child.inputs)), (fix,))
