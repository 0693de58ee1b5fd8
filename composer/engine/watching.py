"""Norms of gradients while a model trains, at little cost: one fused call for all parameters, and no waiting."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn


class GradientNorms:
    """The norm of each parameter's gradient, step by step.

    `record` between `backward` and `zero_grad` leaves the norms on the parameters' device, so a GPU is not waited
    for; `read` fetches them. A parameter without a gradient in a step has the norm None. Shared parameters count once.
    """

    def __init__(self, named: Iterable[tuple[str, nn.Parameter]]) -> None:
        """`named` are names with parameters, such as `model.named_parameters()`."""
        self._named = [(name, each) for name, each in named if each.requires_grad]
        self._steps: list[tuple[tuple[int, ...], list[Tensor]]] = []

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that are watched."""
        return tuple(name for name, _each in self._named)

    def record(self) -> None:
        """Note the norms of this step. Nothing of the model is changed."""
        found = [(k, each.grad) for k, (_name, each) in enumerate(self._named) if each.grad is not None]
        with torch.no_grad():
            norms = torch._foreach_norm([gradient for _k, gradient in found]) if found else []
        self._steps.append((tuple(k for k, _gradient in found), list(norms)))

    def read(self) -> list[tuple[float | None, ...]]:
        """The norms of the steps recorded since the last time, in the order of `names`."""
        rows = []
        for places, norms in self._steps:
            row: list[float | None] = [None] * len(self._named)
            by_place = dict(zip(places, _values(norms), strict=True))
            for place, value in by_place.items():
                row[place] = value
            rows.append(tuple(row))
        self._steps.clear()
        return rows


def _values(norms: list[Tensor]) -> list[float]:
    """Numbers of tensors, fetched from each device at once."""
    if len({(each.device, each.dtype) for each in norms}) == 1:
        return [float(each) for each in torch.stack(norms).tolist()]
    return [float(each) for each in norms]
