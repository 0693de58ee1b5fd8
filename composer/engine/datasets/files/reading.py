"""A person's file or folder as data, by what its name ends in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from composer.data_reports import DataOptions
from composer.design.document import Input
from composer.engine.datasets.assembling import check_options
from composer.engine.datasets.base import DataSet
from composer.engine.datasets.files.csv_file import csv_file
from composer.engine.datasets.files.folder import folder
from composer.engine.datasets.files.npz_file import npz_file
from composer.engine.datasets.files.zip_file import zip_file
from composer.engine.datasets.wording import quoted, refused

Reader = Callable[[Path, DataOptions, Sequence[Input]], DataSet]


def read(path: Path, options: DataOptions, inputs: Sequence[Input] = ()) -> DataSet:
    """The data in the file or folder at `path`, in shapes of its own; `inputs` are the names to look for in arrays.

    Raises:
        DataError: where it is not as it should be. Nothing is written.
    """
    check_options(options)
    if path.is_dir():
        return folder(path, options)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        received = quoted(path.suffix) if path.suffix else "a name without one"
        raise refused(path.name, f"a file that ends in {', '.join(READERS)}", received, "Choose one, or rename it.")
    return reader(path, options, inputs)


def is_table(path: Path) -> bool:
    """Whether the name of a file says that it is a table."""
    return READERS.get(path.suffix.lower()) is _table and not path.is_dir()


def _table(path: Path, options: DataOptions, inputs: Sequence[Input]) -> DataSet:
    return csv_file(path, options)


def _archive(path: Path, options: DataOptions, inputs: Sequence[Input]) -> DataSet:
    return zip_file(path, options)


READERS: Mapping[str, Reader] = {".csv": _table, ".tsv": _table, ".txt": _table, ".npz": npz_file, ".zip": _archive}
"""By the endings of files."""
