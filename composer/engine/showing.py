"""Parts of a tensor's values for people: a window of a table, and pictures of matrices and filters."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from composer.engine.threads import one_thread
from composer.indices import Index, parse
from composer.tensor_reports import Number, Picture, Window

SIDE = 192
"""Cells of a heat map, down and across, at most: of larger matrices a cell is the mean of a block."""
FILTERS = 48
"""Images of a filter grid at once."""


def window(tensor: Tensor, where: str = "", top: int = 0, left: int = 0, rows: int = 50, columns: int = 20) -> Window:
    """The values at `where`, as a matrix whose columns are their last dimension: `rows` by `columns` of them.

    Raises:
        DesignError: where `where` is no index of it.
    """
    index = parse(where, tensor.shape)
    axes = _axes(index, tuple(tensor.shape))
    part = tensor.detach()[index]
    shape = tuple(part.shape)
    width = shape[-1] if shape else 1
    height = math.prod(shape[:-1])
    top, left = max(0, min(top, height - 1)), max(0, min(left, width - 1))
    found: list[tuple[Number, ...]] = []
    names: list[tuple[int, ...]] = []
    across = list(axes[-1]) if shape else [0]
    for row in range(top, min(top + rows, height)):
        place = _unravel(row, shape[:-1])
        cells = part[place][left : left + columns] if shape else part.reshape(1)
        found.append(tuple(cells.tolist()))
        names.append(tuple(axis[k] for axis, k in zip(axes[:-1], place, strict=False)))
    return Window(
        where, shape, height, width, top, left, tuple(names), tuple(across[left : left + columns]), tuple(found)
    )


def _axes(index: tuple[Index, ...], shape: tuple[int, ...]) -> list[range]:
    """The indices in the tensor, for each dimension that is left after indexing."""
    given = [each for each in index if each is not ...]
    before = index.index(...) if ... in index else len(index)
    missing = [slice(None)] * (len(shape) - len(given))
    full = [*index[:before], *missing, *index[before + 1 :]]
    return [range(size)[each] for each, size in zip(full, shape, strict=True) if isinstance(each, slice)]


def _unravel(number: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    place: list[int] = []
    for size in reversed(shape):
        number, rest = divmod(number, size)
        place.insert(0, rest)
    return tuple(place)


@one_thread()
def picture(tensor: Tensor, first: int = 0) -> Picture | None:
    """Heat maps: of a matrix, or of the filters of a convolution, beginning with number `first`.

    None where there is no picture: of fewer than two dimensions, or without values. A vector is a matrix of one row.
    """
    values = tensor.detach()
    if not values.numel() or not values.dim():
        return None
    of = "magnitudes" if values.is_complex() else ""
    while values.dim() < 2:
        values = values.unsqueeze(0)
    leading, (height, width) = tuple(values.shape[:-2]), tuple(values.shape[-2:])
    total = math.prod(leading)
    first = max(0, min(first, total - 1))
    cell = (math.ceil(height / SIDE), math.ceil(width / SIDE))
    shown = range(first, min(first + FILTERS, total)) if leading else range(1)
    places = [_unravel(number, leading) for number in shown]
    images = tuple(_image(values[place], cell) for place in places)
    return Picture(images, tuple(places), (height, width), cell, first, total, of)


def _image(matrix: Tensor, cell: tuple[int, int]) -> tuple[tuple[float, ...], ...]:
    if cell == (1, 1):
        real = matrix.abs() if matrix.is_complex() else matrix
        return tuple(map(tuple, real.cpu().double().tolist()))
    bands = []
    for band in torch.split(matrix, cell[0]):  # not all at once: no copy of a large matrix
        real = (band.abs() if band.is_complex() else band).float()
        kernel = (band.shape[0], cell[1])
        bands.append(avg_pool2d(real[None, None], kernel, ceil_mode=True, count_include_pad=False)[0, 0])
    rows = itertools.chain.from_iterable(each.tolist() for each in bands)
    return tuple(map(tuple, rows))
