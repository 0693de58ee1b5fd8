"""A run from a design and a configuration, as the command line and a kernel begin it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from composer.catalog.optimizers import OPTIMIZERS
from composer.design.document import Design
from composer.engine.datasets.base import DataSet
from composer.engine.training import run_folder
from composer.engine.training.checks import check, skeleton
from composer.engine.training.control import Control
from composer.engine.training.placement import Placement
from composer.engine.training.sources import data_for
from composer.engine.training.trainer import Tell
from composer.engine.training.training import sized, train
from composer.engine.valued import Valued
from composer.errors import Problem, TrainingError
from composer.training.commands import Distribution
from composer.training.config import TrainConfig
from composer.training.layout import CONFIG
from composer.training_reports import TrainReport

Make = Callable[[], Valued]


def start(
    folder: Path,
    design: Design,
    config: TrainConfig,
    make: Make,
    tell: Tell = lambda event: None,
    control: Control | None = None,
    keep: bool = False,
) -> TrainReport:
    """Begin a run in a new folder with the model that `make` gives, and train it to its end.

    `keep` the values that the model has: they are not those of the design's seed.

    Raises:
        TrainingError: where it does not fit, with the reasons, or the folder is none for a new run.
        DataError, DesignError, CheckpointError: where data, design or weights are refused.
    """
    data = data_for(design, config)
    if found := check(design, data, config).problems:
        raise TrainingError(found)
    valued = make()
    sized(design, valued.model, valued.draws, data)
    run_folder.create(folder, design, config, data, model=valued.model if keep else None)
    return train(folder, _placement(valued, config), data, config, tell, control)


def resume(folder: Path, make: Callable[[Design], Valued], tell: Tell, control: Control | None = None) -> TrainReport:
    """Go on with the run in a folder after its last checkpoint.

    Raises:
        TrainingError: where it is no run, or another process trains it.
        DataError, DesignError, CheckpointError: where what it needs is not there, or damaged.
    """
    design, config = run_folder.read(folder)
    data = data_for(design, config)
    valued = make(design)
    sized(design, valued.model, valued.draws, data)
    return train(folder, _placement(valued, config), data, config, tell, control)


def take_part(
    folder: Path,
    design: Design,
    config: TrainConfig,
    make: Make,
    distribution: Distribution,
    tell: Tell = lambda event: None,
) -> TrainReport:
    """Train as one of torchrun's processes: in a new run, or in the one of this design that is in the folder already.

    Only the first process of a model in shards calls `make`.

    Raises:
        TrainingError: where it does not fit, or the folder holds something else.
        DataError, DesignError, CheckpointError: where data, design or weights are refused.
    """
    from composer.engine.training import distributed

    with distributed.processes(config.device) as device:
        data = data_for(design, config)
        if found := _spread_problems(design, data, config, distribution):
            raise TrainingError(found)
        if distribution == "fsdp":
            placement: Placement = _in_shards(design, data, make, device)
        else:
            placement = _copied(design, data, make, device)
        if placement.first and not _is_run_of(folder, design, config):
            run_folder.create(folder, design, config, data, placement.size)
        placement.agreed(0)  # all wait until the folder is there
        return train(folder, placement, data, config, tell)


def _copied(design: Design, data: DataSet, make: Make, device: torch.device) -> Placement:
    from composer.engine.training import distributed

    valued = make()
    sized(design, valued.model, valued.draws, data)
    few = [each[:2] for each in data.train.inputs]
    return distributed.Ranks(valued.model, device, distributed.has_unused(valued.model, few))


def _in_shards(design: Design, data: DataSet, make: Make, device: torch.device) -> Placement:
    from composer.engine.training import distributed

    whole = None
    if distributed.is_first():
        valued = make()
        sized(design, valued.model, valued.draws, data)
        whole = valued.model
    return distributed.sharded(skeleton(design, data), whole, device)


def _spread_problems(design: Design, data: DataSet, config: TrainConfig, how: Distribution) -> Sequence[Problem]:
    """What keeps these processes from training. A model in shards may well be larger than one device."""
    from composer.engine.training import distributed

    size = distributed.count()
    found = check(design, data, config.model_copy(update={"batch_size": -(-config.batch_size // size)})).problems
    if how != "fsdp":
        return found
    found = tuple(each for each in found if each.code != "memory")
    if OPTIMIZERS[config.optimizer.kind].whole:
        expected = "an optimizer that treats each number by itself, such as AdamW, for fsdp"
        found += (Problem("optimizer.kind", "optimizer", expected, config.optimizer.kind),)
    if config.precision == "float16":
        found += (Problem("precision", "precision", "float32 or bfloat16, for fsdp", "float16"),)
    return found


def _is_run_of(folder: Path, design: Design, config: TrainConfig) -> bool:
    """Whether the folder holds a run of this very design and configuration."""
    return (folder / CONFIG).is_file() and run_folder.read(folder) == (design, config)


def _placement(valued: Valued, config: TrainConfig) -> Placement:
    device = torch.device(config.device)
    return Placement(valued.model.to(device), device)
