"""What processes do that are killed, or find the disk full, while they save."""

from __future__ import annotations

import resource
from multiprocessing.connection import Connection
from pathlib import Path

import torch
from torch import nn

from composer.checkpoint_reports import Format
from composer.engine.checkpoints.saving import save
from composer.errors import CheckpointError

NUMBERS = 500_000  # in the model, most of them in one tensor: 2 MB


def model(value: float) -> nn.Module:
    """A model all of whose values are `value`."""
    made = nn.Sequential(nn.Linear(1, 1), nn.Linear(NUMBERS, 1), nn.Linear(10, 10))
    for each in made.parameters():
        nn.init.constant_(each, value)
    return made


def save_forever(path: Path, format: Format, first: int, told: Connection) -> None:
    torch.set_num_threads(1)
    made = model(first)
    told.send(first)
    for value in range(first + 1, first + 1_000_000):
        save(made, path, format)
        told.send(value)
        for each in made.parameters():
            nn.init.constant_(each, value)


def save_limited(path: Path, format: Format, limit: int, told: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        save(model(2), path, format)
    except CheckpointError as error:
        told.send(str(error))
