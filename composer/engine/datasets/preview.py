"""A first look at data, for a page: what it is, how it is split, and some of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from composer.data_reports import ClassReport, ColumnReport, DataOptions, Picture, PreviewReport
from composer.design.document import Input
from composer.engine.datasets.base import DataSet
from composer.engine.datasets.files.looking import look, with_numbers
from composer.engine.datasets.files.reading import is_table
from composer.engine.datasets.registry import unfitted
from composer.errors import DataError

ROWS, COLUMNS, PICTURES, CLASSES = 10, 100, 4, 20
"""The most that is shown: rows, columns of what is no table of a file, pictures of a class, classes with pictures."""


def preview(which: str | Path, options: DataOptions | None = None, inputs: Sequence[Input] = ()) -> PreviewReport:
    """A first look at the data set called `which`, or at the file or folder at this path, in shapes of its own.

    Values are shown as they are, not normalized. `inputs` are a design's, for what they say of sizes and names. A table
    in which something is missing or is text is shown with its problem.

    Raises:
        DataError: where there is no such data, or nothing of it can be shown.
    """
    options = replace(options or DataOptions(), normalize="none", normalize_targets=False)
    if not (isinstance(which, Path) and is_table(which)):
        return _of_data(unfitted(which, inputs, options))
    seen = look(which, options, ROWS)
    try:
        report = _of_data(unfitted(which, inputs, options))
    except DataError as error:
        report = PreviewReport(which.name, problem=str(error))
    return replace(report, columns=seen.columns, rows=seen.rows, looked_at=seen.looked_at)


def _of_data(data: DataSet) -> PreviewReport:
    report = PreviewReport(
        data.name,
        data.text,
        data.task,
        len(data.train),
        len(data.test),
        tuple(tuple(each.shape[1:]) for each in data.train.inputs),
        tuple(data.train.targets.shape[1:]),
        _classes(data),
    )
    first = data.train.inputs[0]
    if data.images:
        return replace(report, pictures=_pictures(data))
    if data.vocabulary:
        return replace(report, rows=tuple((_text(data, row),) for row in first[:ROWS]))
    if first.dim() == 2:
        return replace(report, columns=_columns(data), rows=_rows(data), looked_at=len(data.train) + len(data.test))
    return report


def _classes(data: DataSet) -> tuple[ClassReport, ...]:
    if not data.classes:
        return ()
    train, test = (
        torch.bincount(each.targets, minlength=len(data.classes)).tolist() for each in (data.train, data.test)
    )
    return tuple(map(ClassReport, data.classes, train, test))


def _pictures(data: DataSet) -> tuple[Picture, ...]:
    """The first images of each of the first classes."""
    shown = []
    for label, name in enumerate(data.classes[:CLASSES] or ("",)):
        indices = (data.train.targets == label).nonzero()[:, 0] if data.classes else torch.arange(len(data.train))
        shown += [Picture(name, png(data.train.inputs[0][index])) for index in indices[:PICTURES]]
    return tuple(shown)


def png(image: Tensor) -> bytes:
    """An image of 1 or 3 channels × height × width, from 0 to 1, as a png file."""
    pixels = (image.float().clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    file = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(file, "PNG")
    return file.getvalue()


def _text(data: DataSet, tokens: Tensor) -> str:
    return "".join(data.vocabulary[token] for token in tokens.flatten()[:1000].tolist())


def _names(data: DataSet) -> tuple[str, ...]:
    count = min(data.train.inputs[0].shape[1], COLUMNS)
    return data.features[:count] or tuple(f"column {at + 1}" for at in range(count))


def _columns(data: DataSet) -> tuple[ColumnReport, ...]:
    values = torch.cat([data.train.inputs[0], data.test.inputs[0]]).double()
    columns = []
    for name, column in zip(_names(data), values.T, strict=False):
        report = ColumnReport(name, "input", "numbers", 0, len(torch.unique(column)))
        columns.append(with_numbers(report, column))
    return tuple(columns)


def _rows(data: DataSet) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(f"{value:g}" for value in row[:COLUMNS].tolist()) for row in data.train.inputs[0][:ROWS])
