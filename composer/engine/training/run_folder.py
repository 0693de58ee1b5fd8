"""The folder of a run, as it is begun: its configuration, design and surroundings, and the lock of who writes it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import torch
from filelock import FileLock, Timeout
from torch import Tensor, nn

import composer
from composer import atomic
from composer.design import text as designs
from composer.design.document import Design
from composer.engine.checkpoints.saving import save
from composer.engine.datasets.base import DataSet
from composer.engine.training.evaluating import SHOWN
from composer.errors import Problem, TrainingError
from composer.training import config as configs
from composer.training.config import TrainConfig
from composer.training.layout import CHECKPOINTS, CONFIG, DESIGN, ENVIRONMENT, INITIAL, LOCK, METRICS, SAMPLES
from composer.training_reports import Image

_SECONDS = 5  # a reader that looks whether somebody writes holds the lock for a moment
_LARGEST = 64 * 64 * 3  # values of an image that is kept


def create(
    folder: Path,
    design: Design,
    config: TrainConfig,
    data: DataSet,
    processes: int = 1,
    model: nn.Module | None = None,
) -> None:
    """Begin a run in a folder that is new or empty; with the values of `model`, where those are not the design's.

    Raises:
        TrainingError: where there is something in it already, or it cannot be written.
        CheckpointError: where the values cannot be written.
    """
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if any(each.name not in (LOCK, CHECKPOINTS) for each in folder.iterdir()):
            raise _refused(folder, "a new or an empty folder", "one with files; --resume goes on with a run")
        (folder / CHECKPOINTS).mkdir(exist_ok=True)
        atomic.write(folder / SAMPLES, json.dumps([asdict(each) for each in images(data)]).encode())
        atomic.write(folder / ENVIRONMENT, designs.written(environment(config, processes)).encode())
        atomic.write(folder / DESIGN, designs.dumps(design).encode())
        (folder / METRICS).touch()
        if model:
            save(model, folder / INITIAL, "safetensors")
        atomic.write(folder / CONFIG, configs.dumps(config).encode())  # last: a folder with it is a run


def read(folder: Path) -> tuple[Design, TrainConfig]:
    """What is trained in a run's folder, and how.

    Raises:
        TrainingError: where it is no run.
        DesignError: where its design or configuration cannot be read.
    """
    if not (folder / CONFIG).is_file() or not (folder / DESIGN).is_file():
        raise _refused(folder, f"the folder of a run, with {CONFIG} and {DESIGN}", "another one")
    with _explained(folder):
        return designs.loads((folder / DESIGN).read_bytes()), configs.loads((folder / CONFIG).read_bytes())


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Be the one who writes a run. The system lets go of it when this process ends, however that is.

    Raises:
        TrainingError: where another process does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / LOCK, timeout=_SECONDS):
            yield
    except Timeout:
        raise _refused(folder, "a run that nobody is training", "one that another process trains") from None


def environment(config: TrainConfig, processes: int) -> dict[str, str | int]:
    """What a run depends on beside its configuration. The same numbers need the same threads, too."""
    device = torch.device(config.device)
    return {
        "composer": composer.__version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": platform.machine(),
        "cores": os.cpu_count() or 0,
        "threads": torch.get_num_threads(),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else config.device,
        "processes": processes,
    }


def images(data: DataSet) -> Iterator[Image]:
    """The first images of the test data, from their darkest to their brightest value; none where they are large."""
    tensor = data.test.inputs[0][:SHOWN] if data.images else None
    if tensor is None or tensor.dim() not in (3, 4) or tensor.numel() > _LARGEST * SHOWN:
        return
    for image in tensor.float():
        shaped = image if image.dim() == 3 else image[None]
        low, high = shaped.min(), shaped.max()
        yield Image(_three(shaped), tuple(((shaped - low) / (high - low + 1e-12) * 255).byte().flatten().tolist()))


def _three(image: Tensor) -> tuple[int, int, int]:
    channels, height, width = image.shape
    return channels, height, width


def _refused(folder: Path, expected: str, received: str) -> TrainingError:
    return TrainingError(Problem(str(folder), "run-folder", expected, received))


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = atomic.reason(error, folder)
        raise TrainingError(Problem(str(folder), "run-folder", "a folder that can be used", reason)) from None
