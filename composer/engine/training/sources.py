"""The data that a configuration names, fitted to a design."""

from __future__ import annotations

from pathlib import Path

from composer.design.document import Design
from composer.engine.datasets import registry
from composer.engine.datasets.base import DataSet
from composer.training.config import TrainConfig


def data_for(design: Design, config: TrainConfig) -> DataSet:
    """The data set of `config`: by its name, or the file or folder at that path.

    Raises:
        DataError: where there is no such data, or it is not as it should be.
        DesignError: where the design's inputs cannot hold it.
    """
    which = config.data if config.data in registry.DATA_SETS else Path(config.data)
    return registry.load(which, design.inputs, config.how)
