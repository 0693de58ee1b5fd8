"""The weights of a run, or of one of its checkpoints: whole, also where that is in shards."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from composer.engine.checkpoints.saving import save
from composer.engine.training import run_folder
from composer.engine.training.placement import Placement, load_weights
from composer.engine.training.sources import data_for
from composer.engine.training.training import sized
from composer.engine.valued import initial
from composer.errors import CheckpointError
from composer.training.layout import CHECKPOINTS, MODEL, checkpoint_name


def load_run(model: nn.Module, run: Path, step: int | None = None) -> None:
    """Give `model`, which is on the CPU, the weights that a run left, or those of its checkpoint after `step`.

    Raises:
        CheckpointError: where they are not there, damaged, or of another model.
    """
    if step is None:
        load_weights(model, run / MODEL)
        return
    folder = run / CHECKPOINTS / checkpoint_name(step)
    if not folder.is_dir():
        raise CheckpointError(f"{run.name} has no checkpoint after step {step:,}: choose one that it has.")
    Placement(model, torch.device("cpu")).load_weights(folder)


def consolidate(run: Path, step: int, target: Path) -> None:
    """Write the weights of a checkpoint to one file of safetensors. This runs code of custom layers.

    Raises:
        CheckpointError: where they are not there, or damaged, or the file cannot be written.
        DesignError: where the run's design has problems.
    """
    design, config = run_folder.read(run)
    valued = initial(design)
    sized(design, valued.model, valued.draws, data_for(design, config))
    load_run(valued.model, run, step)
    save(valued.model, target, "safetensors")
