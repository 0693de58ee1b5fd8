"""The number that a backward pass begins from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from composer.catalog.objectives import BY_NAME
from composer.engine.preview import type_of
from composer.errors import ComposerError, DesignError, Problem
from composer.reports import describe

_LOSSES: Mapping[str, Callable[[], nn.Module]] = {
    "CrossEntropyLoss": nn.CrossEntropyLoss,
    "NLLLoss": nn.NLLLoss,
    "MultiMarginLoss": nn.MultiMarginLoss,
    "MSELoss": nn.MSELoss,
    "L1Loss": nn.L1Loss,
    "SmoothL1Loss": nn.SmoothL1Loss,
    "HuberLoss": nn.HuberLoss,
}


def objective(name: str, output: Any, labels: Sequence[str], seed: int) -> tuple[Tensor, str]:
    """The value of an objective for a model's output, and what it was compared with.

    Classes are `labels` where there is one for each sample, else drawn under `seed`; other targets are normal values
    drawn under it. The global random state is left alone.

    Raises:
        ComposerError: for a name that is no objective.
        DesignError: where the output does not fit it.
    """
    if name not in BY_NAME:
        raise ComposerError(f"There is no loss {name!r} here; there are: {', '.join(BY_NAME)}.")
    found = [each for each in tensors(output) if each.is_floating_point() or each.is_complex()]
    if not found or not any(each.numel() for each in found):
        raise _unfit("an output of real numbers", output)
    if name == "sum":
        return sum((_real(each).sum() for each in found), torch.zeros((), device=found[0].device)), "nothing"
    if name == "squares":
        count = sum(_real(each).numel() for each in found)
        total = sum((_real(each).square().sum() for each in found), torch.zeros((), device=found[0].device))
        return total / count, "zeros"
    generator = torch.Generator().manual_seed(seed)
    first = found[0]
    if first.is_complex():
        raise _unfit(f"real numbers, for {name}", output)
    if BY_NAME[name].needs == "classes":
        target, text = _classes(name, first, labels, generator)
    else:
        target, text = torch.randn(first.shape, generator=generator), "normal values with mean 0 and variance 1"
        target = target.to(first.dtype)
    value: Tensor = _LOSSES[name]()(first, target.to(first.device))
    return value, text


def tensors(value: Any) -> Iterator[Tensor]:
    """The tensors of an output, also of one that is a tuple of tuples."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from tensors(item)


def _classes(name: str, scores: Tensor, labels: Sequence[str], generator: torch.Generator) -> tuple[Tensor, str]:
    if scores.dim() != 2:
        raise _unfit(f"one row of scores for each sample, N×classes, for {name}", scores)
    samples, classes = scores.shape
    if len(labels) != samples or not all(label.isdecimal() for label in labels):
        return torch.randint(0, classes, (samples,), generator=generator), f"classes drawn from {classes:,} at random"
    found = torch.tensor([int(label) for label in labels])
    if int(found.max()) >= classes:
        raise _unfit(f"scores for at least {int(found.max()) + 1} classes, which the labels name", scores)
    return found, "the labels of the data"


def _real(tensor: Tensor) -> Tensor:
    return torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor


def _unfit(expected: str, output: Any) -> DesignError:
    return DesignError(Problem("", "objective", expected, describe(type_of(output)) or "nothing"))
