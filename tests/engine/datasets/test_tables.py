"""Tables in CSV files, against what pandas reads in them."""

from __future__ import annotations

import csv as python_csv
import io
import math
from pathlib import Path

import numpy as np
import pandas
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer import templates
from composer.data_reports import DataOptions
from composer.design.document import Input
from composer.engine.datasets.files.numbers import number, numbers
from composer.engine.datasets.registry import load
from tests.engine.datasets.making import csv, whole

PLAIN = DataOptions(normalize="none")


def test_a_table_is_what_pandas_reads(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame(rng.normal(size=(50, 4)) * [1, 1e-20, 1e20, 100], columns=["a", "b", "c d", "ü"])
    frame["kind"] = rng.choice(["rose", "iris", "a, b"], 50)
    frame.to_csv(tmp_path / "a.csv", index=False)
    data = load(tmp_path / "a.csv", options=PLAIN)
    assert (data.name, data.task, data.classes) == ("a.csv", "classes", ("a, b", "iris", "rose"))
    assert data.features == ("a", "b", "c d", "ü")
    inputs, targets = whole(data)
    found = sorted((*row, data.classes[target]) for row, target in zip(inputs.tolist(), targets, strict=True))
    read = pandas.read_csv(tmp_path / "a.csv").astype(dict.fromkeys(data.features, "float32"))
    assert found == sorted(map(tuple, read.astype(object).values.tolist()))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_how_it_is_written_is_found_out(tmp_path: Path, delimiter: str, header: bool, newline: str) -> None:
    lines = [["height", "width", "sort"]] if header else []
    lines += [["1.5", "-2e3", "x"], ["+.5", "7.", "y"], [" 3 ", "0", "x"]]
    text = newline.join(delimiter.join(line) for line in lines)
    data = load(
        csv(tmp_path / "a.csv", b"\xef\xbb\xbf" + text.encode()), options=DataOptions(normalize="none", test_share=0)
    )
    assert data.features == (("height", "width") if header else ("column 1", "column 2"))
    found = sorted(zip(data.train.inputs[0].tolist(), data.train.targets.tolist(), strict=True))
    assert found == [([0.5, 7.0], 1), ([1.5, -2000.0], 0), ([3.0, 0.0], 0)]


@pytest.mark.parametrize(
    ("cells", "task", "classes"),
    [
        (["1", "2", "1", "2.0"], "classes", ("1", "2")),
        (["10", "9", "-1", "9"], "classes", ("-1", "9", "10")),
        (["b", "a ", "10", "9"], "classes", ("10", "9", "a", "b")),
        (["1.5", "2", "1", "2.0"], "values", ()),
        ([str(each) for each in range(30)], "values", ()),
        (["yes", "no"] * 5, "classes", ("no", "yes")),
    ],
)
def test_what_the_target_is(tmp_path: Path, cells: list[str], task: str, classes: tuple[str, ...]) -> None:
    path = csv(tmp_path / "a.csv", "x,y\n" + "".join(f"{at},{cell}\n" for at, cell in enumerate(cells)))
    data = load(path, options=PLAIN)
    assert (data.task, data.classes) == (task, classes)
    inputs, targets = whole(data)
    for value, target in zip(inputs[:, 0].int().tolist(), targets.flatten().tolist(), strict=True):
        cell = cells[value].strip()
        assert (target == float(cell)) if task == "values" else (classes[target] == cell.removesuffix(".0"))


def test_options_choose_columns_and_task(tmp_path: Path) -> None:
    path = csv(tmp_path / "a.csv", "id,sort,a,b\nq,1,2,3\nr,2,4,5\ns,1,6,7\n")
    data = load(path, options=DataOptions(target="sort", skip=("id",), normalize="none", test_share=0))
    assert (data.features, data.task) == (("a", "b"), "classes")
    assert data.text == "The table “a.csv”, which learns “sort”. 3 samples to train with, 0 to test with."
    values = load(path, options=DataOptions(target="a", skip=("id", "b"), task="values", test_share=0))
    assert values.train.targets.shape == (3, 1)
    assert load(path, options=DataOptions(skip=("id", "b"))).features == ("sort",), "the last that is left is learned"
    plain = csv(tmp_path / "b.csv", "1,2,3\n4,5,6\n7,8,9\n")
    assert load(plain, options=DataOptions(target="column 1")).features == ("column 2", "column 3")
    assert len(load(plain, options=DataOptions(header=True, test_share=0)).train) == 2


def test_quoted_cells_and_blank_lines(tmp_path: Path) -> None:
    text = '\n"a","b","say ""so"""\n1,2,"x\ny"\n\n3,4,z\n'
    with pytest.raises(Exception, match="names of 1 to 100 characters that can be shown, received “x�y”"):
        load(csv(tmp_path / "a.csv", text))
    data = load(csv(tmp_path / "a.csv", text.replace("x\ny", 'x,""y""')))
    assert set(data.classes) == {'x,"y"', "z"}
    assert data.features == ("a", "b")


def test_a_table_fits_a_design(tmp_path: Path) -> None:
    design = templates.load("mlp")
    rng = np.random.default_rng(0)
    np.savetxt(tmp_path / "a.csv", np.c_[rng.normal(size=(40, 20)), rng.integers(0, 3, 40)], delimiter=",")
    data = load(tmp_path / "a.csv", design.inputs)
    assert data.train.inputs[0].shape[1:] == (20,)
    assert abs(data.train.inputs[0].mean(0)).max() < 1e-5
    assert load(tmp_path / "a.csv", [Input(shape=("N", "D"), dtype="float64")]).train.inputs[0].dtype == torch.float64


NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=10)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_python_writes_is_read_back(tmp_path: Path, data: st.DataObject) -> None:
    columns = data.draw(st.integers(1, 5))
    rows = data.draw(st.lists(st.lists(NUMBERS, min_size=columns, max_size=columns), min_size=2, max_size=20))
    names = data.draw(st.lists(NAMES, min_size=columns + 1, max_size=columns + 1, unique=True))
    labels = data.draw(
        st.lists(st.sampled_from(["cat", 'a "dog"', "fish, fried", "鸟"]), min_size=len(rows), max_size=len(rows))
    )
    labels[:2] = ["cat", "鸟"]
    delimiter = data.draw(st.sampled_from(",;\t|"))
    file = io.StringIO()
    writer = python_csv.writer(file, delimiter=delimiter, quoting=data.draw(st.sampled_from([0, 1])))
    writer.writerows([names, *([*row, label] for row, label in zip(rows, labels, strict=True))])
    options = DataOptions(normalize="none", delimiter=delimiter, header=True, seed=data.draw(st.integers(0, 9)))
    found = load(csv(tmp_path / "a.csv", file.getvalue()), options=options)
    assert found.features == tuple(names[:-1])
    inputs, targets = whole(found)
    read = [(*row, found.classes[target]) for row, target in zip(inputs.tolist(), targets.tolist(), strict=True)]
    assert sorted(read) == sorted((*row, label) for row, label in zip(rows, labels, strict=True))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(-(2.0**100), 2.0**100, width=32), NUMBERS), min_size=2, max_size=20))
def test_statistics_are_undone(tmp_path: Path, rows: list[tuple[float, float]]) -> None:
    path = csv(tmp_path / "a.csv", "".join(f"{a!r},{b!r}\n" for a, b in rows))
    options = DataOptions(task="values", normalize="standard", test_share=0)
    data, plain = (
        load(path, options=options),
        load(path, options=DataOptions(task="values", normalize="none", test_share=0)),
    )
    assert data.normalization
    assert all(map(math.isfinite, (*data.normalization.shift, *data.normalization.scale)))
    assert data.train.inputs[0].isfinite().all()
    spread = max(abs(value) for value, _ in rows)
    back = data.normalization.undo(data.train.inputs[0])
    assert torch.allclose(back, plain.train.inputs[0], rtol=1e-3, atol=1e-5 * spread + 1e-30)


CELLS = st.text("012.eE+-_ ,\t\x1c\xa0１١∞ni", max_size=5)


@settings(max_examples=300)
@given(st.lists(CELLS | st.floats(width=32).map(repr), min_size=1, max_size=3))
def test_numbers_of_a_row_are_those_of_its_cells(cells: list[str]) -> None:
    single = [number(cell) for cell in cells]
    assert numbers(cells) == (None if None in single else single)
