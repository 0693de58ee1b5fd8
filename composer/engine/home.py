"""Where a live model is: inputs come to its device, and random numbers are drawn apart from everybody else's."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from composer.engine.devices import CPU


def home_of(model: nn.Module) -> torch.device:
    """The device of the first parameter of `model`, or of its first buffer; the CPU where it has neither."""
    held = (each for tensors in (model.parameters(), model.buffers()) for each in tensors)
    return next((each.device for each in held), CPU)


def brought(tensors: Iterable[Tensor], model: nn.Module) -> list[Tensor]:
    """`tensors` on the device of `model`, which takes them as its inputs."""
    home = home_of(model)
    return [each.to(home) for each in tensors]


def on_cpu(model: nn.Module) -> nn.Module:
    """`model` itself where it is on the CPU, else a copy of it there."""
    return model if home_of(model) == CPU else copy.deepcopy(model).cpu()


@contextmanager
def random_apart(device: torch.device, seed: int) -> Iterator[None]:
    """Random states of the CPU and of `device` that begin at `seed`; afterwards they are what they were before."""
    away = [] if device.type in ("cpu", "meta") else [device]
    with torch.random.fork_rng(devices=away, device_type=device.type if away else "cpu"):
        torch.manual_seed(seed)
        yield
