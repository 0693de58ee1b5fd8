"""A `.npz` file as data: arrays of inputs, and one of what is learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from composer.data_reports import DataOptions
from composer.design.document import Input
from composer.engine.datasets.assembling import Samples, assembled
from composer.engine.datasets.base import DataSet
from composer.engine.datasets.files.array_targets import array_targets
from composer.engine.datasets.files.arrays import Array, arrays
from composer.engine.datasets.wording import quoted, refused

INPUT_NAMES = ("x", "inputs", "data", "images", "features")
TARGET_NAMES = ("y", "targets", "target", "labels", "label")
_TESTED = "_test"
_INTEGERS = ("int64", "int32")


def npz_file(path: Path, options: DataOptions, inputs: Sequence[Input] = ()) -> DataSet:
    """The arrays at `path`: inputs N×…, targets N, N×k or N×L.

    Inputs are the arrays called like the design's, else the one called x, inputs, data, images or features; the target
    is the one that the options name, else y, targets, target, labels or label. Where there are also some that end in
    `_train` and `_test`, these are the splits. Arrays of 0 to 255 in the shape of images are images.

    Raises:
        DataError: where it is no file of plain arrays, or they do not belong together.
    """
    found = arrays(path)
    chosen = _chosen(path.name, found, options, [each.name for each in inputs])
    whole = [each.dtype in _INTEGERS for each in inputs] or [False] * len(chosen.inputs)
    first, images = _images(chosen.inputs[0])
    if not images:
        first = _tensor(path.name, chosen.inputs[0], whole[0])
    rest = [_tensor(path.name, each, integers) for each, integers in zip(chosen.inputs[1:], whole[1:], strict=True)]
    task, targets, classes = array_targets(path.name, chosen.target, first, options.task)
    tested = torch.arange(chosen.train, len(targets)) if chosen.train is not None else None
    text = f"The arrays in {quoted(path.name)}, which learn {quoted(chosen.target.name)}."
    samples = Samples(
        path.name,
        text,
        task,
        (first, *rest),
        targets,
        classes,
        images,
        _vocabulary(task, first, targets),
        tested=tested,
    )
    return assembled(samples, options)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Arrays of as many samples each; the first `train` are to train with, where the file says so."""

    inputs: tuple[Array, ...]
    target: Array
    train: int | None = None


def _chosen(source: str, found: Mapping[str, Array], options: DataOptions, wanted: Sequence[str]) -> _Chosen:
    suffix = "_train" if any(name.endswith("_train") for name in found) else ""
    lower = {name.lower(): name for name in found}
    named = [lower.get(f"{name.lower()}{suffix}", "") for name in wanted]
    if not named or not all(named):
        named = [_one(source, lower, INPUT_NAMES, suffix, "inputs")]
    target = options.target or _one(source, lower, TARGET_NAMES, suffix, "targets")
    if target not in found:
        raise refused(source, f"an array {quoted(target)}", _listed(found), "Choose one that it has.")
    train = [found[name] for name in named], found[target]
    counts = _count(source, [*train[0], train[1]])
    if not suffix:
        return _Chosen(tuple(train[0]), train[1])
    tests = [lower.get(name.lower().removesuffix(suffix) + _TESTED) for name in (*named, target)]
    if not all(tests):
        raise refused(source, "arrays that end in _train and _test", _listed(found), "Add those that are missing.")
    test = [found[name] for name in tests if name]
    _count(source, test)
    joined = [_joined(source, one, two) for one, two in zip((*train[0], train[1]), test, strict=True)]
    return _Chosen(tuple(joined[:-1]), joined[-1], counts)


def _one(source: str, lower: Mapping[str, str], names: Sequence[str], suffix: str, what: str) -> str:
    for name in names:
        if f"{name}{suffix}" in lower:
            return lower[f"{name}{suffix}"]
    expected = f"an array of {what} called {names[0]}{suffix} or {names[1]}{suffix}"
    raise refused(source, expected, _listed(lower), "Save it under such a name.")


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(quoted(name, 20) for name in list(names)[:3]) + (" …" if len(names) > 3 else "")


def _count(source: str, found: Sequence[Array]) -> int:
    first, *rest = found
    for each in found:
        if not each.values.ndim:
            raise refused(each.place, "an array of samples", "a single number", "Save one value for each sample.")
    for each in rest:
        if len(each.values) != len(first.values):
            expected = f"{len(first.values):,} samples, as in {quoted(first.name, 20)}"
            raise refused(each.place, expected, f"{len(each.values):,}", "Save as many of each.")
    return len(first.values)


def _joined(source: str, train: Array, test: Array) -> Array:
    if train.values.shape[1:] != test.values.shape[1:] or train.values.dtype.kind != test.values.dtype.kind:
        expected = f"the shape and type of {quoted(train.name, 20)}, {_described(train)}"
        raise refused(test.place, expected, _described(test), "Save both alike.")
    return Array(train.name, train.place, np.concatenate([train.values, test.values]))


def _described(array: Array) -> str:
    return f"{'×'.join(map(str, ('N', *array.values.shape[1:])))} {array.values.dtype}"


def _images(array: Array) -> tuple[Tensor, bool]:
    """Images N×channels×height×width from 0 to 1, where that is what the values are."""
    values = array.values
    if values.dtype == np.uint8 and values.ndim == 3:
        values = values[:, None]
    elif values.ndim == 4 and values.shape[3] in (1, 3) and values.shape[1] not in (1, 3):
        values = values.transpose(0, 3, 1, 2)
    none = torch.empty(0), False
    if values.ndim != 4 or values.shape[1] not in (1, 3) or values.dtype.kind not in "iuf" or not values.size:
        return none
    most = 255 if values.dtype.kind in "iu" else 1
    if not (values.min() >= 0 and values.max() <= most):
        return none
    return torch.from_numpy(np.ascontiguousarray(values, np.float32)) / most, True


def _tensor(source: str, array: Array, integers: bool) -> Tensor:
    values = array.values
    if values.dtype.kind not in "biuf":
        raise refused(array.place, "numbers", f"values of type {quoted(str(values.dtype))}", "Save numbers.")
    if not values.size:
        raise refused(array.place, "values", f"none: its shape is {_described(array)}", "Save samples of one size.")
    if integers and values.dtype.kind in "biu":
        return torch.from_numpy(np.ascontiguousarray(values, np.int64))
    with np.errstate(over="ignore"):
        numbers = torch.from_numpy(np.ascontiguousarray(values, np.float32))
    if not numbers.isfinite().all():
        row = int((~numbers.flatten(1).isfinite().all(1)).nonzero()[0]) if numbers.dim() > 1 else 0
        raise refused(f"{array.place}, index {row:,}", "finite numbers", "one that is not", "Take it out.")
    return numbers.unsqueeze(1) if numbers.dim() == 1 else numbers


def _vocabulary(task: str, inputs: Tensor, targets: Tensor) -> tuple[str, ...]:
    if task != "tokens":
        return ()
    return tuple(map(str, range(int(max(inputs.max(), targets.max())) + 1)))
