"""What a kernel can be asked about training: to check a run, to train its live model, and to take a run's weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from composer.design.document import Design
from composer.errors import TrainingError
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


def begin_twin(state: State, progress: Progress, text: str, config: str, folder: str) -> None:
    """Make the folder of a run of the untied twin, which begins with the values of the live model at every name.

    It notes how far apart the positions come that are one parameter in the live model.

    Raises:
        TrainingError: where the twin cannot be trained like this, or the folder is none for a new run.
    """
    from composer.design.text import dumps
    from composer.engine.live import tensors_of
    from composer.training.twins import untied

    model, _ = open_values(state, progress, text)
    twin, how = untied(read(text)), loads(config)
    data = _checked(twin, how)
    _sized(state, progress, text, data)
    positions = tuple((each.owner, each.name) for each in tensors_of(model) if each.parameter and each.owner)
    how = how.model_copy(update={"compare": positions})
    other = State()
    _sized(other, progress, dumps(twin), data)
    copied, _ = open_values(other, progress, dumps(twin))
    copied.load_state_dict(model.state_dict())
    _create(Path(folder), twin, how, data, copied)


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

    from composer.engine.lazy import waiting
    from composer.engine.training import run_folder
    from composer.engine.training.consolidating import load_run
    from composer.engine.training.sources import data_for

    run = Path(folder)
    model, _ = open_values(state, progress, text)
    if waiting(model):
        _sized(state, progress, text, data_for(read(text), run_folder.read(run)[1]))
    twin = copy.deepcopy(model).cpu()
    load_run(twin, run, step)
    label = f"weights of {run.name}" if step is None else f"weights of {run.name}, step {step:,}"
    _take(state, progress, text, twin, label)


def write_events(state: State, progress: Progress, folder: str) -> str:
    """Write the event file of a run for TensorBoard; its path.

    Raises:
        TrainingError: where TensorBoard is not installed.
    """
    from composer.engine.training import tensorboard

    tensorboard.write_events(Path(folder))
    return str(tensorboard.event_files(Path(folder))[0])


def _begun(state: State, progress: Progress, text: str, config: TrainConfig, folder: Path) -> tuple[nn.Module, DataSet]:
    """The live model with all its sizes, and the data of a run that is ready in its folder."""
    data = _checked(read(text), config)
    _sized(state, progress, text, data)
    model, _ = open_values(state, progress, text)
    _create(folder, read(text), config, data, model)
    return model, data


def _checked(design: Design, config: TrainConfig) -> DataSet:
    """The data of a run, after a look at all that could keep it from beginning."""
    from composer.engine.training.checks import check
    from composer.engine.training.sources import data_for

    data = data_for(design, config)
    if found := check(design, data, config).problems:
        raise TrainingError(found)
    return data


def _create(folder: Path, design: Design, config: TrainConfig, data: DataSet, model: nn.Module) -> None:
    from composer.engine.training import run_folder

    run_folder.create(folder, design, config, data, model=model)


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
    "begin_twin": begin_twin,
    "begin_run": begin_run,
    "check_run": check_run,
    "take_weights": take_weights,
    "train": train,
    "write_events": write_events,
}
