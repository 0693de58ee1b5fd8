"""What a walk carries from step to step, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from composer.design.plan import Call
from composer.engine.measures import Mismatch
from composer.errors import Problem
from composer.reports import TensorReport, ValueType

Values = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Flow:
    """A value's type, and the path of the step that made it (the name of the design's input, for an input).

    `type` is None where it is not known.
    """

    type: ValueType | None
    origin: str = ""


LEFT_OUT = Flow(())  # an optional input that has no wire
Inputs = tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class At:
    """Where a call stands: its path, the document's, the owner of its module, its scope's path and sizes.

    `bodies` are the bodies of Repeats around it, outer ones first: their paths in the document and their own.
    """

    path: str
    node: str
    owner: str
    scope: str
    values: Values
    bodies: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Record:
    """A step as it ran at one instance. `owner` is the path whose module it is: another one where it is shared."""

    path: str
    node: str
    kind: str
    inputs: Inputs
    output: Flow
    owner: str
    flops: int | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed. `text` is the source of the layer, or of the op's call.

    `mismatches` are options that are not the input's sizes; with those sizes instead it runs, where `mended`.
    `dtype` is that of the layer's parameters ("" for an op, or a layer that has none).
    """

    at: At
    kind: str
    text: str
    inputs: tuple[ValueType, ...]
    origins: tuple[str, ...]
    error: str
    layer: bool = False
    dtype: str = ""
    mismatches: tuple[Mismatch, ...] = ()
    mended: bool = False


@dataclass(slots=True)
class Walk:
    """What a walk found. `tensors` are (path, row), in the order of the state dict, as they are before ties.

    `failures` hold the first failure of each of the document's nodes, `problems` everything else that is wrong.
    `modules` are what is registered at each instance's path, `first` the inputs that sized the lazy layers, by owner.
    """

    records: dict[str, Record] = field(default_factory=dict)
    tensors: list[tuple[str, TensorReport]] = field(default_factory=list)
    failures: dict[str, Failure] = field(default_factory=dict)
    problems: dict[tuple[str, str], Problem] = field(default_factory=dict)
    modules: dict[str, tuple[Call, At]] = field(default_factory=dict)
    first: dict[str, tuple[ValueType, ...]] = field(default_factory=dict)

    def record(self, at: At, kind: str, inputs: Inputs, output: ValueType | None, flops: int | None = None) -> Flow:
        """Note a step; its output, as the next step takes it."""
        flow = Flow(output, at.path)
        self.records[at.path] = Record(at.path, at.node, kind, inputs, flow, at.owner, flops)
        return flow

    def problem(self, node: str, code: str, expected: str, received: str) -> None:
        """Note what is wrong at a node, once for each sort of problem."""
        self.problems.setdefault((node, code), Problem(node, code, expected, received))

    def add(self, later: Walk) -> None:
        """Note what was found next, by itself."""
        self.records.update(later.records)
        self.tensors += later.tensors
        for node, failure in later.failures.items():
            self.failures.setdefault(node, failure)
        for place, problem in later.problems.items():
            self.problems.setdefault(place, problem)
        self.modules.update(later.modules)
        self.first.update(later.first)
