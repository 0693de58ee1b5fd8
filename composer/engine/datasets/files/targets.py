"""A column of text or numbers as what is learned: classes with their names, or real values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from composer.data_reports import Task
from composer.engine.datasets.files.limits import CLASSES, GUESSED_CLASSES
from composer.engine.datasets.files.numbers import advice, missing, number
from composer.engine.datasets.wording import label, quoted, refused


@dataclass(frozen=True, slots=True)
class Targets:
    """`values` are N int64 of classes, of which class k is called `classes[k]`, or N×1 float32."""

    task: Task
    values: Tensor
    classes: tuple[str, ...] = ()


def targets_of(file: str, column: str, rows: Sequence[int], cells: Sequence[str], task: Task | None) -> Targets:
    """The targets in `cells`, which stand in these rows of a column.

    Where `task` is None, text and few different whole numbers are classes, and other numbers real values.

    Raises:
        DataError: where a cell is missing or is no number among numbers, or there are fewer than two classes.
    """
    place = f"column {quoted(column)}"
    for row, cell in zip(rows, cells, strict=True):
        if missing(cell):
            received = quoted(cell.strip()) if cell.strip() else "nothing"
            raise refused(f"{file}, row {row:,}, {place}", "a target", received, "Fill it, or leave out its row.")
    numbers = [number(cell) for cell in cells]
    if task is None:
        task = "classes" if None in numbers or _few_and_whole(numbers) else "values"
    if task == "tokens":
        raise refused(f"{file}, {place}", "classes or values", "tokens", "Texts are learned from other data.")
    if task == "classes":
        return _classes(f"{file}, {place}", cells, numbers)
    for row, cell, value in zip(rows, cells, numbers, strict=True):
        if value is None:
            raise refused(f"{file}, row {row:,}, {place}", "a number", quoted(cell.strip()), advice(cell))
    return Targets("values", torch.tensor(numbers, dtype=torch.float32).unsqueeze(1))


def _few_and_whole(numbers: Sequence[float | None]) -> bool:
    different = set(numbers)
    return len(different) <= GUESSED_CLASSES and all(each == int(each) for each in different if each is not None)


def _classes(place: str, cells: Sequence[str], numbers: Sequence[float | None]) -> Targets:
    """Classes in the order of their names; of their numbers, where all are numbers, so that 1 and 1.0 are the same."""
    labels: Sequence[float | str]
    if None in numbers:
        labels = [cell.strip() for cell in cells]
        order: list[float | str] = sorted(set(map(str, labels)))
    else:
        labels = [each for each in numbers if each is not None]
        order = sorted(set(labels), key=float)
    if not 2 <= len(order) <= CLASSES:
        advice = "Choose another column, or say that its values are real."
        raise refused(place, f"2 to {CLASSES:,} classes", f"{len(order):,}", advice)
    index = {each: at for at, each in enumerate(order)}
    values = torch.tensor([index[each] for each in labels])
    return Targets("classes", values, tuple(label(place, _name(each)) for each in order))


def _name(each: float | str) -> str:
    return str(int(each)) if isinstance(each, float) and each == int(each) else str(each)
