"""Inputs that an exported model is tried on beside the live one, and how far the outputs may be apart."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from composer.design.document import Design, Input
from composer.engine.data import OTHER_SIZE, batch_symbol, load
from composer.engine.objectives import tensors
from composer.engine.preview import dtype_name
from composer.errors import CheckpointError, DesignError
from composer.export_reports import Checked
from composer.reports import Progress

Run = Callable[..., Any]
Tell = Callable[[Progress], None]

_BATCHES = (2, 1, 5)
_SHORT = 16


def silent(event: Progress) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Inputs, the sizes that its symbols have in them, and what the live model makes of them."""

    inputs: tuple[Tensor, ...]
    sizes: Mapping[str, int]
    outputs: tuple[Tensor, ...]


def symbols(inputs: Sequence[Input]) -> tuple[str, ...]:
    """The symbolic sizes of a design's inputs, each once."""
    return tuple(dict.fromkeys(dim for each in inputs for dim in each.shape if isinstance(dim, str)))


def trials(design: Design, model: nn.Module) -> tuple[Trial, ...]:
    """Trials of different sizes, of a copy of `model` in eval mode on the CPU; those it does not take are no trials.

    Raises:
        CheckpointError: where it takes none.
    """
    found = tuple(_trials(design, copy.deepcopy(model).cpu().eval()))
    if not found:
        raise CheckpointError("The model does not run on random values of the declared shapes, so no export of it can "
                              "be compared with it. Run it on Compose to see why.")  # fmt: skip
    return found


def _trials(design: Design, model: nn.Module) -> Iterator[Trial]:
    batch, names = batch_symbol(design.inputs), symbols(design.inputs)
    others = [name for name in names if name != batch]
    wanted = [(size, OTHER_SIZE) for size in (_BATCHES if batch else _BATCHES[:1])]
    wanted += [(_BATCHES[0], _SHORT)] if others else []
    for samples, length in wanted:
        sizes = dict.fromkeys(others, length) | ({batch: samples} if batch else {})
        try:
            sample = load("random", design.inputs, samples, seed=samples, sizes=sizes)
            yield Trial(sample.tensors, sizes, run(model, sample.tensors))
        except (DesignError, RuntimeError, IndexError, ValueError):
            continue


def run(model: Run, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The output tensors of a model for copies of `inputs`, one after the other. The random state is left alone."""
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return tuple(tensors(model(*(each.clone() for each in inputs))))


def checked(trial: Trial, outputs: Sequence[Tensor], what: str, tolerance: float) -> Checked:
    """How far `outputs` are from what the live model gave; `tolerance` is relative to the largest output.

    Raises:
        CheckpointError: where it is further than that, or the outputs are other tensors.
    """
    shapes = tuple(tuple(each.shape) for each in trial.inputs)
    ours, theirs = _types(trial.outputs), _types(outputs)
    if ours != theirs:
        raise CheckpointError(
            f"{what} gives {theirs[:100]} in place of {ours[:100]}, which the live model gives. It is not offered."
        )
    differences = [_difference(a, b) for a, b in zip(trial.outputs, outputs, strict=True)]
    difference = max((each for each, _ in differences), default=0.0)
    scale = max((each for _, each in differences), default=0.0)
    if not difference <= tolerance * max(scale, 1.0):
        raise CheckpointError(
            f"{what} was read again and run, and its outputs differ from the live model's by up to {difference:.2g} "
            f"where the largest is {scale:.2g}. It is not offered, as it is not the same model."
        )
    return Checked(shapes, difference, scale)


def _types(outputs: Sequence[Tensor]) -> str:
    return ", ".join(f"{'×'.join(map(str, each.shape))} {dtype_name(each.dtype)}" for each in outputs)


def _difference(a: Tensor, b: Tensor) -> tuple[float, float]:
    """The largest difference and the largest magnitude; NaN and infinities are equal to themselves only."""
    if torch.equal(a, b) or not a.numel():
        return 0.0, _largest(a)
    if not (a.is_floating_point() or a.is_complex()):
        return float("inf"), _largest(a)
    same = (a == b) | (a.isnan() & b.isnan())
    wide = torch.complex128 if a.is_complex() else torch.float64
    gap = (a.to(wide) - b.to(wide)).abs().masked_fill(same, 0)
    return float(gap.nan_to_num(nan=float("inf")).max()), _largest(a)


def _largest(tensor: Tensor) -> float:
    if not tensor.numel():
        return 0.0
    magnitudes = tensor.abs() if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64).abs()
    finite = magnitudes[magnitudes.isfinite()].to(torch.float64)
    return float(finite.max()) if finite.numel() else 0.0
