"""A recording: what was timed, on what machine, and the raw samples. Medians and shares are computed, never stored."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from composer.design.nodes import MAX_NAME, Frozen, Text
from composer.recordings.settings import MAX_POINTS, MAX_SAMPLES, MAX_SERIES, Device, Settings

MAX_ROWS = 20_000  # layers and ops of one breakdown

Axis = Literal["n", "batch size", "bytes"]
AXES: dict[str, Axis] = {
    "matmul": "n",
    "model": "batch size",
    "fetching": "n",
    "two devices": "n",
    "transfers": "bytes",
    "dispatch": "batch size",
}

Name = Annotated[Text, Field(max_length=MAX_NAME)]
Whole = Annotated[int, Field(ge=0, le=2**63 - 1)]
Count = Annotated[int, Field(ge=1, le=2**63 - 1)]
Positive = Annotated[float, Field(gt=0, le=1e9)]


class DeviceInfo(Frozen):
    """A device by its id, such as cuda:0. `memory` in bytes; `capability` as its maker counts it ("" for unknown)."""

    id: Device
    name: Name
    memory: Whole | None = None
    capability: Name = ""


class Machine(Frozen):
    """A computer, without its name. `cores` are those of the processor, `processors` what the system may run on.

    `load` is how many programs wanted to run, on average of the minute before; `clock` is the CPU's, in MHz; both as
    the recording began, and None where the system does not tell. `memory` in bytes.
    """

    system: Name
    cpu: Name
    cores: Count | None = None
    processors: Count
    memory: Whole | None = None
    load: Annotated[float, Field(ge=0)] | None = None
    clock: Positive | None = None
    devices: Annotated[tuple[DeviceInfo, ...], Field(max_length=64)] = ()


class Versions(Frozen):
    """What it was timed with. `backend` is what torch was built for, such as CUDA 12.8 ("" for the CPU alone)."""

    composer: Name
    torch: Name
    python: Name
    backend: Name = ""


class Samples(Frozen):
    """Seconds of one call each; each is the mean over a block of so many `calls`, timed at once."""

    samples: Annotated[tuple[Positive, ...], Field(max_length=MAX_SAMPLES)] = ()
    calls: Count = 1

    @property
    def count(self) -> int:
        return len(self.samples)

    @cached_property
    def quartiles(self) -> tuple[float, float, float]:
        """The lower quartile, the median and the upper quartile, in seconds.

        Raises:
            ValueError: where there are no samples.
        """
        if len(self.samples) == 1:
            return (self.samples[0],) * 3
        low, middle, high = statistics.quantiles(self.samples, n=4, method="inclusive")
        return low, middle, high

    @property
    def median(self) -> float:
        """In seconds."""
        return self.quartiles[1]

    @property
    def spread(self) -> float:
        """How sure the median is, as a share of it: half the notch of a box plot, 1.57 × IQR / √count."""
        low, middle, high = self.quartiles
        return 1.57 * (high - low) / math.sqrt(self.count) / middle


class Point(Samples):
    """One size of a series. What has no samples has a `failure`, which says why.

    `flops` and `nbytes` are what one call computes and moves (0 for unknown); `peak_memory` are the bytes that were
    held at most, None for unknown.
    """

    x: Count
    failure: Text = ""
    flops: Whole = 0
    nbytes: Whole = 0
    peak_memory: Whole | None = None

    @model_validator(mode="after")
    def _samples_or_failure(self) -> Self:
        if bool(self.samples) == bool(self.failure):
            raise ValueError("a point has samples or a failure, and not both")
        return self

    @property
    def flops_per_second(self) -> float:
        return self.flops / self.median

    @property
    def bytes_per_second(self) -> float:
        return self.nbytes / self.median


class Series(Frozen):
    """Points of one kind, `what`, on one device. `dtype` is "" where it does not matter. `note` says what to know."""

    what: Name
    device: Device
    dtype: Name = ""
    points: Annotated[tuple[Point, ...], Field(max_length=MAX_POINTS)]
    note: Text = ""

    @property
    def timed(self) -> tuple[Point, ...]:
        """The points that did not fail."""
        return tuple(point for point in self.points if point.samples)


class Row(Samples):
    """A layer or op of a pass, by its path, and the time that it took in itself.

    The loss, and sums of gradients, have the path "".
    """

    path: Text
    kind: Name


Pass = Literal["forward", "backward"]


class Breakdown(Frozen):
    """Where the time of a pass goes. `whole` was timed with nothing watching, in turn with passes that were watched.

    The rows and the `overhead` add up to the `total`, also on a busy machine: of the passes, by how long each took in
    all, the middle half counts, and of that the mean. What has no samples has a `failure`, which says why. A row of a
    backward pass is what computes the gradients of that layer or op.
    """

    what: Pass
    device: Device
    batch: Count
    whole: Samples = Samples()
    rows: Annotated[tuple[Row, ...], Field(max_length=MAX_ROWS)] = ()
    failure: Text = ""

    @model_validator(mode="after")
    def _timed(self) -> Self:
        if bool(self.whole.samples) == bool(self.failure):
            raise ValueError("a breakdown has samples or a failure, and not both")
        counts = {row.count for row in self.rows}
        if 0 in counts or len(counts) > 1 or (self.failure and self.rows):
            raise ValueError("every row has a sample of each pass, and where all failed there are none")
        return self

    @cached_property
    def total(self) -> float:
        """Seconds of a pass with nothing watching."""
        return statistics.fmean(self.whole.samples[k] for k in _middle(self.whole.samples))

    def seconds(self, row: Row) -> float:
        """Seconds of a row, in the same passes for all rows."""
        return statistics.fmean(row.samples[k] for k in self._passes)

    @cached_property
    def overhead(self) -> float:
        """Seconds that no row explains, less what watching adds to the rows.

        In a forward pass, the Python between layers. In a backward pass, what autograd does between its nodes, but for
        adding up gradients, which is a row.
        """
        return self.total - math.fsum(map(self.seconds, self.rows))

    def share(self, seconds: float) -> float:
        """As a part of the whole."""
        return seconds / self.total

    @cached_property
    def _passes(self) -> tuple[int, ...]:
        return _middle([math.fsum(samples) for samples in zip(*(row.samples for row in self.rows), strict=True)])


def _middle(values: Sequence[float]) -> tuple[int, ...]:
    """Where the middle half of some values is, without the smallest and the largest quarter."""
    order = sorted(range(len(values)), key=values.__getitem__)
    return tuple(order[len(order) // 4 : len(order) - len(order) // 4])


def _utc(text: str) -> str:
    try:
        datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise ValueError("a date is written like 2026-01-31T23:59:59Z") from None
    return text


class Recording(Frozen):
    """An experiment as it was timed. `design` is the name of the design, where it was one that was timed.

    `date` is when it began, in UTC. `stopped`: it came to no end, and has the points that were finished.
    """

    format: Literal["block-composer-recording"] = "block-composer-recording"
    version: Literal[1] = 1
    date: Annotated[str, AfterValidator(_utc)]
    design: Name = ""
    settings: Settings
    machine: Machine
    versions: Versions
    series: Annotated[tuple[Series, ...], Field(max_length=MAX_SERIES)]
    breakdowns: Annotated[tuple[Breakdown, ...], Field(max_length=16)] = ()
    stopped: bool = False

    @property
    def experiment(self) -> str:
        return self.settings.kind

    @property
    def axis(self) -> Axis:
        """What the `x` of its points is."""
        return AXES[self.experiment]

    def named(self, device: str) -> str:
        """A device as people call it: its name, where that is known."""
        return next((each.name for each in self.machine.devices if each.id == device), device)
