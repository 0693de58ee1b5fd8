"""Lazy layers over an edit: what was materialized stays so, where its sizes are still the ones that come in."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.modules.lazy import LazyModuleMixin

from composer.engine.lazy import waiting
from composer.engine.preview import own_tensors
from composer.reports import ShapesReport, TensorType


def carry(old: nn.Module, new: nn.Module, report: ShapesReport) -> tuple[str, ...]:
    """Give lazy layers of `new` the sizes that they have in `old`; the paths of those. Values are for `transfer`.

    `report` are the shapes of the design of `new`: where they say another size, or none, the layer stays lazy.
    """
    before = dict(old.named_modules(remove_duplicate=False))
    shapes = {each.name: each.shape for each in report.tensors}
    carried: list[str] = []
    with torch.random.fork_rng(devices=[]):
        for path, module in waiting(new).items():
            peer, given = before.get(path), _input(path, report)
            if peer is None or given is None or type(peer) is not module.cls_to_become:
                continue
            sizes = {f"{path}.{each.name}": each.shape for each in own_tensors(peer)}
            if all(shapes.get(name) == shape for name, shape in sizes.items()):
                module._infer_parameters(module, (torch.empty(given, device="meta"),))  # as torch does in a run
                carried.append(path)
    return tuple(carried)


def _input(path: str, report: ShapesReport) -> list[int] | None:
    """A shape that gives a layer the sizes that its input gives it: those with names decide nothing."""
    step = report.steps.get(path)
    given = step.inputs[0] if step and step.inputs else None
    return [dim if isinstance(dim, int) else 1 for dim in given.dims] if isinstance(given, TensorType) else None


def holds(model: nn.Module, path: str, tensors: tuple[tuple[str, tuple[int, ...]], ...]) -> bool:
    """Whether `model` has a materialized layer at `path`, with `tensors` of these names and shapes."""
    module = dict(model.named_modules(remove_duplicate=False)).get(path)
    if module is None or isinstance(module, LazyModuleMixin):
        return False
    return tuple((each.name, each.shape) for each in own_tensors(module)) == tensors
