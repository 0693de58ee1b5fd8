"""Shapes of a whole design, from the real run on the meta device, with symbolic sizes named where sure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat

import torch

from composer.catalog import OPS
from composer.codegen.judging import code_problems
from composer.design.check import check
from composer.design.document import Design, Input
from composer.engine import rules
from composer.engine.custom import custom_layers
from composer.engine.explain import explain, lacks_channels
from composer.engine.fixes import fixes
from composer.engine.fixing.trial import Trial
from composer.engine.flow import Record, Walk
from composer.engine.noticing import named_inputs, nothing_left, some_sizes
from composer.engine.symbols import is_sure, label, probes, symbols
from composer.engine.walk import walk
from composer.errors import Problem
from composer.memo import Memo
from composer.reports import ShapesReport, StepReport, TensorReport, TensorType, ValueType, under

NOT_RUN = {"too-large", "too-deep", "recursion", "bad-input", "bad-dtype"}
"""Codes of problems with which a design is not run at all."""


def examine(design: Design, sizes: Mapping[str, int] | None = None, run_code: bool = True) -> ShapesReport:
    """`check` and `shapes` in one report: what is wrong by itself is not run, everything else is.

    Without `run_code` that of custom layers is not run either, and what comes out of them is unknown.
    """
    problems = (*check(design), *code_problems(design))
    if any(problem.code in NOT_RUN for problem in problems):
        return ShapesReport(problems=problems)
    said = {problem.path for problem in problems}
    report = shapes(design, sizes, said if run_code else said | custom_layers(design))
    return replace(report, problems=(*problems, *(each for each in report.problems if each.path not in said)))


def shapes(design: Design, sizes: Mapping[str, int] | None = None, skip: Collection[str] = frozenset()) -> ShapesReport:
    """The type of every value of `design`, which has passed `check` but for the paths in `skip`, and its parameters.

    With `sizes`, symbols have these definite sizes and FLOPs are counted; without, the design is run at two or
    three sizes and each size that comes out is named (`N`, `2N`, `N·T`) where that is sure.

    Nothing is allocated, no live model is touched, and the random state stays as it was.
    """
    names = symbols(design)
    with torch.random.fork_rng(devices=[]):
        if sizes is not None:
            runs = [{name: sizes.get(name, 1) for name in names}]
            return _report(design, [_walk(design, runs[0], skip, flops=True)], runs, skip)
        runs = probes(names, 2)
        walks = [_walk(design, run, skip) for run in runs]
        if names and any(not is_sure(step.output) for step in _steps(walks, runs).values()):
            runs = probes(names, 3)
            walks.append(_walk(design, runs[2], skip))
        return _report(design, walks, runs, skip)


def _walk(design: Design, sizes: Mapping[str, int], skip: Collection[str], flops: bool = False) -> Walk:
    return walk(design, {each.name: type_of_input(each, sizes) for each in design.inputs}, flops, skip)


def type_of_input(each: Input, sizes: Mapping[str, int]) -> TensorType:
    """An input's type with its symbols bound to `sizes`."""
    return TensorType(tuple(sizes[dim] if isinstance(dim, str) else dim for dim in each.shape), each.dtype)


def _report(
    design: Design, walks: Sequence[Walk], runs: Sequence[Mapping[str, int]], skip: Collection[str]
) -> ShapesReport:
    steps = _steps(walks, runs)
    tensors = _tensors(walks)
    owners, tie_problems = _tie(design, tensors)
    problems = [
        *walks[0].problems.values(),
        *_failures(design, walks, runs, skip),
        *nothing_left(steps.values()),
        *tie_problems,
        *_lost(design, steps, tensors),
        *rules.unsuited(design, tuple(tensors.values())),
    ]
    rows = _ruled(design, tensors, owners, _owned(design, tensors, owners))
    return ShapesReport(steps, _by_node(steps), rows, tuple(problems), dict(runs[0]))


_labelled: Memo[StepReport] = Memo(50_000)


def _steps(walks: Sequence[Walk], runs: Sequence[Mapping[str, int]]) -> dict[str, StepReport]:
    """The steps of walks at different sizes, which are the same ones: what is called does not depend on sizes."""
    names = tuple(runs[0])
    columns = [found.records.values() for found in walks]
    steps = {}
    for path, key, records in zip(
        walks[0].records,
        zip(repeat(names), *(map(id, column) for column in columns)),
        zip(*columns, strict=True),
        strict=False,
    ):
        known = _labelled.get(key)
        steps[path] = _labelled.put(key, _step(records, runs), records) if known is None else known
    return steps


def _step(records: Sequence[Record], runs: Sequence[Mapping[str, int]]) -> StepReport:
    first = records[0]
    columns = zip(*(record.inputs for record in records), strict=True)
    inputs = tuple(label([flow.type for flow in column], runs) for column in columns)
    output = label([record.output.type for record in records], runs)
    return StepReport(first.path, first.node, first.kind, inputs, output, first.flops)


def _by_node(steps: Mapping[str, StepReport]) -> dict[str, ValueType]:
    """Outputs by the document's path, where every instance gives the same."""
    found: dict[str, ValueType | None] = {}
    varying = set()
    for step in steps.values():
        first = found.setdefault(step.node, step.output)
        if first is not step.output and first != step.output:
            varying.add(step.node)
    return {node: value for node, value in found.items() if value is not None and node not in varying}


def _tensors(walks: Sequence[Walk]) -> dict[str, TensorReport]:
    """Parameters and buffers by name, as they are before ties and freezing.

    The shape that a lazy layer took from a size with a name, such as a length, is known to nobody.
    """
    rows = {row.name: row for _, row in walks[0].tensors}
    for other in walks[1:]:
        for _, row in other.tensors:
            known = rows[row.name]
            if known is not row and known.shape != row.shape:
                rows[row.name] = replace(known, shape=None)
    return rows


def _tie(design: Design, rows: Mapping[str, TensorReport]) -> tuple[dict[str, str], list[Problem]]:
    """Which parameter each name stands for once all is tied, by the name it had at first; and ties that cannot be.

    A tie is an assignment to a module's attribute, so all names of a shared module change together.
    """
    problems: list[Problem] = []
    places = {name: row.owner or name for name, row in rows.items()}
    if not design.ties:
        return places, problems
    held = {place: place for place in places.values()}
    for owner, *others in design.ties:
        for other in others:
            problem = _tie_problem(rows, owner, other)
            if problem:
                problems.append(problem)
            else:
                held[places[other]] = held[places[owner]]
    return {name: held[place] for name, place in places.items()}, problems


def _owned(design: Design, rows: Mapping[str, TensorReport], owners: Mapping[str, str]) -> tuple[TensorReport, ...]:
    """The rows with their owners, and frozen where any name of the parameter is."""
    if not design.frozen and not design.ties and not any(row.owner for row in rows.values()):
        return tuple(rows.values())
    frozen = {owners[name] for name in rows if any(under(path, name) for path in design.frozen)}
    named: dict[str, str] = {}
    for name, owner in owners.items():
        named[owner] = name if name == owner else named.get(owner, name)
    return tuple(
        replace(
            row,
            owner="" if named[owners[name]] == name else named[owners[name]],
            trainable=row.parameter and owners[name] not in frozen,
        )
        for name, row in rows.items()
    )


def _ruled(
    design: Design, before: Mapping[str, TensorReport], owners: Mapping[str, str], rows: tuple[TensorReport, ...]
) -> tuple[TensorReport, ...]:
    """The rows with the rules that fill them. Rules come before ties: of tied parameters that of the owner counts."""
    if not design.initializers:
        return rows
    found = rules.filled(design.initializers, tuple(before.values()))
    return tuple(replace(row, rules=found.get(owners[row.name], ())) for row in rows)


def _lost(design: Design, steps: Mapping[str, StepReport], tensors: Collection[str]) -> Iterator[Problem]:
    """Rules and frozen paths that lead to no module: to an op, or to an instance that a Repeat does not have."""

    def is_there(path: str) -> bool:
        return path in tensors or (path in steps and steps[path].kind not in OPS)

    for path in design.frozen:
        if not is_there(path):
            yield Problem(path, "broken-freeze", "the path of a module or parameter", "nothing there")
    for rule in design.initializers:
        if not is_there(rule.where):
            yield Problem(rule.where, "broken-rule", "the path of a module", "nothing there")


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


def _failures(
    design: Design, walks: Sequence[Walk], runs: Sequence[Mapping[str, int]], skip: Collection[str]
) -> Iterator[Problem]:
    """Failures as problems, with the sizes of their inputs named where every run failed alike."""
    trials = [Trial(design, {each.name: type_of_input(each, run) for each in design.inputs}, skip) for run in runs]
    for node in dict.fromkeys(node for found in walks for node in found.failures):
        number = next(k for k, found in enumerate(walks) if node in found.failures)
        found = walks[number]
        first = found.failures[node]
        named = named_inputs(first, walks, runs)
        notice = None if lacks_channels(first, named) else some_sizes(first, walks, runs)
        if notice:
            yield notice
            continue
        expected, received = explain(first, named, found.records)
        offered = trials[number].kept(found, first, fixes(design, first, named, found.records))
        yield Problem(node, "shape", expected, received, offered, first.error)
