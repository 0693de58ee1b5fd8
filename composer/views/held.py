"""What a live model holds, as rows for a table and as files."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from typing import Any

from composer.reports import ShapesReport, TensorReport, under
from composer.tensor_reports import HeldTensor, ModuleReport

COLUMNS = (
    "path", "shape", "dtype", "device", "count", "requires_grad", "mean", "std", "min", "max", "norm", "zeros", "nan",
    "inf", "tied",
)  # fmt: skip


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
    tensor, found = row.tensor, row.statistics
    known = {"count": tensor.count, "requires_grad": tensor.trainable if tensor.parameter else None}
    values = dict.fromkeys(("mean", "std", "min", "max", "norm", "zeros", "nan", "inf"))
    if found:
        values |= {"mean": found.mean, "std": found.std, "min": found.low, "max": found.high, "norm": found.norm}
        values |= {"zeros": found.zeros, "nan": found.nan, "inf": found.plus_inf + found.minus_inf}
    shape = None if tensor.shape is None else list(tensor.shape)
    place = {"path": tensor.name, "shape": shape, "dtype": tensor.dtype, "device": row.device or None}
    return {**place, **known, **values, "tied": [name for name in tied if name != tensor.name]}


def shown_shape(tensor: TensorReport) -> str:
    """`8×4`, `scalar`; what torch calls it where it is not known."""
    if tensor.shape is None:
        return "<UninitializedParameter>" if tensor.parameter else "<UninitializedBuffer>"
    return "×".join(map(str, tensor.shape)) or "scalar"


def held_csv(rows: Sequence[HeldTensor]) -> str:
    """The rows as a file for a spreadsheet. What is unknown is empty."""
    same, file = groups(rows), io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = record(row, same.get(row.name, ()))
        shape = cells["shape"]
        writer.writerow({**cells, "shape": shown_shape(row.tensor) if shape else "", "tied": " ".join(cells["tied"])})
    return file.getvalue()


def held_json(rows: Sequence[HeldTensor]) -> str:
    """The rows as JSON, with their histograms; null is unknown."""
    same, records = groups(rows), []
    for row in rows:
        cells = record(row, same.get(row.name, ()))
        if row.statistics and row.statistics.histogram.counts:
            bins = row.statistics.histogram
            cells["histogram"] = {"low": bins.low, "high": bins.high, "counts": bins.counts}
        records.append({key: _finite(value) for key, value in cells.items()})
    return json.dumps(records, ensure_ascii=False, indent=1, allow_nan=False)


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
