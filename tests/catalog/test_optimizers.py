"""Every optimizer and schedule of torch: the same names, options and defaults."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler

from composer.catalog import optimizers, schedules
from composer.catalog.optimizers import OPTIMIZERS
from composer.catalog.options import FloatTuple
from composer.catalog.schedules import SCHEDULES
from composer.catalog.spec import Spec
from tests.catalog.torch_version import installed


def _classes(room: Any, base: type) -> set[str]:
    found = {name: each for name, each in vars(room).items() if isinstance(each, type) and issubclass(each, base)}
    return {name for name in found if not name.startswith("_") and found[name] is not base}


def _same(spec: Spec, kind: type, left_out: dict[str, str]) -> None:
    parameters = dict(inspect.signature(kind).parameters)
    own = [name for name in parameters if name not in left_out and f"{name} of {spec.kind}" not in left_out]
    assert [option.name for option in spec.options if installed(option.since)] == own
    for option in spec.options:
        default = parameters[option.name].default
        assert option.required if default is inspect.Parameter.empty else option.default == default, option.name
        assert option.required or option.accepts(option.default), option.name
        assert option.help


def test_every_optimizer_and_schedule_is_there() -> None:
    assert _classes(torch.optim, torch.optim.Optimizer) == {
        k for k, spec in OPTIMIZERS.items() if installed(spec.since)
    }
    there = _classes(lr_scheduler, lr_scheduler.LRScheduler) - set(schedules.LEFT_OUT)
    assert there == set(SCHEDULES)


@pytest.mark.parametrize("kind", list(OPTIMIZERS))
def test_options_of_optimizers_are_those_of_torch(kind: str) -> None:
    _same(OPTIMIZERS[kind], getattr(torch.optim, kind), optimizers.LEFT_OUT)


@pytest.mark.parametrize("kind", list(SCHEDULES))
def test_options_of_schedules_are_those_of_torch(kind: str) -> None:
    _same(SCHEDULES[kind], getattr(lr_scheduler, kind), schedules.OPTIONS_LEFT_OUT)


@pytest.mark.parametrize("kind", [kind for kind, spec in OPTIMIZERS.items() if not spec.sparse and not spec.closure])
def test_what_an_optimizer_keeps_is_counted(kind: str) -> None:
    spec = OPTIMIZERS[kind]
    weight = torch.nn.Parameter(torch.ones(64, 64))
    optimizer = getattr(torch.optim, kind)([weight])
    weight.grad = torch.ones_like(weight)
    optimizer.step()
    kept = sum(each.numel() for each in optimizer.state[weight].values() if torch.is_tensor(each))
    assert kept // weight.numel() == spec.numbers({})


def test_a_tuple_of_numbers() -> None:
    betas = FloatTuple("betas", default=(0.9, 0.999), low=0.0, below=1.0)
    assert betas.accepts((0.5, 0.0)) and not betas.accepts((0.5, 1.0)) and not betas.accepts(0.5)
    assert not betas.accepts((0.5,)) and not betas.accepts((None, 0.5)) and betas.normalize([1, 0]) == (1.0, 0.0)
    assert betas.expected == "a tuple of 2 numbers ≥ 0.0, each less than 1"
    assert FloatTuple("eps", holes=True).accepts((None, 0.1))
