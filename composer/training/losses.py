"""Which losses of the catalog compare one output with one target, and what the target has to be for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from composer.data_reports import Task

Target = Literal["index", "share", "sign", "value"]

TARGETS: Mapping[str, Target] = {
    "CrossEntropyLoss": "index",
    "NLLLoss": "index",
    "MultiMarginLoss": "index",
    "BCEWithLogitsLoss": "share",
    "BCELoss": "share",
    "MultiLabelSoftMarginLoss": "share",
    "KLDivLoss": "share",
    "SoftMarginLoss": "sign",
    "MSELoss": "value",
    "L1Loss": "value",
    "SmoothL1Loss": "value",
    "HuberLoss": "value",
    "PoissonNLLLoss": "value",
}
"""An index of a class; a share of each class, which is 0 or 1; a sign for each class, 1 or -1; or a value."""


def fitting(task: Task) -> tuple[str, ...]:
    """The losses with which a model learns such a task, the usual one first.

    A class is an index for some, and for the others a row with a number for each class.
    """
    if task == "values":
        return tuple(kind for kind, target in TARGETS.items() if target == "value")
    return tuple(TARGETS)
