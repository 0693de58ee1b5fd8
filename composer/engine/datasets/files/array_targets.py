"""An array as what is learned: classes, real values, or the next tokens."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from composer.data_reports import Task
from composer.engine.datasets.files.arrays import Array
from composer.engine.datasets.files.limits import CLASSES
from composer.engine.datasets.wording import label, quoted, refused

Learned = tuple[Task, Tensor, tuple[str, ...]]


def array_targets(source: str, array: Array, inputs: Tensor, task: Task | None) -> Learned:
    """The task, the targets, and the names of classes.

    Where `task` is None, text and whole numbers are classes, those in the shape of integer inputs are tokens, and
    other numbers are real values.

    Raises:
        DataError: where the values are not of the task.
    """
    values = array.values
    column = values.ndim == 2 and values.shape[1] == 1
    if not values.size:
        raise refused(array.place, "targets", "none", "Save one for each sample.")
    if task is None:
        task = _task(values, inputs, column)
    if task == "tokens":
        return task, _tokens(array, inputs), ()
    if task == "classes":
        if values.ndim != 1 and not column:
            shape = "×".join(map(str, values.shape))
            raise refused(array.place, "one class for each sample", f"the shape {shape}", "Save N whole numbers.")
        return task, *_classes(array)
    return task, _values(array), ()


def _task(values: np.ndarray, inputs: Tensor, column: bool) -> Task:
    whole = values.dtype.kind in "biuUS"
    if whole and not inputs.is_floating_point() and values.ndim > 1 and values.shape == inputs.shape:
        return "tokens"
    return "classes" if whole and (values.ndim == 1 or column) else "values"


def _tokens(array: Array, inputs: Tensor) -> Tensor:
    if array.values.dtype.kind not in "iu" or array.values.shape != inputs.shape or inputs.is_floating_point():
        shape = "×".join(map(str, inputs.shape))
        received = f"{'×'.join(map(str, array.values.shape))} {array.values.dtype}"
        advice = "Save inputs and targets as integers of one shape."
        raise refused(array.place, f"{shape} integers, as the inputs are", received, advice)
    if array.values.min() < 0:
        raise refused(array.place, "tokens from 0", f"{array.values.min()}", "Number tokens from 0.")
    return torch.from_numpy(np.ascontiguousarray(array.values, np.int64))


def _classes(array: Array) -> tuple[Tensor, tuple[str, ...]]:
    """Classes in the order of their numbers or names."""
    if array.values.dtype.kind == "f" and not np.isfinite(array.values).all():
        raise refused(array.place, "a class for each sample", "a value that is no number", "Take it out.")
    found, indices = np.unique(array.values, return_inverse=True)
    if not 2 <= len(found) <= CLASSES:
        advice = "Choose another array, or say that its values are real."
        raise refused(array.place, f"2 to {CLASSES:,} classes", f"{len(found):,}", advice)
    names = tuple(each.decode("latin-1") if isinstance(each, bytes) else str(each) for each in found.tolist())
    for name in names:
        label(array.place, name)
    return torch.from_numpy(indices.reshape(-1).astype(np.int64)), names


def _values(array: Array) -> Tensor:
    if array.values.dtype.kind not in "biuf":
        received = f"values of type {quoted(str(array.values.dtype))}"
        raise refused(array.place, "numbers", received, "Save numbers, or learn classes.")
    with np.errstate(over="ignore"):
        values = torch.from_numpy(np.ascontiguousarray(array.values, np.float32))
    if not values.isfinite().all():
        raise refused(array.place, "finite numbers", "one that is not", "Take it out.")
    return values.unsqueeze(1) if values.dim() == 1 else values.flatten(1)
