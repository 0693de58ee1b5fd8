"""Results of a run: distributions where the output is one, images where the input is."""

from __future__ import annotations

import io
import math

import pytest
from PIL import Image

from composer.reports import ArrayReport
from composer.ui.results import distributions, duration, image


def array(values: list[float], *shape: int, dtype: str = "float32", truncated: bool = False) -> ArrayReport:
    return ArrayReport("output", shape, dtype, tuple(values), truncated)


def test_scores_become_probabilities() -> None:
    rows = distributions(array([0.0, 0.0, 1000.0, 0.0], 2, 2))
    assert rows == [[0.5, 0.5], [1.0, 0.0]]


def test_probabilities_stay_what_they_are() -> None:
    assert distributions(array([0.25, 0.75], 1, 2)) == [[0.25, 0.75]]


@pytest.mark.parametrize(
    "output",
    [
        array([1.0], 1, 1),
        array([1.0, math.nan], 1, 2),
        array([1.0, math.inf], 1, 2),
        array([0.0] * 4, 1, 2, 2),
        array([0.0] * 100, 1, 100),
        array([1.0, 2.0], 1, 2, truncated=True),
        ArrayReport("output", (1, 2), "int64", (1, 2)),
    ],
)
def test_others_are_no_distribution(output: ArrayReport) -> None:
    assert distributions(output) is None


@pytest.mark.parametrize("shape", [(2, 1, 2, 2), (2, 2, 2), (2, 4)])
def test_images(shape: tuple[int, ...]) -> None:
    picture = image(array([0.0, 0.5, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0], *shape), 0)
    assert picture
    with Image.open(io.BytesIO(picture)) as opened:
        assert opened.size == (2, 2)
        assert list(opened.tobytes()) == [0, 128, 255, 255]


def test_no_images() -> None:
    assert image(array([0.0] * 6, 2, 3), 0) is None
    assert image(array([0.0] * 4, 2, 4), 1) is None, "values that were left out"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.000705, "0.705 ms"), (0.266, "266 ms"), (0.9996, "1.00 s"), (1234.5, "1,234.50 s")]
)
def test_a_time_is_no_power_of_ten(seconds: float, text: str) -> None:
    assert duration(seconds) == text
