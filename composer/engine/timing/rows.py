"""What a device did between two moments, summed up by layer and op, pass by pass."""

from __future__ import annotations

from collections import defaultdict

import torch

from composer.design.nodes import MAX_NAME, MAX_TEXT
from composer.engine.timing.clocks import Marks
from composer.engine.timing.following import Name
from composer.engine.timing.method import seconds_of
from composer.recordings.recording import Row


class Rows:
    """The time of every layer and op, in the order in which they first ran."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._marks = Marks(device)
        self._names: list[Name] = []  # one for two marks
        self._passes: list[dict[Name, float]] = []

    def begin(self, name: Name) -> None:
        """It begins now."""
        self._names.append(name)
        self._marks.mark()

    def end(self) -> None:
        """What began last has ended."""
        self._marks.mark()

    def finish(self) -> None:
        """A pass is over. What ran twice in it counts with both times."""
        times = self._marks.read() if self._names else []
        found: dict[Name, float] = defaultdict(float)
        for name, start, end in zip(self._names, times[::2], times[1::2], strict=True):
            found[name] += end - start
        self._names.clear()
        self._passes.append(found)

    @property
    def count(self) -> int:
        """How many samples there are, of all rows."""
        return sum(map(len, self._passes))

    def forget(self) -> None:
        """As if nothing had run."""
        self._passes.clear()

    def rows(self) -> tuple[Row, ...]:
        """A row for each, with a sample of each pass."""
        rows = []
        for path, kind in self._passes[0] if self._passes else ():
            seconds = (each.get((path, kind), 0.0) for each in self._passes)
            rows.append(Row(path=path[:MAX_TEXT], kind=kind[:MAX_NAME], samples=tuple(map(seconds_of, seconds))))
        return tuple(rows)
