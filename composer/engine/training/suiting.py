"""Whether data goes with a design: its inputs hold the samples, and its output has what a loss wants."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from composer.data_reports import DataOptions
from composer.design.document import Input
from composer.engine import preview
from composer.engine.datasets.base import DataSet, Split
from composer.engine.datasets.fitting import fit
from composer.engine.datasets.registry import DATA_SETS, unfitted
from composer.engine.preview import type_of
from composer.engine.training.objective import Objective
from composer.errors import DesignError, Problem
from composer.reports import TensorType, describe
from composer.training.config import Loss
from composer.training.losses import TARGETS, fitting
from composer.training_reports import SuitedReport

_FEW = 2  # samples that are enough to see what fits
_USUAL = DataOptions()
_SAMPLES = 64  # of data that could be much
_REFUSALS = (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError)


def suited(
    which: str | Path, inputs: Sequence[Input], output: TensorType | None, options: DataOptions = _USUAL
) -> SuitedReport:
    """How the data set of that name, or the file or folder, goes with a design that takes `inputs` and gives `output`.

    An output that is None, or of unknown sizes, is not looked at.

    Raises:
        DataError: where there is no such data, or it is not as it should be.
    """
    limited = which in DATA_SETS and DATA_SETS[str(which)].task != "tokens"
    whole = unfitted(which, inputs, replace(options, samples=_SAMPLES) if limited else options)
    report = SuitedReport(whole.name, whole.task, whole.images, fitting(whole.task), outputs=_outputs(whole))
    few = replace(whole, train=_first(whole.train), test=_first(whole.test)) if whole.images else whole
    try:
        data = fit(few, inputs)
    except DesignError as error:
        return replace(report, problems=error.problems)
    reduced = whole.images and data.train.inputs[0][0].numel() < whole.train.inputs[0][0].numel()
    report = replace(report, reduced=reduced)
    scores = _scores(output, inputs, data)
    if scores is None:
        return report
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of losses that are only tried
        found = {kind: tuple(loss_problems(scores, data, Loss(kind=kind))) for kind in report.losses}
    losses = tuple(kind for kind, problems in found.items() if not problems)
    return replace(report, losses=losses or report.losses, problems=() if losses else found[report.losses[0]])


def loss_problems(output: Tensor, data: DataSet, loss: Loss) -> Iterator[Problem]:
    """Whether the loss can compare such an output, which may be on the meta device, with the targets."""
    samples = len(output) if output.dim() else _FEW
    targets = data.train.targets[:1].expand(samples, *data.train.targets.shape[1:])
    received = describe(type_of(output))
    if not output.is_floating_point():
        yield Problem("", "objective", f"an output of real numbers, for {loss.kind}", received)
    elif data.task == "values":
        if output.shape != targets.shape:
            yield Problem("", "objective", f"an output like the targets, {describe(type_of(targets))}", received)
    elif not _is_scores(output, targets) or _told_apart(output, data, loss) < _outputs(data):
        where = "N×L×C" if data.task == "tokens" else "N×C"
        expected = f"scores {where} of at least {_outputs(data)} classes, for {loss.kind}"
        yield Problem("", "objective", expected, received)
    else:
        try:
            Objective(loss, data.task, torch.device("cpu"))(
                torch.zeros(_part(output, data).shape), _part(targets, data)
            )
        except _REFUSALS as error:
            yield Problem("", "objective", f"an output for {loss.kind}", f"{received}: {preview.text_of(error)}")


def _part(values: Tensor, data: DataSet) -> Tensor:
    """Enough to try a loss on: of texts the first positions, since vocabularies are large."""
    return values[:, :_FEW] if data.task == "tokens" else values


def _is_scores(output: Tensor, targets: Tensor) -> bool:
    """Whether an output has scores of classes for each of the targets."""
    if targets.dim() > 1:
        return output.shape[:-1] == targets.shape
    return output.dim() > 1


def _outputs(data: DataSet) -> int:
    """How many numbers a sample's output should have: of classes, at least."""
    if data.task == "values":
        return data.train.targets[:1].numel()
    return int(data.train.targets.max()) + 1


def _told_apart(output: Tensor, data: DataSet, loss: Loss) -> int:
    """How many classes an output tells apart: a single score speaks for one of two, where the loss allows that."""
    scores = int(output.shape[-1 if data.task == "tokens" else 1])
    return 2 if scores == 1 and TARGETS[loss.kind] != "index" else scores


def _first(split: Split) -> Split:
    return Split(tuple(each[:_FEW] for each in split.inputs), split.targets)


def _scores(output: TensorType | None, inputs: Sequence[Input], data: DataSet) -> Tensor | None:
    """An output of a few samples of the data, on the meta device; None where its sizes are not known."""
    if output is None:
        return None
    sizes: dict[str, int] = {}
    for each, values in zip(inputs, data.train.inputs, strict=True):
        sizes |= _symbols(each, values)
    dims = [sizes.get(dim, 0) if isinstance(dim, str) else dim for dim in output.dims]
    if not all(dims):
        return None
    return torch.empty(dims, dtype=getattr(torch, output.dtype), device="meta")


def _symbols(each: Input, values: Tensor) -> Mapping[str, int]:
    shape = (_FEW, *values.shape[1:])
    return {name: size for name, size in zip(each.shape, shape, strict=True) if isinstance(name, str)}
