"""Report rows: what crosses between rooms. Frozen, plain Python; nothing here knows torch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import prod
from operator import attrgetter
from typing import Any

from composer.errors import Problem


@dataclass(frozen=True, slots=True)
class TensorType:
    """A tensor's sizes and element type. A size is a number, a symbol such as `N` or `2N`, or `?` (not known)."""

    dims: tuple[int | str, ...]
    dtype: str = "float32"

    def __str__(self) -> str:
        return "×".join(map(str, self.dims)) if self.dims else "scalar"

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorType, (self.dims, self.dtype)  # what dataclasses do by themselves takes four times as long


ValueType = TensorType | tuple["ValueType", ...]


def describe(value: ValueType | None) -> str:
    """A value's type for people: `N×6×28×28`, `(N×8, nothing)`; `?` where it is not known.

    The empty tuple is no value at all, such as an input left out.
    """
    if value is None:
        return "?"
    if isinstance(value, tuple):
        return f"({', '.join(map(describe, value))})" if value else "nothing"
    return str(value) if value.dtype == "float32" else f"{value} {value.dtype}"


@dataclass(frozen=True, slots=True)
class StepReport:
    """One node as it ran.

    `path` is the instance's path (`blocks.3.fc`), `node` the document's (`blocks.0.fc`, `.ResBlock.fc`).
    `output` is None where it is not known. `flops` counts a multiplication with its addition as two.
    """

    path: str
    node: str
    kind: str
    inputs: tuple[ValueType | None, ...]
    output: ValueType | None
    flops: int | None = None


@dataclass(frozen=True, slots=True)
class TensorReport:
    """A parameter or buffer by its state-dict name. `shape` is None while a lazy layer has not inferred it.

    `owner` is the name of the parameter that this one is the same as ("" where it is its own). `saved` is
    false for a constant, which is no part of a state dict. `layer` is the `torch.nn` class of the module that has it,
    as the design says it ("" for a block), and `rules` are the numbers from 0 of the initializer rules that fill it, of
    which the last one has the last word.
    """

    name: str
    shape: tuple[int, ...] | None
    dtype: str
    parameter: bool
    trainable: bool
    owner: str = ""
    saved: bool = True
    layer: str = ""
    rules: tuple[int, ...] = ()

    @property
    def rule(self) -> int | None:
        """The number of the rule that its initial values are of; None where they are what its layer gives it."""
        return self.rules[-1] if self.rules else None

    @property
    def count(self) -> int | None:
        """Number of elements, or None while unknown."""
        if self.shape is None:
            return None
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class ShapesReport:
    """A design's shapes, found by running it without data.

    `steps` are in the order they ran, by instance path ("" is the design itself). `outputs` gives, by the
    document's path, a node's output where all its instances agree. `sizes` are the sizes the symbols stood for.
    """

    steps: Mapping[str, StepReport] = field(default_factory=dict)
    outputs: Mapping[str, ValueType] = field(default_factory=dict)
    tensors: tuple[TensorReport, ...] = ()
    problems: tuple[Problem, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)

    @property
    def output(self) -> ValueType | None:
        step = self.steps.get("")
        return step.output if step else None

    def __reduce__(self) -> tuple[Any, ...]:
        """Rows travel as columns of plain values: that takes a fifth of the time that thousands of objects take."""
        steps, tensors = _columns(StepReport, self.steps.values()), _columns(TensorReport, self.tensors)
        return _shapes_report, (tuple(self.steps), steps, dict(self.outputs), tensors, self.problems, dict(self.sizes))


def _columns(row: type, rows: Collection[Any]) -> tuple[tuple[Any, ...], ...]:
    """The values of frozen rows, field by field."""
    return tuple(tuple(map(attrgetter(each.name), rows)) for each in fields(row))


def _shapes_report(
    paths: Sequence[str],
    steps: Sequence[Sequence[Any]],
    outputs: Mapping[str, ValueType],
    tensors: Sequence[Sequence[Any]],
    problems: tuple[Problem, ...],
    sizes: Mapping[str, int],
) -> ShapesReport:
    """The report that these columns were made of."""
    rows = dict(zip(paths, map(StepReport, *steps), strict=True))
    return ShapesReport(rows, outputs, tuple(map(TensorReport, *tensors)), problems, sizes)


def under(path: str, name: str) -> bool:
    """Whether `name` is `path` or below it; everything is below ""."""
    return not path or name == path or name.startswith(f"{path}.")


def count_parameters(tensors: Iterable[TensorReport], path: str = "", trainable: bool = False) -> int | None:
    """Number of parameters at or below `path`, shared and tied ones once; None while any is unknown."""
    total = 0
    seen: set[str] = set()
    for tensor in tensors:
        if not tensor.parameter or not under(path, tensor.name) or (trainable and not tensor.trainable):
            continue
        owner = tensor.owner or tensor.name
        if owner in seen:
            continue
        seen.add(owner)
        count = tensor.count
        if count is None:
            return None
        total += count
    return total


@dataclass(frozen=True, slots=True)
class RunReport:
    """A forward pass on real or random data: `outputs` holds, per output, its type and flat numbers.

    `inputs` are the samples, `labels` what the data says they are, `data` where they come from.
    """

    seconds: float
    data: str
    inputs: tuple[ArrayReport, ...]
    outputs: tuple[ArrayReport, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArrayReport:
    """Numbers of a tensor: sizes, element type, and the values row by row. `truncated`: only the first values."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    values: tuple[float | int | bool | complex, ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class MemoryReport:
    """Bytes that a model needs at the sizes given: measured on the meta device, allocator overhead not included."""

    parameters: int
    buffers: int
    inference_peak: int
    training_peak: int
    optimizer: str
    optimizer_state: int


@dataclass(frozen=True, slots=True)
class SummaryReport:
    """What `summary` shows: shapes and FLOPs at definite sizes, and memory."""

    shapes: ShapesReport
    memory: MemoryReport | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class FlopsReport:
    """FLOPs by instance path, of what computes any: None where they are not known. `sizes` are those of the symbols."""

    own: Mapping[str, int | None] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)

    def at(self, path: str) -> int | None:
        """The FLOPs of all that is at or below `path`; None while any are unknown."""
        total = 0
        for name, number in self.own.items():
            if under(path, name):
                if number is None:
                    return None
                total += number
        return total


@dataclass(frozen=True, slots=True)
class RepairReport:
    """A design after its certain fixes: its text, and what each fix did."""

    text: str
    done: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceReport:
    """A design's source, and whose its lines are. Lines are numbered from 1.

    `spans` gives, by the document's path, ranges of lines (first and last): where a node is made and where it is
    called; for a block that has a class, the class, too. `about` gives for every line the path of the one node that
    it is about, the innermost; None for what is there whatever the nodes are.
    """

    text: str
    spans: Mapping[str, tuple[tuple[int, int], ...]]
    about: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class OpenReport:
    """A live model that was built: its class, the source it was made of, and its parameters and buffers by name.

    `kept` have the values they had before the design changed; `fresh` have new initial values.
    """

    class_name: str
    source: str
    kept: tuple[str, ...]
    fresh: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KernelReport:
    """What a kernel holds: the class of its live model ("" for none), and whether it is as it began.

    `initial`: its values are those that building the design anew would give, and it is on the CPU, so nothing is lost
    with them. `device` is where it is, or would be built. `changed`: its values are not those, wherever it is.
    """

    class_name: str
    initial: bool
    device: str = "cpu"
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something is: `done` of `total` (None where nobody knows), and what is being done."""

    text: str
    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a result as text, told as soon as it is there: it is left where the rest never comes."""

    text: str


@dataclass(frozen=True, slots=True)
class ResolvedReport:
    """A lazy layer of a live model that took its sizes: from what input, and what it is since.

    `kind` is the class it was, `became` the class it is. `inferred` are the options that it took from `input`, which
    came from the node at `origin` (the name of an input of the design, where it came from there). `tensors` are the
    shapes of its parameters and buffers, by their names in the layer.
    """

    path: str
    kind: str
    became: str
    inferred: tuple[tuple[str, int], ...]
    input: ValueType
    origin: str
    tensors: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class LiveReport:
    """What a live model holds. A tensor's `shape` is None while it is uninitialized.

    `layers` gives the class of each module that has tensors, by its path; `resolved` are the lazy layers that took
    their sizes, in that order. `edits` would write these sizes into the design; `left` says, by the document's path,
    why some layers have none that could be written.
    """

    class_name: str
    tensors: tuple[TensorReport, ...]
    layers: Mapping[str, str]
    resolved: tuple[ResolvedReport, ...] = ()
    edits: tuple[Mapping[str, Any], ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)
