"""Whether an input fits a live model, before it runs: every step on the meta device, with the sizes that came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import torch
from torch import nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import is_lazy

from composer.catalog import LAYERS
from composer.design.document import Design
from composer.engine.explain import explain
from composer.engine.flow import At, Failure, Record, Walk
from composer.engine.measures import mismatches
from composer.engine.walk import walk
from composer.errors import DesignError, Problem
from composer.reports import ResolvedReport, TensorType, ValueType


def preflight(design: Design, model: nn.Module, types: Mapping[str, ValueType]) -> Walk:
    """The walk of `design` with inputs of definite `types`, by their names. `model` is not run.

    Raises:
        DesignError: where something does not fit: a step of the design, or a lazy layer of `model` that took other
            sizes before.
    """
    with torch.random.fork_rng(devices=[]):
        found = walk(design, types)
    problems = [*found.problems.values(), *_outgrown(model, found)]
    for failure in found.failures.values():
        problems.append(_problem(failure, model, found, "shape"))
    if problems:
        order = list(found.records)
        raise DesignError(sorted(problems, key=lambda each: order.index(each.path) if each.path in order else -1))
    return found


def with_origins(rows: list[ResolvedReport], found: Walk) -> tuple[ResolvedReport, ...]:
    """`rows` with the nodes that their inputs came from, as a walk found them."""
    return tuple(replace(row, origin=_origin(found.records.get(row.path))) for row in rows)


def _origin(record: Record | None) -> str:
    return record.inputs[0].origin if record and record.inputs else ""


def _outgrown(model: nn.Module, found: Walk) -> Iterator[Problem]:
    """Lazy layers of the design that have other sizes in `model` than this input would give them."""
    for path, record in found.records.items():
        kind = found.records[record.owner].kind if record.owner in found.records else record.kind
        concrete = LAYERS[kind].concrete if kind in LAYERS else ""
        types = tuple(flow.type for flow in record.inputs)
        if not concrete or any(each is None for each in types):
            continue
        module, spec = model.get_submodule(path), LAYERS[concrete]
        if isinstance(module, LazyModuleMixin):
            continue
        sizes = {name: getattr(module, name) for name in spec.infers}
        wrong = tuple(each for each in mismatches(spec, sizes, types) if each.option in sizes)  # type: ignore[arg-type]
        if wrong:
            at = At(path, record.node, record.owner, "", {})
            origins = tuple(flow.origin for flow in record.inputs)
            failure = Failure(at, concrete, "", types, origins, "", True, mismatches=wrong)  # type: ignore[arg-type]
            yield _problem(failure, model, found, "outgrown")


def _problem(failure: Failure, model: nn.Module, found: Walk, code: str) -> Problem:
    expected, received = explain(failure, failure.inputs, found.records)
    module = model.get_submodule(failure.at.path) if failure.mismatches else None
    weight = dict(module.named_parameters(recurse=False)).get("weight") if module else None
    if weight is not None and not is_lazy(weight):
        expected += f" (its weight is {TensorType(tuple(weight.shape))})"
    return Problem(failure.at.path, code, expected, received)
