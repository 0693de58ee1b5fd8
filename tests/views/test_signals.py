"""Figures and files of a look at gradients: what they show is what the report says."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest
import torch

from composer import templates
from composer.engine.build import live
from composer.engine.data import Sample
from composer.engine.gradients import gradients
from composer.signals import GradientsReport
from composer.views.signal_files import layers_csv, parameters_csv, report_json, uses_csv
from composer.views.signals import RIDGES, depth_figure, histogram_figure, number, ridge_figure, ridges, signal_figure


@pytest.fixture(scope="module")
def report() -> GradientsReport:
    torch.manual_seed(0)
    return gradients(live(templates.load("tied_mlp")), Sample((torch.randn(16, 4),), (), "made"), "squares")


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_one_chart_has_the_way_forward_and_back(report: GradientsReport) -> None:
    forward, backward = signal_figure(report)["data"]
    assert forward["y"] == [each.std for each in report.layers]
    assert backward["y"] == [each.gradient for each in report.layers]
    assert signal_figure(report)["layout"]["yaxis"]["type"] == "log"


def test_norms_by_depth(report: GradientsReport) -> None:
    weights, others = depth_figure(report)["data"]
    norms = {each.name: each.gradient.norm for each in report.parameters if each.gradient}
    assert weights["y"] == [norm for name, norm in norms.items() if name.endswith("weight")]
    assert others["x"] == [1, 3, 5]


def test_a_ridge_for_each_parameter(report: GradientsReport) -> None:
    data = ridge_figure(report)["data"]
    assert len(data) == 2 * len(ridges(report)) == 2 * len(report.parameters)
    assert ridge_figure(report)["layout"]["yaxis"]["ticktext"][-1] == "0.weight"


def test_of_many_parameters_weights_are_drawn_first() -> None:
    deep = torch.nn.Sequential(*(torch.nn.Linear(2, 2) for _ in range(50)))
    many = gradients(deep, Sample((torch.randn(2, 2),), (), ""), "sum")
    assert len(ridges(many)) == RIDGES
    assert all(len(each.shape) == 2 for each in ridges(many))


def test_a_histogram_has_every_entry(report: GradientsReport) -> None:
    row = report.parameters[0]
    (bars,) = histogram_figure(row)["data"]
    assert sum(each or 0 for each in bars["y"]) == 32
    assert row.gradient and bars["x"][0] > row.gradient.low  # type: ignore[operator]


def test_files(report: GradientsReport) -> None:
    rows = lines(parameters_csv(report))
    assert [row["name"] for row in rows] == [each.name for each in report.parameters]
    assert float(rows[2]["gradient_norm"]) == report.parameters[2].gradient.norm  # type: ignore[union-attr]
    assert rows[2]["also_known_as"] == "4.weight"
    assert [row["path"] for row in lines(layers_csv(report))] == [str(k) for k in range(7)]
    uses = lines(uses_csv(report))
    assert [row["use"] for row in uses] == ["2.weight", "4.weight", "sum", "2.bias", "4.bias", "sum"]
    parts = [[float(each) for each in row["first_values"].split()] for row in uses[:3]]
    assert [a + b for a, b in zip(*parts[:2], strict=True)] == pytest.approx(parts[2], abs=1e-6)
    assert json.loads(report_json(report))["parameters"][0]["gradient"]["norm"] > 0


def test_what_is_not_finite_is_text_in_json() -> None:
    model = torch.nn.Linear(2, 2)
    found = gradients(model, Sample((torch.full((1, 2), math.inf),), (), ""), "sum")
    assert set(found.parameters[0].flags) == {"not-finite"}
    assert "Infinity" not in report_json(found) and "NaN" not in report_json(found)
    assert histogram_figure(found.parameters[0])["data"] == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "?"), (0.0, "0"), (0.12345, "0.123"), (-0.5, "−0.5"), (1234.5, "1,234"), (1.5e-7, "1.50·10⁻⁷"),
        (2e5, "2.00·10⁵"), (math.inf, "not finite"), (999.7, "1,000"),
    ],
)  # fmt: skip
def test_numbers(value: float | None, text: str) -> None:
    assert number(value) == text
