"""From samples to a data set: a drawn order, a split, and one scale."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from composer.data_reports import DataOptions, Normalize, Task
from composer.engine.datasets.base import DataSet, Split
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
    if options.samples is not None and options.samples < 2:
        raise refused("samples", "at least 2", str(options.samples), "Use more, or all.")


def assembled(samples: Samples, options: DataOptions, normalize: Normalize = "none") -> DataSet:
    """The data set of these samples; `normalize` is what is done where the options leave it open.

    Raises:
        DataError: where fewer than two samples are left.
    """
    check_options(options)
    samples = _limited(samples, options)
    train, test = _split(samples, options)
    how = options.normalize or normalize
    if samples.images and how == "unit":
        how = "none"  # pixels are from 0 to 1 already
    kept = None
    if samples.inputs[0].is_floating_point():
        kept = normalization(train.inputs[0], how)
    of_targets = normalization(train.targets, "standard") if _scales_targets(samples, options) else None
    if kept:
        train, test = (replace(each, inputs=(kept.apply(each.inputs[0]), *each.inputs[1:])) for each in (train, test))
    if of_targets:
        train, test = (replace(each, targets=of_targets.apply(each.targets)) for each in (train, test))
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
        kept,
        of_targets,
    )


def _scales_targets(samples: Samples, options: DataOptions) -> bool:
    return samples.task == "values" and options.normalize_targets


def _limited(samples: Samples, options: DataOptions) -> Samples:
    """The samples in an order that is drawn, which differs only where the seed does; text keeps its order."""
    count = len(samples.targets)
    if count < 2:
        raise refused(samples.name, "at least 2 samples", f"{count}", "Add samples: some to train with, some to test.")
    if samples.task == "tokens":
        order = torch.arange(count)[: options.samples]
    else:
        order = chosen(count, options.samples, torch.Generator().manual_seed(options.seed))
    tested = samples.tested
    if tested is not None:
        tested = torch.isin(order, tested).nonzero()[:, 0]
    inputs = tuple(each[order] for each in samples.inputs)
    return replace(samples, inputs=inputs, targets=samples.targets[order], tested=tested)


def _split(samples: Samples, options: DataOptions) -> tuple[Split, Split]:
    if samples.tested is not None:
        kept = torch.ones(len(samples.targets), dtype=torch.bool)
        kept[samples.tested] = False
        train, test = kept.nonzero()[:, 0], samples.tested
    else:
        train, test = split(samples.targets, options.test_share, samples.task == "classes")
    return _part(samples, train), _part(samples, test)


def _part(samples: Samples, indices: Tensor) -> Split:
    return Split(tuple(each[indices] for each in samples.inputs), samples.targets[indices])
