"""What a kernel can be asked about data to train on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from composer.data_reports import Offered, PreviewReport
from composer.design.document import Input
from composer.kernel.verbs import Progress, State, Verb, read
from composer.reports import TensorType
from composer.training_reports import SuitedReport


def data_sets(state: State, progress: Progress) -> tuple[Offered, ...]:
    """The data sets that can be loaded by name."""
    from composer.engine.datasets.registry import offered

    return offered()


def suited_sets(
    state: State, progress: Progress, inputs: tuple[Input, ...], output: TensorType | None
) -> tuple[SuitedReport, ...]:
    """How each of the data sets goes with a design that takes `inputs` and gives `output`."""
    from composer.engine.datasets.registry import DATA_SETS
    from composer.engine.training.suiting import suited

    return tuple(suited(name, inputs, output) for name in DATA_SETS)


def suited_data(
    state: State, progress: Progress, data: str, inputs: tuple[Input, ...], output: TensorType | None
) -> SuitedReport:
    """How the file or folder at a path goes with a design that takes `inputs` and gives `output`."""
    from composer.engine.training.suiting import suited

    return suited(Path(data), inputs, output)


def preview_data(state: State, progress: Progress, text: str, data: str) -> PreviewReport:
    """A first look at a data set by its name, or at a file or folder by its path, for a design."""
    from composer.engine.datasets.preview import preview
    from composer.engine.datasets.registry import DATA_SETS

    return preview(data if data in DATA_SETS else Path(data), inputs=read(text).inputs)


VERBS: Mapping[str, Verb] = {
    "data_sets": data_sets,
    "preview_data": preview_data,
    "suited_data": suited_data,
    "suited_sets": suited_sets,
}
