"""Calls that the meta device lets pass and no other device takes."""

from __future__ import annotations

import re

from composer.engine.preview import real_error
from composer.reports import ValueType

DOUBTED = re.compile(
    r"(Lazy)?ConvTranspose\dd|ConstantPad\dd|AdaptiveAvgPool1d|Softmax|Softmin|softmax|Sort|Max|Min|And|Or"
    r"|Upsample|Interpolate|IndexSelect|BCEWithLogitsLoss|SoftMarginLoss|HuberLoss"
)
"""Kinds whose meta run proves little: found by running every kind at many ranks, types and dimensions on both."""


def refused(kind: str, construct: str, call: str, inputs: tuple[ValueType, ...]) -> str:
    """What torch says against a call that passed on the meta device, or ""."""
    return real_error(construct, call, inputs) if DOUBTED.fullmatch(kind) else ""
