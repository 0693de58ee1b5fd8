"""What a live model holds, as rows for a table and as files."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from composer.reports import ShapesReport, TensorReport, under
from composer.tensor_reports import HeldTensor, ModuleReport, Statistics

COLUMNS = (
    "path", "shape", "dtype", "device", "count", "requires_grad", "mean", "std", "min", "max", "norm", "zeros", "nan",
    "inf", "tied",
)  # fmt: skip
NUMBERS = ("mean", "std", "min", "max", "norm", "zeros", "nan", "inf")
"""The columns that are statistics; those of a gradient have the same names after `grad_`."""


def rows_of(report: ShapesReport) -> tuple[HeldTensor, ...]:
    """What the preview of a design knows of its tensors, as if they held no values yet."""
    return tuple(map(HeldTensor, report.tensors))


def modules_of(report: ShapesReport) -> dict[str, ModuleReport]:
    """The modules of a design, as far as its preview knows."""
    return {path: ModuleReport(step.kind, step.kind == "Sequential") for path, step in report.steps.items()}


def groups(rows: Sequence[HeldTensor]) -> dict[str, tuple[str, ...]]:
    """The names of each tensor that has several, by each of them."""
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.tensor.owner or row.name, []).append(row.name)
    return {name: tuple(names) for names in found.values() if len(names) > 1 for name in names}


def record(row: HeldTensor, tied: Sequence[str] = ()) -> dict[str, Any]:
    """A row by the names of its columns. None is unknown; `tied` are all names of the tensor."""
    tensor = row.tensor
    known = {"count": tensor.count, "requires_grad": tensor.trainable if tensor.parameter else None}
    shape = None if tensor.shape is None else list(tensor.shape)
    place = {"path": tensor.name, "shape": shape, "dtype": tensor.dtype, "device": row.device or None}
    return {**place, **known, **numbers(row.statistics), "tied": [name for name in tied if name != tensor.name]}


def numbers(found: Statistics | None) -> dict[str, float | int | None]:
    """Statistics by the names of their columns; None is unknown."""
    if found is None:
        return dict.fromkeys(NUMBERS)
    values = (found.mean, found.std, found.low, found.high, found.norm, found.zeros, found.nan)
    return dict(zip(NUMBERS, (*values, found.plus_inf + found.minus_inf), strict=True))


def shown_shape(tensor: TensorReport) -> str:
    """`8×4`, `scalar`; what torch calls it where it is not known."""
    if tensor.shape is None:
        return "<UninitializedParameter>" if tensor.parameter else "<UninitializedBuffer>"
    return "×".join(map(str, tensor.shape)) or "scalar"


def held_csv(rows: Sequence[HeldTensor], gradients: Mapping[str, Statistics]) -> str:
    """The rows as a file for a spreadsheet, and `gradients` where there are any. What is unknown is empty."""
    same, file = groups(rows), io.StringIO()
    more = [f"grad_{name}" for name in NUMBERS] if gradients else []
    writer = csv.DictWriter(file, (*COLUMNS, *more), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = record(row, same.get(row.name, ()))
        shape = cells["shape"]
        if gradients:
            cells |= {f"grad_{name}": value for name, value in numbers(gradients.get(row.name)).items()}
        writer.writerow({**cells, "shape": shown_shape(row.tensor) if shape else "", "tied": " ".join(cells["tied"])})
    return file.getvalue()


def held_json(rows: Sequence[HeldTensor], gradients: Mapping[str, Statistics]) -> str:
    """The rows as JSON, with their histograms and `gradients`; null is unknown."""
    same, records = groups(rows), []
    for row in rows:
        cells = record(row, same.get(row.name, ()))
        cells |= _histogram(row.statistics)
        found = gradients.get(row.name)
        if found:
            cells["gradient"] = {**numbers(found), **_histogram(found)}
        records.append({key: _finite(value) for key, value in cells.items()})
    return json.dumps(records, ensure_ascii=False, indent=1, allow_nan=False)


def _histogram(found: Statistics | None) -> dict[str, Any]:
    if found is None or not found.histogram.counts:
        return {}
    bins = found.histogram
    return {"histogram": {"low": bins.low, "high": bins.high, "counts": bins.counts}}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def blocks(rows: Sequence[HeldTensor], modules: Sequence[str]) -> list[tuple[str, int, int | None]]:
    """The modules that have tensors: path, level and number of parameters, tied ones once; None while unknown."""
    inside: dict[str, dict[str, int | None]] = {}
    order = {path: place for place, path in enumerate(modules)}
    for row in rows:
        path = row.name.rpartition(".")[0]
        while True:
            counts = inside.setdefault(path, {})
            if row.tensor.parameter:
                counts[row.tensor.owner or row.name] = row.tensor.count
            if not path:
                break
            path = path.rpartition(".")[0]
    listed = sorted(inside, key=lambda path: order.get(path, len(order)))
    return [(path, path.count(".") + 1 if path else 0, _sum(inside[path])) for path in listed]


def _sum(counts: dict[str, int | None]) -> int | None:
    total = 0
    for each in counts.values():
        if each is None:
            return None
        total += each
    return total


def unfreezing(frozen: Sequence[str], rows: Sequence[HeldTensor], chosen: Sequence[str]) -> list[dict[str, Any]]:
    """Edits after which the parameters `chosen` train, and all that are frozen beside them stay so."""
    same = groups(rows)
    free = {name for each in chosen for name in same.get(each, (each,))}
    edits: list[dict[str, Any]] = []
    already = set(frozen)
    for path in frozen:
        inside = [row.name for row in rows if row.tensor.parameter and under(path, row.name)]
        if not free.isdisjoint(inside):
            edits.append({"edit": "unfreeze", "path": path})
            kept = [name for name in inside if name not in free and name not in already]
            edits += [{"edit": "freeze", "path": name} for name in kept]
            already |= set(kept)
    return edits
