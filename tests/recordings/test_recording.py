"""What a recording says beyond its samples: medians, quartiles, rates, overheads, roofs and crossovers."""

from __future__ import annotations

import statistics
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from composer.recordings.derived import Roof, crossover, roofs
from composer.recordings.recording import AXES, Breakdown, Point, Row, Samples
from composer.recordings.settings import EXPERIMENTS, Matmul, Method, TwoDevices
from tests.recordings.building import copies, recording, series


@given(st.lists(st.floats(1e-9, 1e3), min_size=1, max_size=50))
def test_the_median_lies_between_the_quartiles_and_is_that_of_the_samples(values: list[float]) -> None:
    found = Samples(samples=tuple(values))
    low, middle, high = found.quartiles
    assert low <= middle <= high and middle == pytest.approx(statistics.median(values))
    assert (found.count, found.median) == (len(values), middle) and found.spread >= 0


def test_the_spread_is_half_a_notch() -> None:
    found = Samples(samples=(1.0, 2.0, 3.0, 4.0, 5.0))
    assert found.quartiles == (2, 3, 4)
    assert found.spread == pytest.approx(1.57 * 2 / 5**0.5 / 3)


def test_rates_are_of_the_median() -> None:
    point = Point(x=10, samples=(1.0, 2.0, 4.0), flops=2000, nbytes=1200)
    assert (point.flops_per_second, point.bytes_per_second) == (1000, 600)


def test_a_point_has_samples_or_a_failure() -> None:
    for fields in ({}, {"samples": (1.0,), "failure": "out of memory"}):
        with pytest.raises(ValidationError, match="samples or a failure"):
            Point(x=1, **fields)


def test_rows_and_overhead_add_up_to_the_total_of_the_middle_half_of_the_passes() -> None:
    slow = (0.1, 0.1, 0.1, 9.0)  # the fourth pass was disturbed, and the first was the quickest
    rows = tuple(Row(path=str(k), kind="Linear", samples=(0.01 * k, *(k * each for each in slow[1:]))) for k in (1, 2))
    found = Breakdown(what="forward", device="cpu", batch=4, whole=Samples(samples=(0.9, 1.1, 0.1, 9.9)), rows=rows)
    assert found.total == pytest.approx(1)
    assert [found.seconds(row) for row in rows] == pytest.approx([0.1, 0.2])
    assert found.overhead == pytest.approx(0.7) and found.share(found.overhead) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "samples or a failure"),
        ({"whole": Samples(samples=(1.0,)), "failure": "out of memory"}, "samples or a failure"),
        ({"whole": Samples(samples=(1.0,)), "rows": (Row(path="a", kind="ReLU"),)}, "every row has a sample"),
        (
            {
                "whole": Samples(samples=(1.0,)),
                "rows": tuple(Row(path="a", kind="ReLU", samples=(1.0,) * k) for k in (1, 2)),
            },
            "a sample of each pass",
        ),
        ({"rows": (Row(path="a", kind="ReLU", samples=(1.0,)),), "failure": "out of memory"}, "there are none"),
    ],
    ids=str,
)
def test_a_breakdown_has_samples_or_a_failure(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Breakdown(what="forward", device="cpu", batch=4, **fields)


def test_a_roof_is_of_the_best_product_and_the_copy() -> None:
    found = recording(
        copies("cpu", 100, 0.5), series("cpu", 1.0, 2.0), series("cuda:0", 1.0), copies("cuda:1", 1, 1.0)
    )  # fmt: skip
    [roof] = roofs(found)
    assert roof == Roof("cpu", "float32", 2 * 16**3 / 2.0, 400.0)
    assert (roof.at(1), roof.at(1e9)) == (400, roof.flops_per_second)


def test_a_crossover_is_where_the_fast_one_stays_ahead() -> None:
    cpu = series("cpu", 1e-6, 8e-6, 6e-5, 5e-4)
    assert crossover(cpu, series("cuda:0", 9e-6, 9e-6, 1e-5, 2e-5)) == 32
    assert crossover(cpu, series("cuda:0", 1e-9, 9e-6, 1e-5, 2e-5)) == 32, "once ahead is not enough"
    assert crossover(cpu, series("cuda:0", 1e-9, 1e-9, 1e-9, 1e-9)) is None, "it is always ahead"
    assert crossover(cpu, cpu) is None
    assert crossover(cpu, series("cuda:0", first=8)) is None


def test_devices_have_names() -> None:
    found = recording()
    assert (found.named("cuda:0"), found.named("cuda:1")) == ("A GPU", "cuda:1")
    assert (found.experiment, found.axis) == ("matmul", "n")


def test_every_experiment_has_settings_with_defaults_and_an_axis() -> None:
    assert set(AXES) == set(EXPERIMENTS)
    assert all(settings().kind == kind for kind, settings in EXPERIMENTS.items())


@pytest.mark.parametrize(
    "fields",
    [
        {"sizes": ()}, {"sizes": (8, 8)}, {"sizes": (16, 8)}, {"sizes": (0,)}, {"devices": ()}, {"devices": ("CPU",)},
        {"devices": ("cpu", "cpu")}, {"devices": ("cpu\n",)}, {"dtypes": ("int8",)}, {"copy_bytes": 2**40},
        {"surprise": 1},
    ],
    ids=str,
)  # fmt: skip
def test_settings_that_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Matmul(**fields)


def test_a_method_is_bounded() -> None:
    for fields in ({"threads": 0}, {"seconds": 0.0}, {"seconds": 1e6}, {"spread": -0.1}, {"seconds": float("nan")}):
        with pytest.raises(ValidationError):
            Method(**fields)
    with pytest.raises(ValidationError):
        TwoDevices(devices=("cuda:0",))
