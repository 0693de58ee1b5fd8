"""The optimizer and the schedule of a run, as its configuration says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer, lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

from composer.catalog.schedules import ON_LOSS, ONE_CYCLE
from composer.training.config import Optimizer as Chosen
from composer.training.config import Schedule

_PLAIN = (bool, int, float, str, type(None))


def optimizer_of(chosen: Chosen, parameters: Iterable[nn.Parameter]) -> Optimizer:
    """An optimizer of `parameters`.

    Raises:
        ValueError, RuntimeError: where its options or the parameters do not fit each other, in torch's words.
    """
    optimizer: Optimizer = getattr(torch.optim, chosen.kind)(list(parameters), **chosen.options)
    return optimizer


def schedule_of(chosen: Schedule, optimizer: Optimizer, steps: int) -> LRScheduler:
    """A schedule of `optimizer` for a run of `steps` steps.

    Raises:
        ValueError: where its options do not fit each other or the optimizer, in torch's words.
    """
    options = dict(chosen.options)
    if chosen.kind == ONE_CYCLE and options.get("total_steps") is None and options.get("epochs") is None:
        options["total_steps"] = steps
    schedule: LRScheduler = getattr(lr_scheduler, chosen.kind)(optimizer, **options)
    return schedule


def advance(schedule: LRScheduler, loss: float | None) -> None:
    """Go on by one epoch or step; `loss` is for the schedule that looks at it."""
    if type(schedule).__name__ != ON_LOSS:
        schedule.step()
    elif loss is not None:
        schedule.step(loss)  # type: ignore[arg-type]


def plain_state(schedule: LRScheduler) -> dict[str, Any]:
    """What of a schedule changes while it goes on: numbers, words, and lists of them."""
    state = schedule.state_dict()
    return {name: value for name, value in state.items() if isinstance(value, _PLAIN) or _is_list(value)}


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, _PLAIN) for each in value)
