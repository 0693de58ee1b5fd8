"""From samples to a data set: a drawn order, a split, and one scale."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from composer.data_reports import DataOptions, Normalize, Task
from composer.engine.datasets.base import DataSet, Normalization, Split
from composer.engine.datasets.normalizing import normalization
from composer.engine.datasets.splitting import chosen, split
from composer.engine.datasets.wording import refused

_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples before they are split: `inputs` N×… each, `targets` as in `Split`. `text` says where they are from.

    Pixels are float32 from 0 to 1, N×channels×height×width. `tested` are the indices of samples that are kept for the
    test, where the data says so itself.
    """

    name: str
    text: str
    task: Task
    inputs: tuple[Tensor, ...]
    targets: Tensor
    classes: tuple[str, ...] = ()
    images: bool = False
    vocabulary: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    tested: Tensor | None = None


def check_options(options: DataOptions) -> None:
    """Refuse options that no data can be loaded with.

    Raises:
        DataError: for a share or a number of samples that leaves nothing to train with.
    """
    if not 0 <= options.test_share <= _SHARE:
        raise refused(
            "test share", f"a number from 0 to {_SHARE}", f"{options.test_share:g}", "0.2 keeps every fifth sample."
        )
    if not 0 <= options.seed < 2**63:
        raise refused("seed", "a number from 0 to 2⁶³ - 1", f"{options.seed}", "0 is as good as any.")
    if options.samples is not None and options.samples < 2:
        raise refused("samples", "at least 2", str(options.samples), "Use more, or all.")


def assembled(samples: Samples, options: DataOptions, normalize: Normalize = "none") -> DataSet:
    """The data set of these samples; `normalize` is what is done where the options leave it open.

    Raises:
        DataError: where there are fewer than two samples, or none to train with.
    """
    check_options(options)
    _check_counts(samples)
    train, test = (_part(samples, indices) for indices in _drawn(samples, options))
    if not len(train):
        raise refused(samples.name, "samples to train with", "none", "Add some, or use more of the samples.")
    of_inputs, of_targets = _normalizations(samples, train, options, normalize)
    train, test = (_normalized(each, of_inputs, of_targets) for each in (train, test))
    return DataSet(
        samples.name,
        f"{samples.text} {len(train):,} samples to train with, {len(test):,} to test with.",
        samples.task,
        train,
        test,
        samples.classes,
        samples.images,
        samples.vocabulary,
        samples.features,
        of_inputs,
        of_targets,
    )


def _check_counts(samples: Samples) -> None:
    count = len(samples.targets)
    for each in samples.inputs:
        if len(each) != count:
            received = f"{len(each):,} inputs and {count:,} targets"
            raise refused(samples.name, "a target for each input", received, "Give as many of each.")
    if count < 2:
        raise refused(samples.name, "at least 2 samples", f"{count}", "Add samples: some to train with, some to test.")


def _drawn(samples: Samples, options: DataOptions) -> tuple[Tensor, Tensor]:
    """Indices of what to train and to test with, in an order that is drawn; text keeps its order."""
    count = len(samples.targets)
    if samples.task == "tokens":
        order = torch.arange(count)[: options.samples]
    else:
        order = chosen(count, options.samples, torch.Generator().manual_seed(options.seed))
    if samples.tested is not None:
        tested = torch.isin(order, samples.tested)
        return order[~tested], order[tested]
    train, test = split(samples.targets[order], options.test_share, samples.task == "classes")
    return order[train], order[test]


def _part(samples: Samples, indices: Tensor) -> Split:
    return Split(tuple(each[indices] for each in samples.inputs), samples.targets[indices])


def _normalizations(
    samples: Samples, train: Split, options: DataOptions, normalize: Normalize
) -> tuple[Normalization | None, Normalization | None]:
    """Those of the first input and of the targets. Pixels are from 0 to 1 already."""
    how = options.normalize or normalize
    as_it_is = not train.inputs[0].is_floating_point() or (samples.images and how == "unit")
    of_inputs = None if as_it_is else normalization(train.inputs[0], how)
    scaled = samples.task == "values" and options.normalize_targets
    return of_inputs, normalization(train.targets, "standard") if scaled else None


def _normalized(part: Split, of_inputs: Normalization | None, of_targets: Normalization | None) -> Split:
    first, *rest = part.inputs
    return Split(
        (of_inputs.apply(first) if of_inputs else first, *rest),
        of_targets.apply(part.targets) if of_targets else part.targets,
    )
