"""A piece of honest code, beside what it computes, and tensors for such."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Honest:
    """`expected` is given what the layer declares, as a namespace, and the inputs."""

    name: str
    text: str
    expected: Callable[..., Any]
    inputs: tuple[Any, ...] = ()
    declared: Mapping[str, Any] = field(default_factory=dict)
    outputs: int | None = None


def numbers(size: str, seed: int = 0) -> Tensor:
    return torch.randn(*map(int, size.split("x")), generator=torch.Generator().manual_seed(seed))


def weight(size: str) -> nn.Parameter:
    return nn.Parameter(numbers(size, 1))


def linear(inputs: int, outputs: int) -> nn.Linear:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        return nn.Linear(inputs, outputs)


X = numbers("4x6")


def row(name: str, text: str, expected: Callable[..., Any], *inputs: Any, **declared: Any) -> Honest:
    outputs = declared.pop("_outputs", None)
    return Honest(name, dedent(text).lstrip("\n"), expected, inputs or (X,), declared, outputs)
