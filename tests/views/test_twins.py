"""Runs of tied parameters beside their untied twins, as figures and rows."""

from __future__ import annotations

from composer.training_reports import ParameterRow, ParametersRow
from composer.views.twins import apart, positions


def row(name: str, owner: str = "", like: str = "", apart: float | None = None) -> ParameterRow:
    return ParameterRow(name, owner, 0.0, 1.0, 2.0, None, None, None, like=like, apart=apart)


TIED = [ParametersRow(step, (row("a"), row("b", "a", "a", 0.0), row("c"))) for step in (0, 5)]
TWIN = [ParametersRow(step, (row("a"), row("b", "", "a", step / 10), row("c"))) for step in (0, 5)]


def test_every_place_is_a_row() -> None:
    found = positions(TIED, TWIN)
    assert [(each.name, each.like) for each in found] == [("a", ""), ("b", "a")]
    assert (found[1].tied.apart, found[1].twin.apart) == (0.0, 0.5)


def test_other_runs_are_no_twins() -> None:
    other = [ParametersRow(5, (row("a"), row("b")))]
    assert positions(TIED, TIED) == positions(TWIN, TIED) == positions(TIED, other) == positions(TIED, []) == ()


def test_the_differences_are_lines() -> None:
    one, two = apart([("tied", TIED, "red"), ("twin", TWIN, "blue")], ["b"], "difference")["data"]
    assert (one["name"], one["x"], one["y"]) == ("b, tied", [0, 5], [0.0, 0.0])
    assert (two["name"], two["y"]) == ("b, twin", [0.0, 0.5])
    assert (one["line"]["color"], two["line"]["color"]) == ("red", "blue")


def test_lines_that_would_hide_each_other_are_one() -> None:
    rows = [ParametersRow(step, (row("b", apart=0.0), row("c", apart=0.0), row("d", apart=step))) for step in (0, 5)]
    one, two = apart([("tied", rows, "red")], ["b", "c", "d"], "difference")["data"]
    assert (one["name"], two["name"]) == ("b, c, tied", "d, tied")
    assert one["line"]["dash"] != two["line"]["dash"] and one["line"]["color"] == two["line"]["color"]


def test_they_are_compared_after_the_same_step() -> None:
    (_first, found) = positions([*TIED, ParametersRow(9, TIED[1].parameters)], [*TWIN, ParametersRow(7, ())])
    assert found.twin.apart == 0.5
    assert positions(TIED[:1], TWIN[1:]) == ()
