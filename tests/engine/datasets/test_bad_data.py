"""Bad data is refused with one clear error, soon, with little memory, and nothing is written."""

from __future__ import annotations

import os
import pickle
import time
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from composer.data_reports import DataOptions
from composer.engine.datasets.files import archives, class_folders, csv_file, folder, tables
from composer.engine.datasets.registry import load
from composer.errors import DataError
from tests.engine.datasets.bad_arrays import BAD_ARRAYS
from tests.engine.datasets.bad_images import BAD_ARCHIVES, BAD_FOLDERS
from tests.engine.datasets.bad_tables import BAD_TABLES
from tests.engine.datasets.making import Make, csv, image, zipped

Cases = Mapping[str, tuple[Make, dict[str, Any], str]]
MADE: list[tuple[Cases, str]] = [(BAD_ARRAYS, "a.npz"), (BAD_ARCHIVES, "a.zip"), (BAD_FOLDERS, "a.zip")]
ENDINGS = "a file that ends in .csv, .tsv, .txt, .npz, .zip"
SECONDS = 2
MEMORY = 100 * 2**20


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in folder.rglob("*")}


def told(path: Path, options: dict[str, Any]) -> str:
    """What is said of the data at `path`, after it was seen that it took neither long nor much."""
    before, began = tree(path.parent), time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(DataError) as caught:
            load(path, options=DataOptions(**options))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < SECONDS
    assert peak < MEMORY
    assert tree(path.parent) == before
    text = str(caught.value)
    assert len(text) <= 300
    assert text.isprintable()
    assert text.endswith(".")
    return text


@pytest.mark.parametrize("case", BAD_TABLES)
def test_bad_tables(tmp_path: Path, case: str) -> None:
    content, options, text = BAD_TABLES[case]
    assert told(csv(tmp_path / "a.csv", content), options) == text


@pytest.mark.parametrize(
    ("cases", "name", "case"),
    [(cases, name, case) for cases, name in MADE for case in cases],
    ids=[f"{name}: {case}" for cases, name in MADE for case in cases],
)
def test_bad_arrays_archives_and_folders(tmp_path: Path, cases: Cases, name: str, case: str) -> None:
    make, options, text = cases[case]
    assert told(make(tmp_path / name), options) == text


def test_there_are_many() -> None:
    assert len(BAD_TABLES) + sum(len(cases) for cases, _ in MADE) >= 140


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "a CSV file, received nothing that is there. Check the name, or bring the file here again."),
        ("a.json", f"{ENDINGS}, received “.json”. Choose one, or rename it."),
        ("a", f"{ENDINGS}, received a name without one. Choose one, or rename it."),
    ],
)
def test_what_is_not_there(tmp_path: Path, name: str, text: str) -> None:
    assert told(tmp_path / name, {}) == f"{name}: expects {text}"


@pytest.mark.skipif(os.name == "nt", reason="files without holes")
@pytest.mark.parametrize(
    ("name", "most"), [("a.csv", "268,435,456"), ("a.npz", "2,147,483,648"), ("a.zip", "2,147,483,648")]
)
def test_what_is_too_large_is_not_read(tmp_path: Path, name: str, most: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(2**40)
    expected = f"{name}: expects at most {most} bytes, received 1,099,511,627,776. Use a part of it."
    assert told(tmp_path / name, {}) == expected


@pytest.mark.parametrize(
    ("module", "limit", "name", "text"),
    [
        (tables, "ROWS", "a.csv", "a.csv: expects at most 3 rows, received more. Use a part of it."),
        (csv_file, "CELLS", "a.csv", "a.csv: expects at most 3 cells, received more. Leave out columns or rows."),
        (archives, "ENTRIES", "a.zip", "a.zip: expects at most 3 entries, received 4. Use a part of them."),
        (archives, "ARCHIVE_BYTES", "a.zip", "a.zip: expects at most 3 bytes, received "),
        (class_folders, "IMAGES", "a.zip", "a.zip: expects at most 3 images, received 4. Use a part of them."),
        (class_folders, "CLASSES", "a.zip", "a.zip: expects 2 to 3 folders of classes, received 4. Arrange them as"),
        (class_folders, "VALUES", "a.zip", "a.zip: expects at most 0 images of this size, received 4. Use fewer, or"),
        (folder, "ENTRIES", "a", "a: expects at most 3 files of 2,147,483,648 bytes together, received more."),
        (folder, "ARCHIVE_BYTES", "a", "a: expects at most 100,000 files of 3 bytes together, received more."),
        (folder, "DEPTH", "a", "a: expects at most 0 folders in folders, received more."),
    ],
)
def test_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: Any, limit: str, name: str, text: str) -> None:
    monkeypatch.setattr(module, limit, 0 if limit == "DEPTH" else 3)
    csv(tmp_path / "a.csv", "1,2\n3,4\n5,6\n7,8\n")
    images = {f"{at}/1.png": image() for at in range(4)}
    zipped(tmp_path / "a.zip", images)
    for each, content in images.items():
        (tmp_path / "a" / each).parent.mkdir(parents=True)
        (tmp_path / "a" / each).write_bytes(content)
    assert told(tmp_path / name, {}).startswith(text)


def test_a_refusal_is_short_whatever_the_file_says(tmp_path: Path) -> None:
    name = "x" * 200 + ".csv"
    text = told(csv(tmp_path / name, f"{'a' * 90},b\n{'z' * 500},1\n"), {})
    assert text.endswith("Leave out its column, or write numbers for what it says.")


def test_a_refusal_passes_between_processes(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load(tmp_path / "a.csv")
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert (again.place, again.advice) == ("a.csv", "Check the name, or bring the file here again.")
