"""CSV files, row by row: how they are written is found out from their first rows, and every row must agree."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from composer.data_reports import DataOptions
from composer.engine.datasets.files.limits import COLUMNS, LINE, ROWS, TABLE_BYTES
from composer.engine.datasets.files.numbers import number
from composer.engine.datasets.files.regular import opened
from composer.engine.datasets.wording import label, quoted, refused
from composer.errors import DataError

DELIMITERS = ",;\t|"
_HEAD = 20  # lines from which the way of writing is found out
_SIGNS = (
    (b"PK\3\4", "an Excel workbook or a zip archive", "Export the table as CSV."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Export the table as CSV."),
    (b"\x1f\x8b", "a compressed file", "Unpack it first."),
    (b"PAR1", "a Parquet file", "Export the table as CSV."),
    (b"\x93NUMPY", "a NumPy array", "Save it with numpy.savez, as .npz."),
    (b"\xff\xfe", "text in UTF-16", "Save it as UTF-8."),
    (b"\xfe\xff", "text in UTF-16", "Save it as UTF-8."),
)


@dataclass(frozen=True, slots=True)
class Table:
    """An open table of a file called `name`. `rows` gives, once, the number of each row in the file and its cells.

    Numbers count from 1 and include the header and blank rows, as spreadsheets do; blank rows are left out.
    """

    name: str
    names: tuple[str, ...]
    delimiter: str
    header: bool
    rows: Iterator[tuple[int, Sequence[str]]]

    def cell(self, row: int, column: int) -> str:
        """The place of a cell, for a message."""
        return f"{self.name}, row {row:,}, column {quoted(self.names[column])}"


@contextmanager
def open_table(path: Path, options: DataOptions) -> Iterator[Table]:
    """The table in the CSV file at `path`, text in UTF-8.

    Raises:
        DataError: where it is none, also while its rows are read.
    """
    with opened(path, TABLE_BYTES, "a CSV file") as (file, _):
        _check_start(path.name, file.read(4096))
        file.seek(0)
        with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            yield _table(path.name, text, options)


def _check_start(name: str, start: bytes) -> None:
    for sign, what, advice in _SIGNS:
        if start.startswith(sign):
            raise refused(name, "a CSV file, text in UTF-8", what, advice)
    if b"\0" in start:
        raise refused(name, "a CSV file, text in UTF-8", "bytes that are no text", "Export the table as CSV.")


def _table(name: str, text: io.TextIOWrapper, options: DataOptions) -> Table:
    delimiter = options.delimiter or _delimiter(_first_lines(name, text))
    if len(delimiter) != 1 or delimiter in '"\r\n ':
        raise refused(name, "a delimiter of one character", quoted(delimiter), "Use a comma, semicolon or tab.")
    text.seek(0)
    rows = _rows(name, csv.reader(_lines(name, text), delimiter=delimiter, strict=True))
    first = next(rows, None)
    if first is None:
        raise refused(name, "a table", "nothing but blank lines", "Save or download it again.")
    header = options.header if options.header is not None else all(number(cell) is None for cell in first[1])
    names = _names(name, first[1]) if header else tuple(f"column {at + 1}" for at in range(len(first[1])))
    if not header:
        rows = _chained(first, rows)
    return Table(name, names, delimiter, header, _even(name, rows, len(names)))


def _first_lines(name: str, text: io.TextIOWrapper) -> list[str]:
    return list(islice((line for line in _lines(name, text) if line.strip()), _HEAD))


def _lines(name: str, text: io.TextIOWrapper) -> Iterator[str]:
    """The lines of a file, none longer than is read at once."""
    count = 0
    try:
        while line := text.readline(LINE):
            count += 1
            if len(line) == LINE:
                raise refused(
                    f"{name}, line {count:,}", f"fewer than {LINE:,} characters", "more", "Check that it is a CSV file."
                )
            if "\0" in line:
                raise refused(f"{name}, line {count:,}", "text", "a zero byte", "Export the table as CSV again.")
            yield line
    except UnicodeDecodeError:
        place = f"{name}, line {_undecodable(text):,}"
        raise refused(place, "text in UTF-8", "bytes of another encoding", "Save it as UTF-8.") from None


def _undecodable(text: io.TextIOWrapper) -> int:
    """The number of the first line that is not UTF-8."""
    decoder, count = codecs.getincrementaldecoder("utf-8")(), 1
    file = cast(BinaryIO, text.buffer)
    file.seek(0)
    while piece := file.readline(LINE):
        try:
            decoder.decode(piece)
        except UnicodeDecodeError:
            break
        count += piece.endswith(b"\n")
    return count


def _delimiter(lines: list[str]) -> str:
    """The delimiter with which most of the first lines have as many cells as the first one, and more than one."""

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            counts = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            return 0, 0
        cells, agreeing = Counter(counts).most_common(1)[0] if counts else (1, 0)
        return (agreeing, cells) if cells > 1 else (0, 0)

    return max(DELIMITERS, key=fit)


def _rows(name: str, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with its number."""
    count = 0
    while True:
        count += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            advice = "Check the quotes: inside a quoted cell, a quote is written twice."
            raise refused(
                f"{name}, row {count:,}", "cells that quotes tell apart", f"others ({error})", advice
            ) from None
        if count > ROWS:
            raise refused(name, f"at most {ROWS:,} rows", "more", "Use a part of it.")
        if row:
            yield count, row


def _chained(first: tuple[int, list[str]], rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    yield first
    yield from rows


def _names(name: str, cells: Sequence[str]) -> tuple[str, ...]:
    names = tuple(cell.strip() or f"column {at + 1}" for at, cell in enumerate(cells))
    place = f"{name}, row 1"
    for found, times in Counter(names).items():
        label(place, found)
        if times > 1:
            raise refused(place, "another name for each column", f"{quoted(found)} {times} times", "Rename one.")
    return names


def _even(name: str, rows: Iterator[tuple[int, list[str]]], columns: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Rows that have as many cells as the first one."""
    if columns > COLUMNS:
        raise refused(name, f"at most {COLUMNS:,} columns", f"{columns:,}", "Leave some out.")
    for count, row in rows:
        if len(row) != columns:
            raise _ragged(name, count, len(row), columns)
        yield count, row


def _ragged(name: str, row: int, cells: int, columns: int) -> DataError:
    advice = "Put cells that hold the delimiter in quotes, and fill what is missing."
    return refused(f"{name}, row {row:,}", f"{columns:,} cells, as in the first row", f"{cells:,}", advice)
