"""Options set to the sizes that come in, the layer made lazy, or its input flattened."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from composer.design.nodes import Layer
from composer.engine.fixing.case import Case, Edit, fix, shown
from composer.engine.fixing.placing import before, new
from composer.engine.fixing.ranks import elsewhere
from composer.errors import Fix
from composer.expressions import Name, is_expression, parse
from composer.reports import TensorType


def flatten(case: Case) -> Iterator[Fix]:
    """A Linear that is fed feature maps, and would take them flattened."""
    first = case.first
    if case.node.kind != "Linear" or first is None or not case.failure.mismatches:
        return
    sizes = first.dims[1:]
    if len(sizes) < 2 or not all(isinstance(size, int) for size in sizes):
        return
    together = prod(size for size in sizes if isinstance(size, int))
    edits = before(case.design, case.path, 0, [new("Flatten")])
    if together == case.failure.mismatches[0].expected:
        yield from fix("insert a Flatten before it", edits, certain=True)
    else:
        label = f"insert a Flatten before it and set in_features={together}"
        yield from fix(label, case.set(in_features=together), edits)


def sizes(case: Case) -> Iterator[Fix]:
    """Options set to the sizes that come in; or the layer made lazy."""
    failure, node = case.failure, case.node
    if not failure.mismatches or not failure.mended or not isinstance(node, Layer):
        return
    if not all(_is_definite(case, k) for k in range(len(failure.mismatches))):
        return
    edits = [_set_size(case, each.option, each.received) for each in failure.mismatches]
    flat = node.kind != "Linear" or case.first is None or len(case.first.dims) <= 2
    if all(edits):
        names = " and ".join(f"{each['name']}={shown(each['value'])}" for each in edits if each)
        own = all(each and each["path"] == case.path for each in edits)
        where = "" if own else f" of {next(each['path'] for each in edits if each)}"
        certain = flat and own and not elsewhere(case)
        yield Fix(f"set {names}{where}", tuple(each for each in edits if each), certain)
    if node.spec.lazy and {each.option for each in failure.mismatches} <= set(node.spec.infers):
        yield Fix("make it lazy", ({"edit": "set_kind", "path": case.path, "kind": node.spec.lazy},))


def _is_definite(case: Case, k: int) -> bool:
    """Whether a received size is a number for every batch, not a symbol's."""
    mismatch = case.failure.mismatches[k]
    named = case.inputs[mismatch.input]
    assert isinstance(named, TensorType)
    received = mismatch.received if isinstance(mismatch.received, tuple) else (mismatch.received,)
    return all(size in named.dims for size in received)


def _set_size(case: Case, option: str, value: Any) -> Edit | None:
    """The edit that makes `option` be `value`: where it is written, in the node or in the use that gives it."""
    written = case.value(option)
    if isinstance(value, tuple):
        return {"edit": "set_option", "path": case.path, "name": option, "value": list(value)}
    if not is_expression(written):
        return {"edit": "set_option", "path": case.path, "name": option, "value": value}
    tree, scope = parse(str(written)), case.failure.at.scope
    use = case.records.get(scope)
    if isinstance(tree, Name) and use and scope:
        return {"edit": "set_option", "path": use.node, "name": tree.name, "value": value}
    return None
