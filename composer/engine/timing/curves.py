"""Curves: the same work at rising sizes. An experiment is a list of them, with one count of how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from composer.engine.timing.points import Tell, Work, free, left_out, point, telling
from composer.recordings.recording import Point, Series
from composer.recordings.settings import Settings
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

    def __str__(self) -> str:
        return ", ".join(filter(None, (str(self.device), self.dtype, self.what)))


def timed_curves(curves: Sequence[Curve], settings: Settings, tell: Tell) -> list[Series]:
    """A series of points for each curve."""
    total, begun = sum(len(each.xs) for each in curves), 0
    found = []
    for curve in curves:
        points: list[Point] = []
        for k, x in enumerate(curve.xs):
            event = Progress(f"{curve}: {curve.axis} {x:,}", begun, total)
            growth = (x / curve.xs[k - 1]) ** curve.power if k else 1
            points.append(_point(curve, x, left_out(x, points, settings.method, growth), settings, tell, event))
            begun += 1
        free(curve.device)
        what, device = curve.what, str(curve.device)
        found.append(Series(what=what, device=device, dtype=curve.dtype, points=tuple(points), note=curve.note))
    return found


def _point(curve: Curve, x: int, reason: str, settings: Settings, tell: Tell, event: Progress) -> Point:
    if reason:
        return Point(x=x, failure=reason)
    return point(x, curve.device, settings.method, telling(tell, event), partial(curve.prepare, x))
