"""A fingerprint of all that looking at a model must leave alone: equal before and after, or something was touched."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy


def fingerprint(model: nn.Module) -> dict[str, Any]:
    """What `model` and the process are, under names that say what differs.

    Of every module: its class, flag, hooks and attributes. Of every parameter and buffer: which object it is, its
    values, version counter, `requires_grad`, gradient and hooks. Of the process: the random states of torch, Python
    and numpy, and whether gradients are recorded.
    """
    found: dict[str, Any] = {
        "random: torch": _digest(torch.random.get_rng_state()),
        "random: python": hash(random.getstate()),
        "random: numpy": hashlib.sha256(np.random.get_state()[1].tobytes()).hexdigest(),  # type: ignore[index, union-attr]
        "grad enabled": torch.is_grad_enabled(),
    }
    for path, module in model.named_modules(remove_duplicate=False):
        found |= {f"{path or 'model'}: {key}": value for key, value in _of_module(module)}
    for name, tensor in (
        *model.named_parameters(remove_duplicate=False),
        *model.named_buffers(remove_duplicate=False),
    ):
        found |= {f"{name}: {key}": value for key, value in _of_tensor(tensor)}
    return found


def _of_module(module: nn.Module) -> Iterator[tuple[str, Any]]:
    yield "object", (id(module), type(module).__name__)
    yield "training", module.training
    for name, value in vars(module).items():
        if "hooks" in name:
            yield name, [(key, id(hook)) for key, hook in value.items()]
        elif isinstance(value, list | tuple):
            yield name, [id(each) if isinstance(each, Tensor) else repr(each) for each in value]
        elif isinstance(value, bool | int | float | str | torch.Size) or value is None:
            yield name, value
    yield "attributes", sorted(vars(module))


def _of_tensor(tensor: Tensor) -> Iterator[tuple[str, Any]]:
    yield "object", (id(tensor), type(tensor).__name__)
    yield "requires_grad", tensor.requires_grad
    yield "hooks", list(getattr(tensor, "_backward_hooks", None) or ())
    yield "gradient", None if tensor.grad is None else (id(tensor.grad), _digest(tensor.grad))
    if not is_lazy(tensor):
        yield "values", _digest(tensor)
        yield "version", tensor._version


def _digest(tensor: Tensor) -> str:
    data = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
    return hashlib.sha256(repr((tensor.shape, tensor.dtype)).encode() + data.numpy().tobytes()).hexdigest()
