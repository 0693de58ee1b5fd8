"""Curves: the same work at rising sizes. An experiment is a list of them, with one count of how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from composer.engine.timing.points import Tell, Work, free, left_out, point, telling
from composer.engine.timing.recorder import Recorder
from composer.recordings.recording import Point, Recording, Series
from composer.recordings.settings import Method
from composer.reports import Progress


@dataclass(frozen=True, slots=True)
class Curve:
    """What is timed at each of `xs`, which rise: the work that `prepare` makes there.

    x counts what `axis` says. A call takes as long as `power` says: by x to that power.
    """

    what: str
    device: torch.device
    xs: Sequence[int]
    prepare: Callable[[int], Work]
    dtype: str = ""
    note: str = ""
    power: int = 1
    axis: str = "n"

    def series(self, *points: Point) -> Series:
        """Points of it."""
        return Series(what=self.what, device=str(self.device), dtype=self.dtype, points=points, note=self.note)

    def __str__(self) -> str:
        return ", ".join(filter(None, (str(self.device), self.dtype, self.what)))


def timed_curves(curves: Sequence[Curve], recorder: Recorder, tell: Tell) -> Recording:
    """A series of points for each curve. Each point is told as soon as it is there."""
    method = recorder.settings.method
    total, begun = sum(len(each.xs) for each in curves), 0
    found = []
    for curve in curves:
        points: list[Point] = []
        for k, x in enumerate(curve.xs):
            event = Progress(f"{curve}: {curve.axis} {x:,}", begun, total)
            growth = (x / curve.xs[k - 1]) ** curve.power if k else 1
            points.append(_point(curve, x, left_out(x, points, method, growth), method, telling(tell, event)))
            tell(recorder.piece([curve.series(points[-1])]))
            begun += 1
        free(curve.device)
        found.append(curve.series(*points))
    return recorder.recording(found)


def _point(curve: Curve, x: int, reason: str, method: Method, tell: Callable[[], None]) -> Point:
    if reason:
        return Point(x=x, failure=reason)
    return point(x, curve.device, method, tell, partial(curve.prepare, x))
