"""Shapes of a whole design, from the real run on the meta device, with symbolic sizes named where sure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import torch

from composer.design.check import check
from composer.design.document import Design, Input
from composer.design.lower import lower
from composer.design.plan import Plan
from composer.design.targets import target_of
from composer.engine.explain import explain
from composer.engine.fixes import fixes
from composer.engine.flow import Record, Walk
from composer.engine.symbols import is_sure, label, probes, symbols
from composer.engine.walk import walk
from composer.errors import Problem
from composer.reports import ShapesReport, StepReport, TensorReport, TensorType, ValueType, under

_NOT_RUN = {"too-large", "too-deep", "recursion", "bad-input", "bad-dtype"}


def examine(design: Design, sizes: Mapping[str, int] | None = None) -> ShapesReport:
    """`check` and `shapes` in one report: what is wrong by itself is not run, everything else is."""
    problems = check(design)
    if any(problem.code in _NOT_RUN for problem in problems):
        return ShapesReport(problems=problems)
    said = {problem.path for problem in problems}
    report = shapes(design, sizes, skip=said)
    return replace(report, problems=(*problems, *(each for each in report.problems if each.path not in said)))


def shapes(design: Design, sizes: Mapping[str, int] | None = None, skip: Collection[str] = frozenset()) -> ShapesReport:
    """The type of every value of `design`, which has passed `check` but for the paths in `skip`, and its parameters.

    With `sizes`, symbols have these definite sizes and FLOPs are counted; without, the design is run at two or
    three sizes and each size that comes out is named (`N`, `2N`, `N·T`) where that is sure.

    Nothing is allocated, no live model is touched, and the random state stays as it was.
    """
    plan = lower(design)
    names = symbols(design)
    with torch.random.fork_rng(devices=[]):
        if sizes is not None:
            runs = [{name: sizes.get(name, 1) for name in names}]
            return _report(design, [_walk(design, plan, runs[0], skip, flops=True)], runs)
        runs = probes(names, 2)
        walks = [_walk(design, plan, run, skip) for run in runs]
        report = _report(design, walks, runs)
        if names and any(not is_sure(step.output) for step in report.steps.values()):
            runs = probes(names, 3)
            report = _report(design, [*walks, _walk(design, plan, runs[2], skip)], runs)
        return report


def _walk(design: Design, plan: Plan, sizes: Mapping[str, int], skip: Collection[str], flops: bool = False) -> Walk:
    return walk(plan, {each.name: type_of_input(each, sizes) for each in design.inputs}, flops, skip)


def type_of_input(each: Input, sizes: Mapping[str, int]) -> TensorType:
    """An input's type with its symbols bound to `sizes`."""
    return TensorType(tuple(sizes[dim] if isinstance(dim, str) else dim for dim in each.shape), each.dtype)


def _report(design: Design, walks: Sequence[Walk], runs: Sequence[Mapping[str, int]]) -> ShapesReport:
    steps = {path: _step([found.records.get(path) for found in walks], runs) for path in walks[0].records}
    tensors, tie_problems = _tie(design, _tensors(design, walks[0]))
    problems = [*walks[0].problems.values(), *_failures(design, walks, runs)]
    return ShapesReport(steps, _by_node(steps), tuple(tensors), (*problems, *tie_problems), dict(runs[0]))


def _step(records: Sequence[Record | None], runs: Sequence[Mapping[str, int]]) -> StepReport:
    first = records[0]
    assert first is not None
    found = [record for record in records if record is not None]
    if len(found) < len(records):
        return StepReport(first.path, first.node, first.kind, (None,) * len(first.inputs), None)
    columns = zip(*(record.inputs for record in found), strict=True)
    inputs = tuple(label([flow.type for flow in column], runs) for column in columns)
    output = label([record.output.type for record in found], runs)
    return StepReport(first.path, first.node, first.kind, inputs, output, first.flops)


def _by_node(steps: Mapping[str, StepReport]) -> dict[str, ValueType]:
    """Outputs by the document's path, where every instance gives the same."""
    found: dict[str, set[ValueType | None]] = {}
    for step in steps.values():
        found.setdefault(step.node, set()).add(step.output)
    return {
        node: value
        for node, outputs in found.items()
        if len(outputs) == 1 and (value := next(iter(outputs))) is not None
    }


def _tensors(design: Design, found: Walk) -> list[TensorReport]:
    rows = []
    for path, owner, own in found.tensors:
        name = f"{path}.{own.name}" if path else own.name
        original = f"{owner}.{own.name}" if owner else own.name
        frozen = any(under(each, original) for each in design.frozen)
        rows.append(
            TensorReport(
                name,
                own.shape,
                own.dtype,
                own.parameter,
                own.parameter and not frozen,
                "" if original == name else original,
                own.saved,
            )
        )
    return rows


def _tie(design: Design, tensors: list[TensorReport]) -> tuple[list[TensorReport], list[Problem]]:
    """Ties put into the rows; and those that cannot be."""
    problems = []
    rows = {each.name: each for each in tensors}
    for owner, *others in design.ties:
        for other in others:
            problem = _tie_problem(rows, owner, other)
            if problem:
                problems.append(problem)
                continue
            first = rows[owner]
            rows[other] = replace(rows[other], owner=first.owner or first.name, trainable=first.trainable)
    for path in design.frozen:
        ids = path.split(".") if path else []
        if not any(under(path, name) for name in rows) and target_of(design, "", ids) is None:
            problems.append(Problem(path, "broken-freeze", "the path of a module or parameter", "no parameter there"))
    return list(rows.values()), problems


def _tie_problem(rows: Mapping[str, TensorReport], owner: str, other: str) -> Problem | None:
    for path in (owner, other):
        if path not in rows or not rows[path].parameter:
            return Problem(path, "broken-tie", "the path of a parameter to tie", "no parameter there")
    first, second = rows[owner], rows[other]
    if first.shape is None or second.shape is None:
        return Problem(other, "lazy-tie", "parameters of known shapes to tie", "a lazy one")
    if first.shape != second.shape or first.dtype != second.dtype:
        received = f"{TensorType(second.shape, second.dtype)} {second.dtype}"
        return Problem(other, "tie-shape", f"the shape of {owner}, {TensorType(first.shape)} {first.dtype}", received)
    return None


def _failures(design: Design, walks: Sequence[Walk], runs: Sequence[Mapping[str, int]]) -> list[Problem]:
    """Failures as problems, with the sizes of their inputs named where every run failed alike."""
    problems = []
    for node, first in walks[0].failures.items():
        same = [found.failures[node] for found in walks if node in found.failures]
        columns = zip(*(each.inputs for each in same), strict=True) if len(same) == len(walks) else ()
        named = tuple(label(list(column), runs) or column[0] for column in columns) or first.inputs
        expected, received = explain(first, named, walks[0].records)
        offered = fixes(design, first, named, walks[0].records)
        problems.append(Problem(node, "shape", expected, received, offered, first.error))
    return problems
