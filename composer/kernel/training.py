"""What a kernel can be asked about training: to check a run, to train its live model, and to take a run's weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from composer.kernel.parameters import open_values
from composer.kernel.verbs import Progress, State, Verb, forward, read
from composer.training.config import loads
from composer.training_reports import CheckReport, TrainReport

if TYPE_CHECKING:
    from torch import nn

    from composer.engine.datasets.base import DataSet
    from composer.training.config import TrainConfig


def check_run(state: State, progress: Progress, text: str, config: str) -> CheckReport:
    """What keeps the design from being trained like this, and the memory it would take."""
    from composer.engine.training.checks import check
    from composer.engine.training.sources import data_for

    design, how = read(text), loads(config)
    return check(design, data_for(design, how), how)


def begin_run(state: State, progress: Progress, text: str, config: str, folder: str) -> None:
    """Make the folder of a run that begins with the values of the live model. Whoever resumes it trains it.

    Raises:
        TrainingError: where the design cannot be trained like this, or the folder is none for a new run.
    """
    _begun(state, progress, text, loads(config), Path(folder))


def train(state: State, progress: Progress, text: str, config: str, folder: str) -> TrainReport:
    """Train a copy of the live model in a new run; at the end the live model takes its values, as one step.

    Events are `Trained` rows. A call that is given up stops the run, and the values until then are taken, too.

    Raises:
        TrainingError: where the design cannot be trained like this, or the folder is none for a new run.
    """
    import copy

    import torch

    from composer.engine.training.placement import Placement
    from composer.engine.training.training import train as engine

    how, run = loads(config), Path(folder)
    model, data = _begun(state, progress, text, how, run)
    device = torch.device(how.device)
    twin = copy.deepcopy(model).to(device)
    report = engine(run, Placement(twin, device), data, how, progress)
    _take(state, progress, text, twin, f"train {run.name}")
    return report


def take_weights(state: State, progress: Progress, text: str, folder: str, step: int | None = None) -> None:
    """Give the live model the weights that a run left, or those of its checkpoint after `step`, as one step.

    Raises:
        CheckpointError: where they are not there, or of another model.
    """
    import copy

    from composer.engine.training.consolidating import load_run
    from composer.engine.training.sources import data_for

    run, design = Path(folder), read(text)
    model, _ = open_values(state, progress, text)
    _sized(state, progress, text, data_for(design, _config_of(run)))
    twin = copy.deepcopy(model)
    load_run(twin, run, step)
    label = f"weights of {run.name}" if step is None else f"weights of {run.name}, step {step:,}"
    _take(state, progress, text, twin, label)


def _config_of(run: Path) -> TrainConfig:
    from composer.engine.training.run_folder import read as read_run

    return read_run(run)[1]


def _begun(state: State, progress: Progress, text: str, config: TrainConfig, folder: Path) -> tuple[nn.Module, DataSet]:
    """The live model with all its sizes, and the data of a run that is ready in its folder."""
    from composer.engine.training import run_folder
    from composer.engine.training.checks import check
    from composer.engine.training.sources import data_for
    from composer.errors import TrainingError

    design = read(text)
    data = data_for(design, config)
    if found := check(design, data, config).problems:
        raise TrainingError(found)
    _sized(state, progress, text, data)
    model, _ = open_values(state, progress, text)
    run_folder.create(folder, design, config, data, model=model)
    return model, data


def _sized(state: State, progress: Progress, text: str, data: DataSet) -> None:
    """Give lazy layers of the live model their sizes, as a dry run does."""
    from composer.engine.lazy import waiting
    from composer.engine.training.training import first_samples

    model, _ = open_values(state, progress, text)
    if waiting(model):
        forward(state, progress, text, first_samples(data), read(text).seed)


def _take(state: State, progress: Progress, text: str, twin: nn.Module, label: str) -> None:
    """Give the live model the values of a copy of it wherever they differ, as one step that can be undone."""
    import torch

    from composer.engine.build import saved_names

    model, changes = open_values(state, progress, text)
    before, after = model.state_dict(), twin.cpu().state_dict()
    values = {name: after[name] for name in saved_names(model) if not torch.equal(before[name].cpu(), after[name])}
    if values:
        changes.replace(model, values, label)
        state.initial = False


VERBS: Mapping[str, Verb] = {
    "begin_run": begin_run,
    "check_run": check_run,
    "take_weights": take_weights,
    "train": train,
}
