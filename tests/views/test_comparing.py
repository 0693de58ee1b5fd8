"""Histograms of several tensors: what is drawn are the exact counts, and odd tensors break nothing."""

from __future__ import annotations

import math
from itertools import pairwise

import plotly.graph_objects as go
import pytest
import torch

from composer.engine.statistics import statistics
from composer.tensor_reports import Statistics
from composer.views.comparing import OVERLAID, RIDGES, overlaid, ridges


def of(tensor: torch.Tensor) -> Statistics:
    found = statistics(tensor)
    assert found
    return found


NORMAL = of(torch.randn(5_000, generator=torch.Generator().manual_seed(0)))
CONSTANT = of(torch.full((30,), 2.0))
NOTHING = of(torch.full((4,), math.nan))


def test_outlines_are_densities() -> None:
    figure = overlaid([("a", NORMAL), ("b", CONSTANT), ("c", NOTHING)])
    go.Figure(figure)
    assert [line["name"] for line in figure["data"]] == ["a", "b"]
    for line in figure["data"]:
        widths = [right - left for left, right in pairwise(line["x"][1:-1])]
        area = sum(width * y for width, y in zip(widths, line["y"][1:-2], strict=True))
        assert area == pytest.approx(1.0)
    assert figure["data"][0]["text"][0].startswith("a: 5.00 k values, mean")


def test_ridges_are_in_order_and_as_high_as_their_fullest_bin() -> None:
    figure = ridges([("a", NORMAL), ("b", CONSTANT), ("c", NOTHING)])
    go.Figure(figure)
    assert figure["layout"]["yaxis"]["ticktext"] == ["b", "a"]
    upper, lower = figure["data"][1], figure["data"][3]
    assert (min(upper["y"]), max(upper["y"])) == (1, 2.7)
    assert (min(lower["y"]), max(lower["y"])) == (0, 1.7)
    assert sum(NORMAL.histogram.counts) == 5_000


def test_of_many_the_first_are_drawn_and_of_none_nothing() -> None:
    many = [(str(k), NORMAL) for k in range(60)]
    assert len(overlaid(many)["data"]) == OVERLAID
    assert len(ridges(many)["data"]) == 2 * RIDGES
    for figure in (overlaid([]), ridges([("c", NOTHING)])):
        go.Figure(figure)
        assert figure["data"] == []


def test_equal_constants() -> None:
    zero = of(torch.zeros(3))
    for figure in (overlaid([("a", zero), ("b", zero)]), ridges([("a", zero)])):
        go.Figure(figure)
        assert all(math.isfinite(y) for line in figure["data"] for y in line["y"])
