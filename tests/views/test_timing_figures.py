"""Timings as figures, tables and words."""

from __future__ import annotations

import csv
import io

import plotly.graph_objects as go
import pytest

from composer.recordings.recording import Breakdown, Point, Row, Samples, Series
from composer.recordings.settings import Dispatch, Fetching, Matmul, Model, Transfers
from composer.views import timing_figures
from composer.views.breakdowns import breakdown, explained, part_rows, shares
from composer.views.crossings import crossings
from composer.views.recording_names import full_names, told_apart
from composer.views.rooflines import roofless, roofline
from composer.views.timing_tables import timing_csv, timing_rows
from composer.views.timing_words import findings, notes, said
from tests.recordings.building import copies, recording, series


def test_curves_are_medians_with_quartiles_on_logarithmic_axes() -> None:
    found = recording(series("cpu", 1e-6, 8e-6), series("cuda:0", 4e-6, 4e-6))
    figure = timing_figures.curves([("", found)])
    go.Figure(figure)
    assert [each["name"] for each in figure["data"]] == ["A processor · float32", "A GPU · float32"]
    assert figure["data"][0]["y"] == [1e-6, 8e-6] and figure["layout"]["xaxis"]["type"] == "log"
    rates = timing_figures.curves([("", found)], "per second")["data"][0]["y"]
    assert rates == pytest.approx([2 * 8**3 / 1e-6, 2 * 16**3 / 8e-6])


def test_where_a_device_overtakes_the_cpu_is_marked() -> None:
    found = recording(series("cpu", 1e-6, 8e-6), series("cuda:0", 4e-6, 4e-6))
    layout = timing_figures.curves([("", found)])["layout"]
    assert [each["x0"] for each in layout["shapes"]] == [16]
    assert [each["text"] for each in layout["annotations"]] == ["A GPU · float32: faster from 16"]
    assert "A GPU is faster than the CPU in float32 from n = 16." in list(findings(found))


def test_marks_of_two_dtypes_and_machines_stand_above_each_other_in_the_figure() -> None:
    rows = [
        series(device, *seconds, dtype=dtype)
        for dtype in ("float32", "float16")
        for device, seconds in (("cpu", (1e-6, 8e-6)), ("cuda:0", (4e-6, 4e-6)))
    ]
    found = recording(*rows)
    layout = timing_figures.curves([("here", found), ("there", found)])["layout"]
    assert len({each["text"] for each in layout["annotations"]}) == 4
    shifts = {each["yshift"] for each in layout["annotations"]}
    assert len(shifts) == 4 and layout["margin"]["t"] > max(shifts) + 12


@pytest.mark.parametrize(
    ("gpu", "outcome"),
    [
        ((1e-6, 1e-6), "at every n that was timed, from 8 on"),
        ((9e-6, 9e-6), "at no n that was timed, up to 16"),
        ((1e-6, 9e-6), "at some n, and not at the largest, 16"),
    ],
)
def test_a_device_that_wins_everywhere_or_never_is_said_to(gpu: tuple[float, float], outcome: str) -> None:
    found = recording(series("cpu", 2e-6, 8e-6), series("cuda:0", *gpu))
    assert [(each.at, each.outcome) for each in crossings(found)] == [(None, outcome)]


@pytest.mark.parametrize(("last", "dtick"), [(1.4e-6, None), (9e-6, "D2"), (1e-1, 1)])
def test_axes_have_numbers_however_few_decades_they_span(last: float, dtick: object) -> None:
    layout = timing_figures.curves([("", recording(series("cpu", 1e-6, last)))])["layout"]
    assert layout["xaxis"]["ticktext"] == ["8", "16"]
    assert layout["yaxis"]["tickformat"] == "~s" and layout["yaxis"].get("dtick") == dtick


def test_names_tell_apart_what_differs_and_ids_what_does_not() -> None:
    one, other = recording(design="MLP"), recording(design="LeNet")
    assert told_apart({"a": one}) == {"a": ""}
    assert told_apart({"a": one, "b": other}) == {"a": "MLP", "b": "LeNet"}
    assert told_apart({"a": one, "b": one}) == {"a": "a", "b": "b"}
    assert full_names({"a": one, "b": one, "c": other})["a"] == "MLP, A processor, 2026-01-31 23:59 (a)"


def test_a_cpu_that_the_name_says_is_not_said_twice() -> None:
    found = recording()
    assert timing_figures.label("A processor", found, found.series[0]) == "cpu · float32 · A processor"


def test_recordings_lie_over_each_other_each_under_its_name() -> None:
    found = recording(series("cpu", 1e-6, 2e-6))
    figure = timing_figures.curves([("here", found), ("there", found)])
    assert [each["name"] for each in figure["data"]] == [
        "A processor · float32 · here",
        "A processor · float32 · there",
    ]
    assert figure["data"][0]["line"]["dash"] != figure["data"][1]["line"]["dash"]


def test_a_roof_needs_both_peaks() -> None:
    assert roofline([("", recording(series("cpu", 1e-6)))]) is None
    shown = [("", recording(_products(1e-6, 8, 1024), copies("cpu", 2**20, 1e-4)))]
    figure = roofline(shown)
    assert figure is not None and not list(roofless(shown))
    go.Figure(figure)
    marks, roof = figure["data"]
    assert max(roof["y"]) == pytest.approx(2 * 1024**3 / 1e-6) and all(y <= max(roof["y"]) for y in marks["y"])
    assert "at n = 1,024" in marks["name"] and not roof["showlegend"]


def test_small_products_are_no_peak_unless_they_take_long() -> None:
    copy = copies("cpu", 2**20, 1e-4)
    small = [("", recording(_products(1e-6, 8, 64), copy))]
    assert roofline(small) is None
    [reason] = roofless(small)
    assert reason.startswith("A processor · float32: no roof, as the largest product, n = 64, took 1.00 µs.")
    assert roofline([("", recording(_products(5e-3, 8, 64), copy))]) is not None
    [reason] = roofless([("", recording(_products(5e-3, 8, 64)))])
    assert "no copy was timed" in reason


def _products(seconds: float, *sizes: int) -> Series:
    points = tuple(Point(x=n, samples=(seconds,), flops=2 * n**3, nbytes=12 * n**2) for n in sizes)
    return series("cpu", 1e-6).model_copy(update={"points": points})


def test_a_copy_is_drawn_where_it_is_what_was_timed() -> None:
    assert timing_figures.curves([("", recording(copies("cpu", 1024, 1e-6), settings=Transfers()))])["data"]
    assert not timing_figures.curves([("", recording(copies("cpu", 1024, 1e-6), settings=Matmul()))])["data"]


def test_bars_are_times_or_relative_to_the_first() -> None:
    rows = (series("cpu", 2e-6, what="eager", dtype=""), series("cpu", 1e-6, what="by hand", dtype=""))
    found = recording(*rows, settings=Dispatch())
    assert [each["y"] for each in timing_figures.bars([("", found)])["data"]] == [[2e-6], [1e-6]]
    figure = timing_figures.bars([("", found)], relative=True)
    go.Figure(figure)
    assert [each["y"] for each in figure["data"]] == [[1.0], [0.5]]
    assert figure["layout"]["yaxis"]["title"]["text"] == "time, relative to eager"


def test_parts_and_overhead_add_up_to_the_whole() -> None:
    rows = tuple(Row(path=f"l{k}", kind="Linear", samples=(1e-5,)) for k in range(40))
    found = Breakdown(what="forward", device="cpu", batch=1, whole=Samples(samples=(5e-4,)), rows=rows)
    parts = shares(found)
    assert sum(each.seconds for each in parts) == pytest.approx(5e-4) and parts[-1].path == "overhead"
    figure = breakdown(found)
    go.Figure(figure)
    assert sum(figure["data"][0]["x"]) == pytest.approx(5e-4)
    assert "16 others" in figure["layout"]["yaxis"]["ticktext"]


def test_parts_that_sum_to_more_than_the_whole_are_explained() -> None:
    rows = tuple(Row(path=f"l{k}", kind="Linear", samples=(6e-5,)) for k in range(2))
    found = Breakdown(what="forward", device="cpu", batch=1, whole=Samples(samples=(1e-4,)), rows=rows)
    assert explained(found).startswith("A forward pass in eval mode, without gradients.")
    assert "sum to more than the whole: to 120% of it" in explained(found) and "−20%" in explained(found)
    figure = breakdown(found)
    assert figure["data"][0]["text"][-1] == "−20.0 µs · −20.0%" and figure["layout"]["xaxis"]["range"][0] < -2e-5
    table = part_rows(found)
    assert table["path"] == ["l0", "l1", "overhead"] and table["part"] == pytest.approx([60, 60, -20])
    backward = Breakdown(what="backward", device="cpu", batch=1, whole=found.whole, rows=rows[:1])
    assert "in train mode" in explained(backward) and "between its nodes" in explained(backward)


def test_a_copy_beside_products_has_no_n() -> None:
    found = recording(series("cpu", 1e-6), copies("cpu", 2**20, 1e-3))
    table = timing_rows([("", found)])
    assert table["series"][-1] == "A processor · copy of 1.00 MiB" and table["x"] == [8, None]
    assert "A processor reads and writes 1.95 GiB/s in a copy." in list(findings(found))


def test_what_a_transfer_reached_is_said_with_its_size() -> None:
    found = recording(copies("cpu", 2**20, 1e-3), settings=Transfers())
    assert "A processor · within memory: 1.95 GiB/s at most, in copies of 1.00 MiB." in list(findings(found))
    assert said(found).startswith("Timed were copies within the memory of the CPU.")
    assert said(recording(settings=Dispatch(), design="Net")).startswith("Timed was the forward pass of Net")


def test_notes_are_said_once_after_all_that_they_are_about() -> None:
    rows = [series("cpu", 1e-6, what=what).model_copy(update={"note": "the same norms"}) for what in ("a", "b")]
    found = recording(*rows, settings=Fetching())
    assert list(notes([found, found])) == ["a, b: the same norms"]


def test_few_samples_are_marked() -> None:
    many = series("cpu", 1e-6).model_copy(update={"points": (Point(x=8, samples=(1e-6,) * 3),)})
    found = recording(series("cpu", 1e-6), many, settings=Fetching())
    assert timing_rows([("", found)])["remark"] == ["few samples: quartiles say little", ""]
    first, second = timing_figures.curves([("", found)])["data"]
    assert timing_figures.has_few([("", found)])
    assert (first["marker"]["symbol"], second["marker"]["symbol"]) == (["circle-open"], ["circle"])


def test_a_row_for_each_point_and_a_line_for_each_sample() -> None:
    failed = series("cpu", 1e-6).model_copy(update={"points": (Point(x=8, failure="out of memory"),)})
    found = recording(series("cpu", 1e-6, 2e-6), failed, settings=Fetching())
    table = timing_rows([("", found)])
    assert table["median"] == pytest.approx([1.0, 2.0, None]) and table["remark"][-1] == "out of memory"
    lines = list(csv.DictReader(io.StringIO(timing_csv([("here", found)]))))
    assert [line["seconds"] for line in lines] == ["1e-06", "2e-06", ""] and lines[-1]["failure"] == "out of memory"


def test_words_say_what_was_timed_how_and_on_what() -> None:
    text = said(recording(settings=Model(), design="Net"))
    for part in (
        "training steps of Net",
        "1 thread",
        "A processor",
        "cuda:0 is a A GPU",
        "torch 2.13.0",
        "Load at the start: 0.50",
    ):
        assert part in text
