"""What is left of an experiment that was stopped."""

from __future__ import annotations

from composer.recordings.pieces import together
from composer.recordings.recording import Breakdown, Point, Recording, Samples, Series
from composer.recordings.text import dumps, loads
from composer.views.timing_words import findings
from composer.views.timings import recording_lines
from tests.recordings.building import recording, series

PASS = Breakdown(what="forward", device="cpu", batch=1, whole=Samples(samples=(0.5,)))
FAILED = Series(what="a", device="cpu", points=(Point(x=1, failure="out of memory"),))


def bare(*breakdowns: Breakdown) -> Recording:
    """A piece without a point."""
    return recording().model_copy(update={"series": (), "breakdowns": breakdowns})


def test_points_of_one_series_come_together_again_and_it_is_said_that_there_are_no_more() -> None:
    cpu, gpu = series("cpu", 1.0, 2.0), series("cuda:0", 0.5)
    one, two = (cpu.model_copy(update={"points": (point,)}) for point in cpu.points)
    found = together([recording(one), recording(gpu), recording(two), bare(PASS)])
    assert found == recording(cpu, gpu, breakdowns=(PASS,), stopped=True)
    assert loads(dumps(found)) == found
    assert next(findings(found)).startswith("It was stopped before it was done")
    assert "It was stopped before it was done." in list(recording_lines(found))
    assert "stopped" not in dumps(recording()), "nothing is said of one that came to its end"


def test_where_nothing_was_timed_there_is_none() -> None:
    assert together([]) is None
    assert together([recording(FAILED), bare()]) is None
