"""What a look at gradients leaves as files: tables for a spreadsheet, and the whole report as JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from composer.reports import TensorType
from composer.signals import GradientsReport, norm_of

_PARAMETERS = (
    "name", "also_known_as", "shape", "dtype", "standing", "gradient_norm", "gradient_mean", "gradient_std",
    "gradient_min", "gradient_max", "gradient_zeros", "weight_norm", "flags",
)  # fmt: skip
_LAYERS = (
    "path", "kind", "output_shape", "mean", "std", "share_of_zeros", "units", "dead_units", "share_saturated",
    "gradient_norm", "flags",
)  # fmt: skip
_USES = ("parameter", "use", "norm", "share_of_the_sum", "first_values")


def parameters_csv(report: GradientsReport) -> str:
    """A line for each parameter. What is not there is empty."""
    rows = []
    for each in report.parameters:
        found = each.gradient
        numbers = (norm_of(found), found.mean, found.std, found.low, found.high, found.zeros) if found else (None,) * 6
        names = " ".join(each.names[1:])
        flags = " ".join(each.flags)
        rows.append(
            (each.name, names, _shape(each.shape), each.dtype, each.standing, *numbers, norm_of(each.weight), flags)
        )
    return _csv(_PARAMETERS, rows)


def layers_csv(report: GradientsReport) -> str:
    """A line for each call of a layer or op, in their order."""
    return _csv(_LAYERS, (
        (each.path, each.kind, _shape(each.shape), each.mean, each.std, each.zeros, each.units or None, each.dead,
         each.saturated, each.gradient, " ".join(each.flags))
        for each in report.layers
    ))  # fmt: skip


def uses_csv(report: GradientsReport) -> str:
    """A line for each use of a parameter that has several, and one for their sum."""
    rows: list[Sequence[Any]] = []
    for each in report.parameters:
        if each.uses and each.gradient:
            rows += [(each.name, use.name, use.norm, use.share, _values(use.values)) for use in each.uses]
            rows.append((each.name, "sum", norm_of(each.gradient), 1.0, _values(each.values)))
    return _csv(_USES, rows)


def report_json(report: GradientsReport) -> str:
    """All of it, histograms too; numbers that JSON has no word for are text."""
    return json.dumps(_plain(asdict(report)), indent=1)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return file.getvalue()


def _values(values: Sequence[float]) -> str:
    return " ".join(map(repr, values))


def _shape(sizes: Sequence[int]) -> str:
    return str(TensorType(tuple(sizes)))
