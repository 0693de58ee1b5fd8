"""Gradients on the Parameters page: those of the last look at this design, with what it was of, or none."""

from __future__ import annotations

import csv
import io
import json

import pytest
from streamlit.testing.v1 import AppTest

from composer.signals import GradientsReport
from composer.tensor_reports import Statistics
from composer.ui import looking, models
from composer.ui.looking import Asked
from composer.ui.weights.seen import seen
from composer.views.held import held_csv, held_json
from composer.workspace import Workspace
from tests.ui.pages import checked, document, settled
from tests.ui.test_initialize import rows as cells
from tests.ui.test_weights import NET, apply, choose, click, look_for, open_page, said, table


@pytest.fixture
def opened(workspace: Workspace) -> AppTest:
    """The page with a net of three layers, whose live model is new."""
    id = workspace.create(NET).id
    models.pool().close(id)
    return open_page(id)


def look() -> GradientsReport:
    """What a look at gradients finds now."""
    looking.begin(document("net"), Asked("random", 8, None, 0, "squares", True))
    found = document("net").gradients
    assert found and found.job.wait(60) and found.job.result
    return found.job.result.report


def show_gradients(app: AppTest) -> AppTest:
    return settled(app.segmented_control(key="weights:of:net").set_value("gradient").run())


def test_without_a_look_there_are_none_and_it_says_how_to_get_some(opened: AppTest) -> None:
    show_gradients(opened)
    assert "No gradients yet of this design as it is" in said(opened)
    assert table(opened)["mean"].isna().all()


def test_the_table_has_the_gradients_of_the_last_look(opened: AppTest) -> None:
    report = look()
    show_gradients(opened)
    found = table(opened)
    for each in report.parameters:
        assert each.gradient
        line = found.loc[each.name]
        assert (line["mean"], line["norm"], line["max"]) == (each.gradient.mean, each.gradient.norm, each.gradient.high)
        assert list(line["values"]) == list(each.gradient.histogram.counts)
    assert "Gradients in train mode · 8 samples" in said(opened)


def test_one_parameter_has_its_gradient_beside_its_values(opened: AppTest) -> None:
    report = look()
    choose(opened, "0.weight")
    values, gradient = cells(opened, 0)
    assert (values[0], gradient[0]) == ("values", "gradient")
    assert report.parameters[0].gradient and gradient[5] == f"{report.parameters[0].gradient.norm:.4g}"
    assert len(opened.get("plotly_chart")) == 3, "two histograms and a picture"


def test_values_that_changed_since_are_told(opened: AppTest) -> None:
    look()
    choose(opened, "0.weight")
    assert "the values have changed since" not in said(opened)
    apply(opened, "0.weight", "[0, 0]", "set", "42")
    assert "the values have changed since" in said(opened)
    click(opened, "undo")
    assert "the values have changed since" not in said(opened)


def test_another_design_has_none_and_frozen_ones_say_so(opened: AppTest) -> None:
    look()
    look_for(opened, "0.weight")
    click(opened, "freeze")
    assert "It is frozen: it gets no gradient." in said(opened)
    look()
    checked(opened.run())
    assert "No gradient: it is frozen." in said(opened)
    assert [line[0] for line in cells(opened, 0)] == ["values"]


def test_tied_names_have_one_gradient(opened: AppTest) -> None:
    choose(opened, "2.weight", "4.weight")
    click(opened, "tie")
    look()
    show_gradients(opened)
    found = table(opened)
    assert found.loc["2.weight", "norm"] == found.loc["4.weight", "norm"] > 0


def test_files_have_gradients_where_there_are_any(opened: AppTest) -> None:
    held = document("net").weights
    assert held and held.known
    rows = held.known[1].rows
    assert "grad_norm" not in held_csv(rows, {})
    look()
    there = seen(document("net"), rows)
    assert there and not there.old
    gradients: dict[str, Statistics] = dict(there.gradients)
    del gradients["0.bias"]
    lines = list(csv.DictReader(io.StringIO(held_csv(rows, gradients))))
    assert float(lines[0]["grad_norm"]) == gradients["0.weight"].norm and lines[1]["grad_norm"] == ""
    records = json.loads(held_json(rows, gradients))
    assert records[0]["gradient"]["zeros"] == gradients["0.weight"].zeros and "gradient" not in records[1]
    assert sum(records[0]["gradient"]["histogram"]["counts"]) == 32
