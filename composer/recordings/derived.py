"""What follows from recordings: a device's measured peak, and where one series overtakes another."""

from __future__ import annotations

from dataclasses import dataclass

from composer.recordings.recording import Recording, Series

COPY = "copy"
PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Roof:
    """What a device reached at most: FLOPs per second in a product, and bytes per second in a copy."""

    device: str
    dtype: str
    flops_per_second: float
    bytes_per_second: float

    def at(self, intensity: float) -> float:
        """FLOPs per second that it can reach at so many FLOPs for each byte that is moved."""
        return min(self.flops_per_second, intensity * self.bytes_per_second)


def roofs(recording: Recording) -> tuple[Roof, ...]:
    """The roof of every device and dtype that a recording of products has both peaks of."""
    bandwidth = {
        each.device: max(point.bytes_per_second for point in each.timed)
        for each in recording.series
        if each.what == COPY and each.timed
    }
    return tuple(
        Roof(each.device, each.dtype, max(point.flops_per_second for point in each.timed), bandwidth[each.device])
        for each in recording.series
        if each.what == PRODUCT and each.timed and each.device in bandwidth
    )


def crossover(slow: Series, fast: Series) -> int | None:
    """The x from which `fast` takes less time at every x that both have; None where there is none, or it always does.

    Compared are medians.
    """
    left, right = ({point.x: point.median for point in each.timed} for each in (slow, fast))
    shared = sorted(left.keys() & right.keys())
    slower = [x for x in shared if right[x] >= left[x]]
    if not slower:
        return None
    return next((x for x in shared if x > slower[-1]), None)
