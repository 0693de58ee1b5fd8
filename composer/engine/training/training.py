"""Training a live model into the folder of a run, from the start or from a checkpoint."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from composer.design.document import Design
from composer.engine import preview
from composer.engine.checkpoints.writing import explained
from composer.engine.data import Sample
from composer.engine.datasets.base import DataSet
from composer.engine.forward import forward
from composer.engine.lazy import waiting
from composer.engine.training import run_folder
from composer.engine.training.checkpoints import Checkpoints
from composer.engine.training.control import Control
from composer.engine.training.placement import Placement
from composer.engine.training.recording import Metrics
from composer.engine.training.trainer import Run, Tell, Trainer
from composer.errors import Cancelled, Problem, TrainingError
from composer.training.config import TrainConfig
from composer.training.layout import INITIAL, METRICS
from composer.training_reports import MEASURES, EventRow, TrainReport, What

_FAILURES = (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError, MemoryError)
_FIRST = 2  # samples that give lazy layers their sizes: normalizations want more than one


def sized(design: Design, model: nn.Module, draws: Tensor, data: DataSet) -> None:
    """Give the lazy layers of `model` their sizes by the first samples, as a dry run does.

    Raises:
        DesignError: where the data does not fit the design.
    """
    if waiting(model):
        forward(design, model, first_samples(data), design.seed, draws)


def first_samples(data: DataSet) -> Sample:
    """The first samples to train with."""
    return Sample(tuple(each[:_FIRST] for each in data.train.inputs), (), data.text)


def train(
    folder: Path,
    placement: Placement,
    data: DataSet,
    config: TrainConfig,
    tell: Tell = lambda event: None,
    control: Control | None = None,
) -> TrainReport:
    """Train the model of `placement` in the run that was begun in `folder`, from its last checkpoint or from the start.

    The model is changed; the global random state is afterwards what it was. Where `tell` raises Cancelled, the run
    stops as if it had been told to.

    Raises:
        TrainingError: where another process trains there.
        CheckpointError: where a checkpoint is damaged, or cannot be written.
    """
    devices = [placement.device] if placement.device.type == "cuda" else []
    with ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(devices=devices))
        checkpoints, metrics = Checkpoints(folder, placement, config.keep), None
        if placement.first:
            stack.enter_context(run_folder.held(folder))
            metrics, control = Metrics(folder / METRICS), control or Control(folder)
            stack.callback(metrics.close)
        run = Run(folder, checkpoints, metrics, control if placement.first else None)
        trainer = Trainer(placement, data, config, run, tell)
        stack.enter_context(_failures(trainer))
        _begin(trainer)
        try:
            return trainer.run()
        except Cancelled:
            return trainer.stop()


@contextmanager
def _failures(trainer: Trainer) -> Iterator[None]:
    """Errors of torch and of the system as errors of ours, which the run's metrics tell, too.

    Raises:
        TrainingError: where a step cannot be computed.
        CheckpointError: where something cannot be written.
    """
    try:
        with explained(trainer.files.folder):
            yield
    except _FAILURES as error:
        alone = trainer.placement.size == 1
        expected = "steps that can be computed" if alone else "processes that all go on"
        problem = Problem("", "run", expected, preview.text_of(error))
        if alone and trainer.files.metrics:  # else the processes are started again
            trainer.files.metrics.write([EventRow(trainer.progress.step, "failed", time.time(), problem.received)])
        raise TrainingError(problem) from error


def _begin(trainer: Trainer) -> None:
    """Go to the run's last checkpoint, or take its initial weights where there is none."""
    run, steps = trainer.files, trainer.files.checkpoints.steps
    if steps:
        trainer.resume(steps[-1])
    elif (run.folder / INITIAL).is_file():
        trainer.placement.load_initial(run.folder / INITIAL)
    if run.metrics:
        run.checkpoints.sweep()
        run.metrics.cut(trainer.progress.step)
        event: What = "resumed" if steps else "started"
        measure = MEASURES[trainer.data.task]
        text = f"process {os.getpid()}"
        run.metrics.write([EventRow(trainer.progress.step, event, time.time(), text, measure, trainer.steps)])
