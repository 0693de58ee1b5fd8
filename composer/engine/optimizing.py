"""Optimizers of a live model, and what they keep between steps: moments and counts, as plain state dicts."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

KINDS: Mapping[str, Callable[..., torch.optim.Optimizer]] = {
    "SGD": torch.optim.SGD,
    "SGD with momentum": partial(torch.optim.SGD, momentum=0.9),
    "Adam": torch.optim.Adam,
}


@dataclass(frozen=True, slots=True)
class Optimizing:
    """What an optimizer of one of `KINDS` keeps after so many `steps`, of parameters with these names and shapes."""

    kind: str
    steps: int
    parameters: tuple[tuple[str, tuple[int, ...]], ...]
    state: dict[str, Any]

    @property
    def rate(self) -> float:
        """The learning rate of its last step."""
        return float(self.state["param_groups"][0]["lr"])

    def __str__(self) -> str:
        return f"{self.kind}, step {self.steps:,}"


def trained(model: nn.Module) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The parameters that an optimizer of `model` is made of: those that are not frozen, tied ones once.

    One that waits for its sizes has none.
    """
    found = ((name, each) for name, each in model.named_parameters() if each.requires_grad)
    return tuple((name, () if is_lazy(each) else tuple(each.shape)) for name, each in found)


def going_on(model: nn.Module, kind: str, kept: Optimizing | None) -> Optimizing | None:
    """`kept`, where an optimizer of this kind of `model` as it is now can go on with it."""
    fits = kept is not None and kept.kind == kind and kept.parameters == trained(model)
    return kept if fits else None


def optimizer_of(model: nn.Module, kind: str, rate: float, kept: Optimizing | None = None) -> torch.optim.Optimizer:
    """An optimizer of `model` with this learning rate, which goes on with what was `kept`."""
    optimizer = KINDS[kind]([each for each in model.parameters() if each.requires_grad], lr=rate)
    if kept:
        optimizer.load_state_dict(copy.deepcopy(kept.state))
        for group in optimizer.param_groups:
            group["lr"] = rate
    return optimizer


def along(model: nn.Module, kept: Optimizing | None) -> Optimizing | None:
    """What was `kept`, on the device of `model` where it is of that: torch knows what of it belongs there."""
    if kept is None or not going_on(model, kept.kind, kept):
        return kept
    return kept_of(model, kept.kind, optimizer_of(model, kept.kind, kept.rate, kept), kept.steps)


def kept_of(model: nn.Module, kind: str, optimizer: torch.optim.Optimizer, steps: int) -> Optimizing:
    """What an optimizer of `model` keeps, as a copy."""
    return Optimizing(kind, steps, trained(model), copy.deepcopy(optimizer.state_dict()))
