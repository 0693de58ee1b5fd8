"""A first look at data."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas
import pytest
from PIL import Image

from composer.data_reports import ClassReport, DataOptions
from composer.design.document import Input
from composer.engine.datasets.preview import preview
from composer.engine.datasets.registry import DATA_SETS, load
from composer.errors import DataError
from tests.engine.datasets.making import csv, noise, npz, zipped


@pytest.mark.parametrize("name", DATA_SETS)
def test_every_bundled_set_has_one(name: str) -> None:
    report, data = preview(name), load(name)
    assert (report.name, report.task, report.train, report.test) == (name, data.task, len(data.train), len(data.test))
    assert report.shapes == (tuple(data.train.inputs[0].shape[1:]),)
    assert sum(each.train for each in report.classes) in (0, report.train)
    assert sum(each.test for each in report.classes) in (0, report.test)
    assert bool(report.pictures) == data.images
    assert bool(report.columns) == (not data.images and data.task != "tokens")
    assert report.problem == ""


def test_pictures_are_the_images() -> None:
    report, data = preview("digits"), load("digits")
    assert [each.label for each in report.pictures] == [str(at // 4) for at in range(40)]
    shown = Image.open(io.BytesIO(report.pictures[5].png))
    assert (shown.size, shown.mode) == ((8, 8), "L")
    second = data.train.inputs[0][data.train.targets == 1][1, 0]
    assert (np.asarray(shown) == (second * 255).round().numpy()).all()


def test_columns_are_described_as_pandas_does(tmp_path: Path) -> None:
    frame = pandas.DataFrame({"a": [1.5, 2, 2, -1], "b": ["x", "y", "x", "x"], "c": [1, None, 3, 3], "d": [0, 1, 0, 1]})
    frame.to_csv(tmp_path / "a.csv", index=False)
    report = preview(tmp_path / "a.csv")
    assert report.problem.startswith("a.csv, row 2, column “b”: expects a number, received “x”.")
    assert report.rows[1] == ("2.0", "y", "", "1")
    assert [(each.name, each.role, each.kind, each.missing, each.different) for each in report.columns] == [
        ("a", "input", "numbers", 0, 3),
        ("b", "input", "text", 0, 2),
        ("c", "input", "numbers", 1, 2),
        ("d", "target", "numbers", 0, 2),
    ]
    for column in report.columns:
        if column.kind == "numbers":
            real = frame[column.name]
            found = [column.low, column.high, column.mean, column.std]
            assert found == pytest.approx([real.min(), real.max(), real.mean(), real.std(ddof=0)])
    better = preview(tmp_path / "a.csv", DataOptions(skip=("b", "c"), test_share=0.5))
    assert better.problem == ""
    assert better.classes == (ClassReport("0", 1, 1), ClassReport("1", 1, 1))
    assert [each.role for each in better.columns] == ["input", "left out", "left out", "target"]


def test_only_the_first_rows_of_a_long_table_are_looked_at(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "a.csv", np.arange(150_000).reshape(-1, 3), "%d", delimiter=",")
    report = preview(tmp_path / "a.csv", DataOptions(task="values"))
    assert (report.looked_at, report.train + report.test) == (33_333, 50_000)


def test_arrays_and_images(tmp_path: Path) -> None:
    inputs = [Input(name="a", shape=("N", 2)), Input(name="b", shape=("N", 3))]
    report = preview(npz(tmp_path / "a.npz", a=np.ones((5, 2)), b=np.ones((5, 3)), y=np.arange(5.0)), inputs=inputs)
    assert (report.shapes, report.target_shape, report.looked_at) == (((2,), (3,)), (1,), 5)
    assert report.rows[0] == ("1", "1")
    files = {f"{name}/{at}.png": noise(at) for name in "ab" for at in range(3)}
    report = preview(zipped(tmp_path / "a.zip", files), inputs=[Input(shape=("N", 1, 20, 30))])
    assert report.shapes == ((1, 20, 30),)
    assert Image.open(io.BytesIO(report.pictures[0].png)).size == (30, 20)
    assert preview("characters").rows[0] == ("The Time Traveller (for so it wi",)


def test_what_cannot_be_shown_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.csv, row 2: expects 2 cells, as in the first row, received 1\."):
        preview(csv(tmp_path / "a.csv", "a,b\n1\n"))
    with pytest.raises(DataError, match=r"a\.csv: expects a column “c”, received a table of “a”, “b” …\."):
        preview(csv(tmp_path / "a.csv", "a,b\n1,2\n"), DataOptions(target="c"))


def test_what_a_table_says_is_shown_as_a_short_line(tmp_path: Path) -> None:
    report = preview(csv(tmp_path / "a.csv", f"a,b\n{'x' * 100},\x1b[31m\n"))
    assert report.rows == (("x" * 59 + "…", "�[31m"),)
