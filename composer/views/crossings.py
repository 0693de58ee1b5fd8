"""From which size on a device multiplies matrices faster than the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from composer.recordings.derived import PRODUCT, crossover
from composer.recordings.recording import Recording, Series
from composer.views.wording import clean


@dataclass(frozen=True, slots=True)
class Crossing:
    """What came out for a device and a dtype. `at` is the n from which it is faster; None where there is none."""

    device: str
    dtype: str
    at: int | None
    outcome: str

    def __str__(self) -> str:
        return f"{self.device} is faster than the CPU in {self.dtype} {self.outcome}"


def crossings(recording: Recording) -> Iterator[Crossing]:
    """Each device beside the CPU, in each dtype that both were timed in."""
    products = [each for each in recording.series if each.what == PRODUCT and recording.experiment == "matmul"]
    ours = {each.dtype: each for each in products if each.device == "cpu"}
    for series in products:
        own = ours.get(series.dtype)
        if own is not None and series.device != "cpu":
            at, outcome = crossover(own, series), _outcome(own, series)
            if outcome:
                yield Crossing(clean(recording.named(series.device)), series.dtype, at, outcome)


def _outcome(slow: Series, fast: Series) -> str:
    left, right = ({point.x: point.median for point in each.timed} for each in (slow, fast))
    shared = sorted(left.keys() & right.keys())
    faster = [x for x in shared if right[x] < left[x]]
    if not shared:
        return ""
    if faster == shared:
        return f"at every n that was timed, from {shared[0]:,} on"
    if not faster:
        return f"at no n that was timed, up to {shared[-1]:,}"
    at = crossover(slow, fast)
    return f"from n = {at:,}" if at is not None else f"at some n, and not at the largest, {shared[-1]:,}"
