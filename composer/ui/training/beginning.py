"""What the fields of the form begin with: what the last run of the design had, or what is usual for its size."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from composer.catalog.optimizers import OPTIMIZERS
from composer.errors import ComposerError
from composer.reports import ShapesReport
from composer.training.config import TrainConfig
from composer.ui import state
from composer.ui.document import Document
from composer.ui.holding import held
from composer.ui.training.listing import is_of

_ADAMS = ("Adam", "AdamW")
_LARGE, _VERY_LARGE = 10**6, 2 * 10**7  # parameters


@dataclass(frozen=True, slots=True)
class Beginning:
    """The fields of the form for the design `id`, which has so many parameters. `config` is what they begin with."""

    id: str
    parameters: int
    config: TrainConfig

    def key(self, name: str, usual: Any, among: Collection[Any] | None = None) -> str:
        """The key of a field that holds its value for this design; see `held`."""
        return held(f"train:{name}", self.id, usual, among)

    def rate(self, optimizer: str) -> float:
        """The learning rate to begin with."""
        own = self.config.optimizer
        usual = OPTIMIZERS[optimizer].by_name["lr"].default
        if optimizer in _ADAMS:
            usual = 3e-4 if self.parameters > _VERY_LARGE else 1e-3 if self.parameters > _LARGE else 5e-3
        found: Any = own.options.get("lr", usual) if own.kind == optimizer else usual
        return float(found)


def beginning(document: Document, report: ShapesReport) -> Beginning:
    """What the form begins with in this tab."""
    parameters = sum(each.count or 0 for each in report.tensors if each.parameter and not each.owner)
    key = f"train:last:{document.id}"
    if state.kept(key, None) is None:
        state.remember(key, _last(document) or _usual(parameters))
    return Beginning(document.id, parameters, state.kept(key, None))


def _usual(parameters: int) -> TrainConfig:
    large = parameters > _LARGE
    return TrainConfig(data="", epochs=5 if large else 25, batch_size=16 if large else 64)


def _last(document: Document) -> TrainConfig | None:
    """The configuration of the last run of this design, as it is or was."""
    try:
        entries = state.documents().workspace.runs.all()
    except ComposerError:
        return None
    return next((each.config for each in entries if each.config and is_of(each, document)), None)
