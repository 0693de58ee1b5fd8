"""The metrics of a run: kept on the device until they are looked at, then written as lines that a reader can follow."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from composer import atomic
from composer.engine.training.looking import finite
from composer.engine.training.placement import Placement
from composer.training_reports import Row, StepRow, line, row_of

MOST = 200
"""Steps after which metrics are looked at, at the latest."""

SECONDS = 0.2
"""How long the steps between two looks take, about."""


class Metrics:
    """A file of lines that only grows. What is written is there for others at once, whole lines only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("ab", buffering=0)

    def write(self, rows: Sequence[Row]) -> None:
        """Add lines.

        Raises:
            OSError: where there is no room for them.
        """
        data = memoryview(b"".join(map(line, rows)))
        while data:
            data = data[self._file.write(data) :]

    def cut(self, step: int) -> None:
        """Take back the lines of later steps than `step`, which are trained once more, and a line that was cut off."""
        rows = [row for text in self._path.read_bytes().splitlines() if (row := row_of(text)) and row.step <= step]
        self._file.close()
        atomic.write(self._path, b"".join(map(line, rows)))
        self._file = self._path.open("ab", buffering=0)

    def sync(self) -> None:
        """Make what was written last."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True, slots=True)
class _Step:
    epoch: int
    lr: float
    samples: int
    sums: tuple[Tensor, Tensor]
    norm: Tensor | None


class Recorder:
    """Notes every step without waiting for the device; `read` then waits once for all that were noted."""

    def __init__(self, placement: Placement, seconds: float = 0.0) -> None:
        """`seconds` are those that the run trained before."""
        self._placement = placement
        self._steps: list[_Step] = []
        self.seconds = seconds
        self._since = time.perf_counter()
        self.pace = 0.0
        self.last: StepRow | None = None

    def restart(self) -> None:
        """Time that passed since the last look is not that of steps."""
        self._since = time.perf_counter()

    def note(self, epoch: int, lr: float, samples: int, loss: Tensor, metric: Tensor, norm: Tensor | None) -> None:
        """Note a step of a batch of `samples`, with this process's parts of its loss and metric."""
        self._steps.append(_Step(epoch, lr, samples, (loss, metric), norm))

    def read(self, step: int) -> list[StepRow]:
        """The rows of all steps noted since the last time, of which the last is number `step`."""
        noted, self._steps = self._steps, []
        if not noted:
            return []
        sums = torch.stack([each for step in noted for each in step.sums]).to(self._placement.exact).view(-1, 2)
        values = self._placement.sum(sums).tolist()
        norms = iter(_fetched([each.norm for each in noted if each.norm is not None]))
        now = time.perf_counter()
        elapsed, self._since = now - self._since, now
        self.pace = elapsed / len(noted)
        throughput = sum(each.samples for each in noted) / max(elapsed, 1e-9)
        rows = []
        for number, (each, (loss, metric)) in enumerate(zip(noted, values, strict=True), step - len(noted) + 1):
            self.seconds += self.pace
            norm = finite(next(norms)) if each.norm is not None else None
            rows.append(
                StepRow(
                    number, each.epoch, finite(loss), finite(metric), each.lr, round(throughput, 3),
                    round(self.seconds, 6), norm,
                )
            )  # fmt: skip
        self.last = rows[-1]
        return rows

    @property
    def next(self) -> int:
        """After how many more steps the first process wants to look again."""
        return max(1, min(MOST, int(SECONDS / self.pace))) if self.pace else 1


def _fetched(norms: Sequence[Tensor]) -> list[float]:
    return [float(each) for each in torch.stack(list(norms)).tolist()] if norms else []
