"""Options that have to be the size of an input, and those that are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from composer.catalog.options import Int, IntList, Value
from composer.catalog.spec import Spec
from composer.reports import TensorType, ValueType


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An option that says `expected` where the input numbered `input` has `received`."""

    option: str
    what: str
    input: int
    expected: Value
    received: Value


def mismatches(spec: Spec, options: Mapping[str, Value], inputs: Sequence[ValueType]) -> tuple[Mismatch, ...]:
    """The options of a layer that disagree with the sizes of its inputs."""
    found = []
    for option in spec.options:
        if not isinstance(option, Int) or option.measures is None:
            continue
        measure, value = option.measures, options.get(option.name, option.default)
        given = inputs[measure.input] if measure.input < len(inputs) else None
        if not isinstance(given, TensorType):
            continue
        received = _last(given, value) if isinstance(option, IntList) else _along(given, measure.axis)
        if received is not None and received != value:
            found.append(Mismatch(option.name, measure.what, measure.input, value, received))
    return tuple(found)


def _along(given: TensorType, axis: int) -> Value:
    rank = len(given.dims)
    return given.dims[axis] if -rank <= axis < rank else None


def _last(given: TensorType, value: Value) -> Value:
    """As many of the last sizes as `value` has; a lone integer is compared with the last size."""
    if not isinstance(value, tuple):
        return _along(given, -1)
    return given.dims[-len(value) :] if len(value) <= len(given.dims) else None
