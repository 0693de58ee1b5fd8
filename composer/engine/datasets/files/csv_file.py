"""A CSV file as data: all columns but one are inputs, and that one is learned."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from pathlib import Path

import torch

from composer.data_reports import DataOptions
from composer.engine.datasets.assembling import Samples, assembled
from composer.engine.datasets.base import DataSet
from composer.engine.datasets.files.limits import CELLS
from composer.engine.datasets.files.numbers import advice, number, numbers
from composer.engine.datasets.files.tables import Table, open_table
from composer.engine.datasets.files.targets import targets_of
from composer.engine.datasets.wording import quoted, refused
from composer.errors import DataError


def csv_file(path: Path, options: DataOptions) -> DataSet:
    """The table at `path`: inputs N×columns float32; the target is the last column, or the one the options name.

    Raises:
        DataError: where it is no table of numbers, or its target cannot be learned.
    """
    with open_table(path, options) as table:
        roles = roles_of(table, options)
        values, rows, cells = _read(table, roles)
    if not rows:
        raise refused(path.name, "rows of data", "only a header", "Add rows, or say that there is no header.")
    inputs = torch.frombuffer(values, dtype=torch.float32).reshape(len(rows), len(roles.inputs))
    targets = targets_of(path.name, table.names[roles.target], rows, cells, options.task)
    features = tuple(table.names[at] for at in roles.inputs)
    text = f"The table {quoted(path.name)}, which learns {quoted(table.names[roles.target])}."
    samples = Samples(path.name, text, targets.task, (inputs,), targets.values, targets.classes, features=features)
    return assembled(samples, options, "standard")


@dataclass(frozen=True, slots=True)
class Roles:
    """Which columns of a table are inputs, and which is the target."""

    inputs: tuple[int, ...]
    target: int


def roles_of(table: Table, options: DataOptions) -> Roles:
    """The columns' roles as the options give them.

    Raises:
        DataError: where they name a column that is not there, or leave no input.
    """
    for name in (*options.skip, options.target):
        if name and name not in table.names:
            shown = ", ".join(map(quoted, table.names[:3]))
            raise refused(table.name, f"a column {quoted(name)}", f"a table of {shown} …", "Choose one that it has.")
    target = table.names.index(options.target) if options.target else _last(table, options)
    left = {target, *(table.names.index(name) for name in options.skip)}
    inputs = tuple(at for at in range(len(table.names)) if at not in left)
    if not inputs:
        received = f"{len(table.names)}" if not options.skip else "none that is not left out"
        advice = "Say which delimiter it has, or add a column."
        raise refused(table.name, "a column to learn from, beside the target", received, advice)
    return Roles(inputs, target)


def _last(table: Table, options: DataOptions) -> int:
    """The last column that is not left out; the very last where all are."""
    kept = [at for at, name in enumerate(table.names) if name not in options.skip]
    return kept[-1] if kept else len(table.names) - 1


def _read(table: Table, roles: Roles) -> tuple[array[float], list[int], list[str]]:
    """The inputs one after another, the number of each row, and the target's cells."""
    values, rows, cells = array("f"), [], []
    for row, found in table.rows:
        texts = [found[at] for at in roles.inputs]
        read = numbers(texts)
        if read is None:
            raise _no_number(table, roles, row, texts)
        values.extend(read)
        rows.append(row)
        cells.append(found[roles.target])
        if len(values) > CELLS:
            raise refused(table.name, f"at most {CELLS:,} cells", "more", "Leave out columns or rows.")
    return values, rows, cells


def _no_number(table: Table, roles: Roles, row: int, texts: list[str]) -> DataError:
    at, cell = next((at, cell) for at, cell in zip(roles.inputs, texts, strict=True) if number(cell) is None)
    received = quoted(cell.strip()) if cell.strip() else "nothing"
    return refused(table.cell(row, at), "a number", received, advice(cell))
