"""Data in the shapes and types of a design's inputs, where these can hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from composer.catalog.options import DTYPES
from composer.design.document import Input
from composer.engine.datasets.base import DataSet, Split
from composer.engine.datasets.layouts import Layout, layout_of
from composer.errors import DesignError, Fix, Problem
from composer.reports import TensorType, describe

_DTYPES: dict[str, torch.dtype] = {name: getattr(torch, name) for name in DTYPES}
_INTEGERS = (torch.int64, torch.int32)


def fit(data: DataSet, inputs: Sequence[Input]) -> DataSet:
    """`data` with a tensor for each of `inputs`, in its shape and dtype. Targets stay as they are.

    A symbolic size becomes what the data has. The first size of a shape is the batch's and is not compared.
    Images are resized, flattened, and their gray repeated in every channel; other samples are flattened where the
    input is flat.

    Raises:
        DesignError: where an input cannot hold the data.
    """
    if len(data.train.inputs) != len(inputs):
        expected = f"as many inputs as the data {data.name} has, {len(data.train.inputs)}"
        raise DesignError(Problem(inputs[0].name, "data-inputs", expected, str(len(inputs))))
    places = [_place(data, index, inputs) for index in range(len(inputs))]
    train, test = (
        Split(tuple(map(_placed, split.inputs, places, inputs)), split.targets) for split in (data.train, data.test)
    )
    text = data.text
    if data.images and isinstance(places[0], Layout):
        text += f" Images of {places[0].describe(*data.train.inputs[0].shape[1:])}."
    return replace(data, train=train, test=test, text=text)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Samples that are no images lie in an input as they are, or flat."""

    shape: tuple[int, ...]

    def place(self, values: Tensor) -> Tensor:
        return values.reshape(len(values), *self.shape)


def _placed(values: Tensor, place: Layout | _Shape, each: Input) -> Tensor:
    return place.place(values).to(_DTYPES[each.dtype]).contiguous()


def _place(data: DataSet, index: int, inputs: Sequence[Input]) -> Layout | _Shape:
    """How the input of this index of the design holds the data."""
    values, each = data.train.inputs[index], inputs[index]
    own = tuple(values.shape[1:])
    images = data.images and index == 0
    shape = _sizes(each, own)
    found: Layout | _Shape | None = None
    if images and shape is not None:
        found = layout_of(shape)
        if found and found.channels not in (own[0], max(own[0], 3)):
            found = None
    elif shape is not None and shape in (own, (values[0].numel(),)):
        found = _Shape(shape)
    if found is None or not _holds(data, values, _DTYPES[each.dtype]):
        raise _unfit(data, index, inputs)
    _check_high(data, index, each)
    return found


def _sizes(each: Input, own: tuple[int, ...]) -> tuple[int, ...] | None:
    """The sizes of one sample, where symbols become those of the data; None where they cannot."""
    wanted = each.shape[1:]
    for sizes in (own, own[1:], (torch.Size(own).numel(),)):
        if len(sizes) == len(wanted):
            return tuple(size if isinstance(size, int) else sizes[at] for at, size in enumerate(wanted))
    return None


def _holds(data: DataSet, values: Tensor, dtype: torch.dtype) -> bool:
    """Whether a tensor of `dtype` can hold the values: real numbers, or integers that index something."""
    if dtype in _INTEGERS:
        return not values.is_floating_point()
    return dtype.is_floating_point and data.task != "tokens"


def _check_high(data: DataSet, index: int, each: Input) -> None:
    values = torch.cat([split.inputs[index].flatten() for split in (data.train, data.test)])
    if _DTYPES[each.dtype] not in _INTEGERS or each.high is None:
        return
    low, high = int(values.min()), int(values.max())
    if low < 0 or high >= each.high:
        received = f"values from {low:,} to {high:,}"
        raise DesignError(Problem(each.name, "data-range", f"integers from 0 to {each.high - 1:,}", received))


def _unfit(data: DataSet, index: int, inputs: Sequence[Input]) -> DesignError:
    """What the input should be, with the edit that makes it so."""
    values, each = data.train.inputs[index], inputs[index]
    own = tuple(values.shape[1:])
    batch = each.shape[0] if each.shape and isinstance(each.shape[0], str) else "N"
    dtype = "float32" if values.is_floating_point() else "int64"
    fitting = TensorType((batch, *own), dtype)
    changed = each.model_dump() | {"shape": fitting.dims, "dtype": dtype}
    if len(data.vocabulary):
        changed["high"] = len(data.vocabulary)
    every = [changed if at == index else other.model_dump() for at, other in enumerate(inputs)]
    expected = f"{describe(fitting)}, which the data {data.name} has"
    if data.images and index == 0:
        expected = f"images, such as {describe(fitting)}, which the data {data.name} has"
    fix = Fix(f"make it {describe(fitting)}", ({"edit": "set_design", "inputs": every},))
    return DesignError(Problem(each.name, "data-shape", expected, describe(TensorType(each.shape, each.dtype)), (fix,)))
