"""Small data and designs to train on in tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from composer.design.document import Design
from composer.engine.datasets.base import DataSet, Split
from composer.engine.training import run_folder
from composer.engine.training.placement import Placement
from composer.engine.training.training import sized, train
from composer.engine.valued import initial
from composer.training.config import Loss, Optimizer, TrainConfig
from composer.training_reports import EpochRow, EventRow, ParametersRow, Row, StepRow, Trained, TrainReport, row_of
from tests.build import chain, layer, linear


def blobs(samples: int = 96, features: int = 4, classes: int = 3) -> DataSet:
    """Clouds of points, one for each class."""
    generator = torch.Generator().manual_seed(5)
    targets = torch.arange(samples) % classes
    centers = torch.randn(classes, features, generator=generator) * 2
    points = centers[targets] + torch.randn(samples, features, generator=generator)
    cut = samples * 2 // 3
    train, test = Split((points[:cut],), targets[:cut]), Split((points[cut:],), targets[cut:])
    return DataSet("blobs", "clouds of points", "classes", train, test, tuple("abc"[:classes]))


def values(samples: int = 96, features: int = 4) -> DataSet:
    """A value of each sample: a wave of its sum."""
    points = torch.randn(samples, features, generator=torch.Generator().manual_seed(6))
    targets = torch.sin(points.sum(1, keepdim=True))
    cut = samples * 2 // 3
    return DataSet(
        "values", "a wave", "values", Split((points[:cut],), targets[:cut]), Split((points[cut:],), targets[cut:])
    )


def mlp(**fields: object) -> Design:
    return chain(linear("a", 4, 16), layer("r", "ReLU"), linear("b", 16, 3), seed=3, **fields)  # type: ignore[arg-type]


CONFIG = TrainConfig(optimizer=Optimizer(kind="SGD", options={"lr": 0.1, "momentum": 0.9}), batch_size=16, epochs=3)
VALUES = TrainConfig(loss=Loss(kind="MSELoss"), optimizer=Optimizer(kind="SGD", options={"lr": 0.05}), batch_size=16)


def begun(folder: Path, design: Design, config: TrainConfig, data: DataSet) -> nn.Module:
    """The model of a run that is ready to be trained in `folder`."""
    valued = initial(design)
    sized(design, valued.model, valued.draws, data)
    if not (folder / "config.json").exists():
        run_folder.create(folder, design, config, data)
    return valued.model


def trained(
    folder: Path,
    design: Design,
    config: TrainConfig,
    data: DataSet,
    tell: Callable[[Trained], None] = lambda event: None,
) -> tuple[nn.Module, TrainReport]:
    """A model after its run in `folder`, new or gone on with."""
    model = begun(folder, design, config, data)
    return model, train(folder, Placement(model, torch.device("cpu")), data, config, tell)


def rows(folder: Path) -> list[Row]:
    found = [row_of(line) for line in (folder / "metrics.jsonl").read_bytes().splitlines()]
    assert all(found)
    return [each for each in found if each]


def steps(folder: Path) -> list[StepRow]:
    return [each for each in rows(folder) if isinstance(each, StepRow)]


def curve(folder: Path) -> list[tuple[int, float | None, float | None, float]]:
    """Step, loss, metric and learning rate: what is the same in each run of the same seed."""
    return [(each.step, each.loss, each.metric, each.lr) for each in steps(folder)]


def epochs(folder: Path) -> list[EpochRow]:
    return [each for each in rows(folder) if isinstance(each, EpochRow)]


def events(folder: Path) -> list[str]:
    return [each.event for each in rows(folder) if isinstance(each, EventRow) and each.event != "checkpoint"]


def looks(folder: Path) -> list[ParametersRow]:
    return [each for each in rows(folder) if isinstance(each, ParametersRow)]
