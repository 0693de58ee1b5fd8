"""All that a live model holds: a row for each parameter and buffer, with statistics. Looking changes nothing."""

from __future__ import annotations

import weakref
from collections.abc import Callable, MutableMapping
from typing import Any

from torch import Tensor, nn

from composer.engine.live import tensors_of
from composer.engine.statistics import statistics
from composer.tensor_reports import HeldReport, HeldTensor, Measured, ModuleReport, Statistics

Tell = Callable[[Measured], None]
Known = MutableMapping[str, tuple["weakref.ref[Tensor]", int, Statistics | None]]
"""Statistics by name, with the tensor that they are of and its version, which every change in place raises."""


def held(model: nn.Module, known: Known, tell: Tell = lambda event: None) -> HeldReport:
    """What `model` holds. Only what changed since it was `known` is measured, and told as it is.

    Names of one tensor have the same statistics. An uninitialized tensor stays so, and has none.
    """
    tensors = named_tensors(model)
    rows: list[HeldTensor] = []
    measured: dict[str, Statistics | None] = {}
    reports = tensors_of(model)
    for done, report in enumerate(reports, 1):
        tensor = tensors[report.name]
        found = measured[report.owner] if report.owner else _measure(report.name, tensor, known)
        measured[report.name] = found
        tell(Measured(report.name, found, done, len(reports)))
        rows.append(HeldTensor(report, str(tensor.device), found))
    for gone in known.keys() - measured.keys():
        del known[gone]
    return HeldReport(type(model).__name__, tuple(rows), modules_of(model))


def _measure(name: str, tensor: Tensor, known: Known) -> Statistics | None:
    before = known.get(name)
    version = tensor._version
    if before and before[0]() is tensor and before[1] == version and before[2] is not None:
        return before[2]
    found = statistics(tensor)
    known[name] = weakref.ref(tensor), version, found
    return found


def named_tensors(model: nn.Module) -> dict[str, Tensor]:
    """Every parameter and buffer by each of its names: those of the state dict, then unsaved buffers."""
    saved: dict[str, Any] = model.state_dict(keep_vars=True)
    return {**saved, **dict(model.named_buffers(remove_duplicate=False))}


def modules_of(model: nn.Module) -> dict[str, ModuleReport]:
    """Every module by each of its paths."""
    return {
        path: ModuleReport(type(module).__name__, isinstance(module, nn.Sequential | nn.ModuleList))
        for path, module in model.named_modules(remove_duplicate=False)
    }
