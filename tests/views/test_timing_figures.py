"""Timings as figures, tables and words."""

from __future__ import annotations

import csv
import io

import plotly.graph_objects as go
import pytest

from composer.recordings.recording import Breakdown, Point, Row, Samples
from composer.recordings.settings import Dispatch, Fetching, Matmul, Model, Transfers
from composer.views import timing_figures
from composer.views.breakdowns import breakdown, shares
from composer.views.rooflines import roofline
from composer.views.timing_tables import findings, said, timing_csv, timing_rows
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
    assert list(timing_figures.crossings(found)) == [(16, "cuda:0 is faster from 16")]
    assert [each["x0"] for each in timing_figures.curves([("", found)])["layout"]["shapes"]] == [16]
    assert "Cuda:0 is faster from 16." in list(findings(found))


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
    points = tuple(Point(x=n, samples=(1e-6,), flops=2 * n**3, nbytes=12 * n**2) for n in (8, 64))
    own = series("cpu", 1e-6).model_copy(update={"points": points})
    figure = roofline([("", recording(own, copies("cpu", 2**20, 1e-4)))])
    assert figure is not None
    go.Figure(figure)
    marks, roof = figure["data"]
    assert max(roof["y"]) == pytest.approx(2 * 64**3 / 1e-6) and all(y <= max(roof["y"]) for y in marks["y"])


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


def test_a_row_for_each_point_and_a_line_for_each_sample() -> None:
    failed = series("cpu", 1e-6).model_copy(update={"points": (Point(x=8, failure="out of memory"),)})
    found = recording(series("cpu", 1e-6, 2e-6), failed, settings=Fetching())
    table = timing_rows([("", found)])
    assert table["median"] == pytest.approx([1.0, 2.0, None]) and table["failure"][-1] == "out of memory"
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
