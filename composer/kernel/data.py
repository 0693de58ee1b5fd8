"""What a kernel can be asked about data to train on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from composer.data_reports import Offered, PreviewReport
from composer.kernel.verbs import Progress, State, Verb, read


def data_sets(state: State, progress: Progress) -> tuple[Offered, ...]:
    """The data sets that can be loaded by name."""
    from composer.engine.datasets.registry import offered

    return offered()


def preview_data(state: State, progress: Progress, text: str, data: str) -> PreviewReport:
    """A first look at a data set by its name, or at a file or folder by its path, for a design."""
    from composer.engine.datasets.preview import preview
    from composer.engine.datasets.registry import DATA_SETS

    return preview(data if data in DATA_SETS else Path(data), inputs=read(text).inputs)


VERBS: Mapping[str, Verb] = {"data_sets": data_sets, "preview_data": preview_data}
