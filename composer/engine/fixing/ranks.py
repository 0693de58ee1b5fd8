"""Inputs with a dimension too few, or with the channels elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isqrt

from composer.catalog import LAYERS
from composer.design.nodes import Layer
from composer.engine.fixing.case import Case, fix, shown
from composer.engine.fixing.placing import after, applied, before, new
from composer.errors import Fix

_CHANNELS = {"Convolution": "in_channels", "Normalization": "num_features"}


def add_dimension(case: Case) -> Iterator[Fix]:
    """Images without a channel axis; sequences without a length; vectors that are images row by row."""
    first, option = case.first, _CHANNELS.get(case.category, "")
    if not case.axes or first is None or not option or not first.dims or isinstance(first.dims[0], int):
        return
    if case.node.kind == "BatchNorm1d":  # takes features without a length, too
        return
    channels, rest = case.number(option), first.dims[1:]
    if channels is None:
        return
    if len(rest) == case.axes and channels == 1:
        edits = before(case.design, case.path, 0, [new("Unsqueeze", dim=1)])
        yield from fix("insert an Unsqueeze of dimension 1 before it", edits, certain=True)
    elif len(rest) == case.axes and channels not in rest:
        edits = before(case.design, case.path, 0, [new("Unsqueeze", dim=1)])
        label = f"insert an Unsqueeze of dimension 1 before it and set {option}=1"
        yield from fix(label, case.set(**{option: 1}), edits)
    elif len(rest) == 1 and case.axes <= 2:
        yield from _unflatten(case, channels, rest[0])
    if len(rest) >= 1 and rest[0] == channels and len(rest) != case.axes + 1:
        yield from _of_rank(case, max(1, len(rest) - 1))


def _unflatten(case: Case, channels: int, size: int | str) -> Iterator[Fix]:
    if not isinstance(size, int) or size % channels or size == channels:
        return
    side = size // channels if case.axes == 1 else isqrt(size // channels)
    if side**case.axes * channels != size or side < 2:
        return
    shape = [channels, *[side] * case.axes]
    edits = before(case.design, case.path, 0, [new("Unflatten", dim=1, unflattened_size=shape)])
    yield from fix(f"insert an Unflatten to {shown(shape)} before it", edits)


def _of_rank(case: Case, axes: int) -> Iterator[Fix]:
    """The same layer for data of the rank that comes in."""
    kind = re.sub(r"\d(?=d$)", str(axes), case.node.kind)
    if kind != case.node.kind and kind in LAYERS:
        yield Fix(f"use {kind}", ({"edit": "set_kind", "path": case.path, "kind": kind},))


def elsewhere(case: Case) -> bool:
    """Whether the channels that a layer takes are the last size of what comes in, and only that."""
    first, mismatches = case.first, case.failure.mismatches
    if not isinstance(case.node, Layer) or not case.axes or first is None or len(mismatches) != 1:
        return False
    wanted = mismatches[0].expected
    return len(first.dims) == case.axes + 2 and first.dims[-1] == wanted and wanted not in first.dims[:-1]


def move_channels(case: Case) -> Iterator[Fix]:
    """The channels moved from the last place to the second, where a layer takes them; and back behind a norm."""
    if not elsewhere(case):
        return
    rank = case.axes + 2
    there = new("Transpose", dim0=1, dim1=2) if rank == 3 else new("Permute", dims=[0, rank - 1, *range(1, rank - 1)])
    back = new("Transpose", dim0=1, dim1=2) if rank == 3 else new("Permute", dims=[0, *range(2, rank), 1])
    edits, name = before(case.design, case.path, 0, [there]), there["kind"]
    if case.category != "Normalization":
        yield from fix(f"insert a {name} before it", edits, certain=True)
        return
    behind = after(case.design, case.path, [back])
    if not behind:
        yield from fix(f"insert a {name} before it", edits)
        return
    edits = before(applied(case.design, behind), case.path, 0, [there])
    yield from fix(f"insert a {name} before it, and back after it", behind, edits, certain=True)


def last_dimension(case: Case) -> Iterator[Fix]:
    """A `dim` beyond the last dimension that comes in."""
    dim, first = case.number("dim"), case.first
    if dim is None or first is None or not first.dims or "Dimension out of range" not in case.failure.error:
        return
    if not -len(first.dims) <= dim < len(first.dims):
        yield from fix(f"set dim={len(first.dims) - 1}", case.set(dim=len(first.dims) - 1))
