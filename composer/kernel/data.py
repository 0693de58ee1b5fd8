"""What a kernel can be asked about data to train on."""

from __future__ import annotations

from collections.abc import Mapping

from composer.data_reports import Offered
from composer.kernel.verbs import Progress, State, Verb


def data_sets(state: State, progress: Progress) -> tuple[Offered, ...]:
    """The data sets that can be loaded by name."""
    from composer.engine.datasets.registry import offered

    return offered()


VERBS: Mapping[str, Verb] = {"data_sets": data_sets}
