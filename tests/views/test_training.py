"""Curves of runs: no gap breaks them, and their axes are those of their numbers."""

from __future__ import annotations

from composer.training_reports import EpochRow, ParameterRow, ParametersRow, Row, StepRow
from composer.views import training as views


def step(number: int, loss: float | None = 1.0, lr: float = 0.005, gradient: float | None = None) -> StepRow:
    return StepRow(number, 0, loss, None, lr, 1e4, 0.1, gradient)


def test_norms_that_are_taken_now_and_then_are_one_line() -> None:
    rows = [step(k, gradient=float(k) if k % 10 == 0 else None) for k in range(1, 4_002)]
    (line,) = views.curves([("a", rows)], "gradient", "‖gradient‖")["data"]
    assert line["x"] == list(range(10, 4_001, 10)) == line["y"] and line["mode"] == "lines"
    (alone,) = views.curves([("a", rows[:15])], "gradient", "‖gradient‖")["data"]
    assert alone["x"] == [10] and alone["mode"] == "markers"


def test_a_long_curve_is_thinned_and_has_its_last_point() -> None:
    (line, _test) = views.curves([("a", [step(k) for k in range(1, 4_003)])], "loss", "loss")["data"]
    assert len(line["x"]) < 1_501 and line["x"][-1] == 4_002


def test_a_learning_rate_is_drawn_from_zero() -> None:
    axis = views.curves([("a", [step(1), step(2)])], "lr", "learning rate")["layout"]["yaxis"]
    assert axis["rangemode"] == "tozero" and axis["exponentformat"] == "power"
    assert views.curves([("a", [step(1)])], "throughput", "")["layout"]["yaxis"]["exponentformat"] == "SI"


def test_zeros_are_left_out_where_the_axis_is_logarithmic() -> None:
    tested: list[Row] = [EpochRow(4, 0, 0.0, None)]
    figure = views.curves([("a", [*map(step, (1, 2, 3), (0.5, 0.0, 0.25)), *tested])], "loss", "loss", logarithmic=True)
    assert [each["x"] for each in figure["data"]] == [[1, 3], []]
    assert figure["layout"]["yaxis"] == {"title": {"text": "loss"}, "type": "log", "tickformat": "~g"}


def test_what_has_no_logarithm_has_a_linear_axis() -> None:
    for losses in ((0.0, 0.0), (0.5, -0.5)):
        figure = views.curves([("a", list(map(step, (1, 2), losses)))], "loss", "loss", logarithmic=True)
        assert figure["layout"]["yaxis"]["type"] == "linear" and figure["data"][0]["y"] == list(losses)


def test_ticks_of_small_losses_are_powers_of_ten() -> None:
    axis = views.curves([("a", [step(1, 1.0), step(2, 1e-8)])], "loss", "loss", logarithmic=True)["layout"]["yaxis"]
    assert axis["exponentformat"] == "power" and "tickformat" not in axis


def test_a_heat_map_ends_at_the_last_step_and_says_what_its_colors_are() -> None:
    row = ParameterRow("w", "", 0.0, 1.0, 1.0, None, -1.0, 1.0, (1, 2))
    rows = [ParametersRow(k, (row,)) for k in (0, 10)]
    figure = views.histograms(rows, "w")
    assert figure and figure["layout"]["xaxis"]["range"] == [0, 10]
    assert figure["data"][0]["colorbar"]["title"]["text"] == "number of values"
