"""Report rows of training: the lines of a run's metrics, and what comes before and after. Plain Python, no torch.

A number that is not finite is None: JSON has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from composer.data_reports import Task
from composer.errors import Problem

What = Literal["started", "resumed", "paused", "continued", "stopped", "nan", "finished", "failed", "checkpoint"]
Measure = Literal["", "accuracy", "mean absolute error"]
"""What the metric of a run is; "" where that is not known."""

MEASURES: Mapping[Task, Measure] = {"classes": "accuracy", "tokens": "accuracy", "values": "mean absolute error"}

ENDS: tuple[What, ...] = ("stopped", "nan", "finished", "failed")


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step. `metric` is that of its batch, `gradient` the norm of all gradients before clipping, where it was
    looked at; `throughput` counts samples in a second; `seconds` is the time trained so far."""

    step: int
    epoch: int
    loss: float | None
    metric: float | None
    lr: float
    throughput: float
    seconds: float
    gradient: float | None = None
    kind: Literal["step"] = "step"


@dataclass(frozen=True, slots=True)
class EpochRow:
    """The end of an epoch: mean loss and metric on the test data."""

    step: int
    epoch: int
    loss: float | None
    metric: float | None
    kind: Literal["epoch"] = "epoch"


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter by one of its names; `owner` is the first of them, where that is another.

    `gradient` is the norm of its gradient in that step. `counts` are those of bins between `low` and `high`. `apart` is
    the norm of its difference from the parameter called `like`: its owner, or one that it is compared with.
    """

    name: str
    owner: str
    mean: float | None
    std: float | None
    norm: float | None
    gradient: float | None
    low: float | None
    high: float | None
    counts: tuple[int, ...] = ()
    like: str = ""
    apart: float | None = None


@dataclass(frozen=True, slots=True)
class ParametersRow:
    """What the parameters are like after a step."""

    step: int
    parameters: tuple[ParameterRow, ...]
    kind: Literal["parameters"] = "parameters"


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of a sample of the test data, and what it is; `confidence` is its share of probability."""

    target: str
    predicted: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class SamplesRow:
    """Predictions for the first samples of the test data, whose images are in the run's `samples.json`."""

    step: int
    predictions: tuple[Prediction, ...]
    kind: Literal["samples"] = "samples"


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened after `step` steps; `text` says more. `time` is in seconds since 1970.

    What starts or resumes a run says what its metric is, and how many `steps` it is to take.
    """

    step: int
    event: What
    time: float
    text: str = ""
    measure: Measure = ""
    steps: int = 0
    kind: Literal["event"] = "event"


Row: TypeAlias = StepRow | EpochRow | ParametersRow | SamplesRow | EventRow

_ROWS: TypeAdapter[Row] = TypeAdapter(Annotated[Row, Field(discriminator="kind")])


def line(row: Row) -> bytes:
    """The line of a run's metrics that says `row`."""
    return _ROWS.dump_json(row) + b"\n"


def row_of(text: bytes) -> Row | None:
    """What a line says; None where it is not one of ours, such as a last line that was cut off."""
    try:
        return _ROWS.validate_json(text)
    except ValidationError:
        return None


@dataclass(frozen=True, slots=True)
class Image:
    """A small image: `pixels` from 0 to 255, rows of channels first."""

    shape: tuple[int, int, int]
    pixels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """How far a run has come; loss and metric, which is a `measure`, are those of its last step."""

    step: int
    steps: int
    epoch: int
    loss: float | None
    metric: float | None
    measure: Measure = ""


@dataclass(frozen=True, slots=True)
class TrainReport:
    """How a run ended, after how many of its steps. `good` is the step whose weights it left, `best` the lowest loss on
    the test data."""

    state: What
    step: int
    steps: int
    good: int
    best: float | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class SuitedReport:
    """How data goes with the inputs and the output of a design; `problems` say what does not fit, and what can be done.

    `losses` can compare the output with its targets, the usual one first. `outputs` is how many numbers a sample's
    output should have for it (of classes, at least). `reduced`: its images have more pixels than the design takes.
    """

    name: str
    task: Task
    images: bool
    losses: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    outputs: int = 0
    reduced: bool = False


@dataclass(frozen=True, slots=True)
class TrainingMemory:
    """Bytes that training takes at its peak with a batch of so many samples. Parameters include buffers; activations
    all that comes and goes in a step, the samples among it."""

    batch: int
    parameters: int
    gradients: int
    optimizer: int
    activations: int

    @property
    def total(self) -> int:
        return self.parameters + self.gradients + self.optimizer + self.activations


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was found before a run: the memory that it needs and `free` bytes, None where they are not known; the
    largest batch that `fits` where its own does not, 0 where not even one sample does."""

    problems: tuple[Problem, ...] = ()
    memory: TrainingMemory | None = None
    free: int | None = None
    fits: int | None = None
