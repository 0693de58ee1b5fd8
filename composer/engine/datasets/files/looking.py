"""A first look at a table, also at one that cannot be trained on yet: its columns, and what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch

from composer.data_reports import ColumnReport, DataOptions, Kind, Role
from composer.engine.datasets.files.csv_file import Roles, roles_of
from composer.engine.datasets.files.numbers import missing, number
from composer.engine.datasets.files.tables import Table, open_table
from composer.engine.datasets.wording import readable

CELLS = 100_000
"""Cells that are looked at."""
_CELL = 60  # characters of one that is shown


@dataclass(frozen=True, slots=True)
class Look:
    """The columns of a table, by the `looked_at` first rows, and the cells of the very first."""

    columns: tuple[ColumnReport, ...]
    rows: tuple[tuple[str, ...], ...]
    looked_at: int


def look(path: Path, options: DataOptions, shown: int) -> Look:
    """What is in the table at `path`, with `shown` rows. Cells may be missing, or text.

    Raises:
        DataError: where it is no table, or the options name a column that is not there.
    """
    with open_table(path, options) as table:
        roles = roles_of(table, options)
        most = max(CELLS // len(table.names), 1)
        rows = [cells for _, cells in islice(table.rows, most)]
        columns = tuple(_column(table, roles, at, [cells[at] for cells in rows]) for at in range(len(table.names)))
    return Look(columns, tuple(tuple(readable(cell, _CELL) for cell in cells) for cells in rows[:shown]), len(rows))


def _column(table: Table, roles: Roles, at: int, cells: Sequence[str]) -> ColumnReport:
    role: Role = "target" if at == roles.target else "input" if at in roles.inputs else "left out"
    known = [cell.strip() for cell in cells if not missing(cell)]
    numbers = [value for cell in known if (value := number(cell)) is not None]
    kind: Kind = "mixed"
    if not known:
        kind = "empty"
    elif not numbers:
        kind = "text"
    elif len(numbers) == len(known):
        kind = "numbers"
    different = len(set(numbers) if kind == "numbers" else set(known))
    report = ColumnReport(table.names[at], role, kind, len(cells) - len(known), different)
    return with_numbers(report, torch.tensor(numbers, dtype=torch.float64))


def with_numbers(report: ColumnReport, values: torch.Tensor) -> ColumnReport:
    """The report with what describes `values`, where there are any."""
    if not len(values):
        return report
    low, high, mean, std = (
        float(each) for each in (values.min(), values.max(), values.mean(), values.std(correction=0))
    )
    return ColumnReport(report.name, report.role, report.kind, report.missing, report.different, low, high, mean, std)
