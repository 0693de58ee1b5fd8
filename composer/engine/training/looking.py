"""What the parameters of a model are like in the middle of its training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from torch import Tensor, nn

from composer.engine.held import named_tensors
from composer.engine.live import tensors_of
from composer.engine.statistics import statistics
from composer.engine.training.placement import Placement
from composer.training_reports import ParameterRow, ParametersRow


def parameters_row(
    model: nn.Module, placement: Placement, step: int, compare: Sequence[tuple[str, str]] = ()
) -> ParametersRow:
    """A row for each name of each parameter; names of one parameter have equal rows. Every process has to call it.

    `compare` has pairs of names: the second one's row says how far it is from the first.
    """
    tensors = named_tensors(model)
    likes = {name: like for like, name in compare}
    gradients = _gradients(model, placement)
    rows: dict[str, ParameterRow] = {}
    for each in tensors_of(model):
        if not each.parameter:
            continue
        known = rows.get(each.owner)
        if known is None:
            rows[each.name] = _row(each.name, placement.full(tensors[each.name]), gradients.get(each.name))
        else:
            rows[each.name] = replace(known, name=each.name, owner=each.owner)
        if like := each.owner or likes.get(each.name, ""):
            apart = _apart(placement.full(tensors[each.name]), placement.full(tensors[like]))
            rows[each.name] = replace(rows[each.name], like=like, apart=apart)
    return ParametersRow(step, tuple(rows.values()))


def _row(name: str, tensor: Tensor, gradient: float | None) -> ParameterRow:
    found = statistics(tensor)
    if found is None:
        return ParameterRow(name, "", None, None, None, gradient, None, None)
    bins = found.histogram
    low, high, counts = (bins.low, bins.high, bins.counts) if bins.counts else (None, None, ())
    return ParameterRow(name, "", found.mean, found.std, found.norm, gradient, low, high, tuple(counts))


def _apart(one: Tensor, other: Tensor) -> float | None:
    return finite(float((one - other).norm()))


def _gradients(model: nn.Module, placement: Placement) -> Mapping[str, float | None]:
    named = [(name, _entries(each.grad)) for name, each in model.named_parameters() if each.grad is not None]
    if not named:
        return {}
    norms = placement.norms([gradient for _, gradient in named]).tolist()
    return {name: finite(norm) for (name, _), norm in zip(named, norms, strict=True)}


def _entries(gradient: Tensor) -> Tensor:
    return gradient.coalesce().values() if gradient.is_sparse else gradient


def finite(number: float) -> float | None:
    """The number; None where it is not finite."""
    return number if math.isfinite(number) else None
