"""Rows of models and files, for tests of matching."""

from __future__ import annotations

from collections.abc import Mapping

from composer.checkpoint_reports import Part, StoredTensor
from composer.reports import TensorReport

Shape = tuple[int, ...]


def model(shapes: Mapping[str, Shape | None], dtype: str = "float32", **owners: str) -> list[TensorReport]:
    """Parameters by name. `owners`: the first name of one that has several, by its other names with `__` for dots."""
    of = {name.replace("__", "."): owner for name, owner in owners.items()}
    return [TensorReport(name, shape, dtype, True, True, of.get(name, "")) for name, shape in shapes.items()]


def part(shapes: Mapping[str, Shape], dtype: str = "float32") -> Part:
    return Part("", "state dict", tuple(StoredTensor(name, shape, dtype, 0) for name, shape in shapes.items()))
