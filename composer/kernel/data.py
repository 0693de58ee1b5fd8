"""What a kernel can be asked about data to train on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from composer.data_reports import DataOptions, Offered, PreviewReport
from composer.design.document import Input
from composer.errors import DataError
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
    state: State, progress: Progress, data: str, inputs: tuple[Input, ...], output: TensorType | None,
    options: DataOptions,
) -> SuitedReport:  # fmt: skip
    """How the file or folder at a path goes with a design that takes `inputs` and gives `output`."""
    from composer.engine.training.suiting import suited

    return suited(Path(data), inputs, output, options)


def columns_of(state: State, progress: Progress, data: str) -> tuple[str, ...]:
    """The names of the columns of the file at a path; none where it is no table."""
    from composer.engine.datasets.files.reading import is_table
    from composer.engine.datasets.files.tables import open_table

    if not is_table(Path(data)):
        return ()
    try:
        with open_table(Path(data), DataOptions()) as table:
            return table.names
    except DataError:
        return ()


def preview_data(
    state: State, progress: Progress, text: str, data: str, options: DataOptions | None = None
) -> PreviewReport:
    """A first look at a data set by its name, or at a file or folder by its path, for a design."""
    from composer.engine.datasets.preview import preview
    from composer.engine.datasets.registry import DATA_SETS

    return preview(data if data in DATA_SETS else Path(data), options, read(text).inputs)


VERBS: Mapping[str, Verb] = {
    "columns_of": columns_of,
    "data_sets": data_sets,
    "preview_data": preview_data,
    "suited_data": suited_data,
    "suited_sets": suited_sets,
}
