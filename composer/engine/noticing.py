"""What is said where the runs at several sizes differ, and where a step leaves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from composer.design.nodes import BLOCK_KINDS, TENSOR_KINDS
from composer.engine.flow import Failure, Walk
from composer.engine.symbols import label
from composer.errors import Problem
from composer.reports import StepReport, TensorType, ValueType, describe

_PASS_ON = {*BLOCK_KINDS, *TENSOR_KINDS, "Use"}


def named_inputs(failure: Failure, walks: Sequence[Walk], runs: Sequence[Mapping[str, int]]) -> tuple[ValueType, ...]:
    """The types of the inputs of a failed call, with their sizes named where every run came to it."""
    rows = []
    for found in walks:
        same, record = found.failures.get(failure.at.node), found.records.get(failure.at.path)
        if same:
            rows.append(same.inputs)
        elif record and record.output.type is not None and len(record.inputs) == len(failure.inputs):
            rows.append(tuple(each.type for each in record.inputs))  # type: ignore[misc]  # known, as it ran
    if len(rows) < len(walks):
        return failure.inputs
    columns = zip(failure.inputs, *rows, strict=True)
    return tuple(label(column, runs) or own for own, *column in columns)


def some_sizes(failure: Failure, walks: Sequence[Walk], runs: Sequence[Mapping[str, int]]) -> Problem | None:
    """The problem of a step that runs at some sizes and fails at others; None where it runs at none.

    A run in which its inputs are not known, as something before it failed, says nothing.
    """
    node = failure.at.node
    failed = next(run for found, run in zip(walks, runs, strict=True) if node in found.failures)
    ran = [run for found, run in zip(walks, runs, strict=True) if node not in found.failures and _ran(found, failure)]
    if not ran:
        return None
    expected = f"sizes that fit whatever they are (it runs at {_sizes(ran[0])})"
    came = " and ".join(map(describe, failure.inputs[:4]))
    return Problem(node, "some-sizes", expected, f"{came} at {_sizes(failed)}, which fails", detail=failure.error)


def _ran(found: Walk, failure: Failure) -> bool:
    record = found.records.get(failure.at.path)
    return record is not None and record.output.type is not None


def _sizes(run: Mapping[str, int]) -> str:
    shown = [f"{name}={size}" for name, size in run.items()]
    return ", ".join(shown if len(shown) <= 4 else [*shown[:4], "…"])


def nothing_left(steps: Iterable[StepReport]) -> Iterator[Problem]:
    """Steps that make a tensor with nothing in it out of tensors that have something."""
    said = set[str]()
    for step in steps:
        if step.kind in _PASS_ON or step.node in said or not step.inputs or not _is_empty(step.output):
            continue
        if not any(map(_is_empty, step.inputs)):
            said.add(step.node)
            received = f"{describe(step.output)} out of {describe(step.inputs[0])}"
            yield Problem(step.node, "nothing-left", "an output that is not empty", received)


def _is_empty(value: ValueType | None) -> bool:
    if isinstance(value, tuple):
        return any(map(_is_empty, value))
    return isinstance(value, TensorType) and 0 in value.dims
