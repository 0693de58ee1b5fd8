"""Calls that the meta device lets pass and no other device takes."""

from __future__ import annotations

import re

from composer.engine.preview import real_error
from composer.reports import TensorType, ValueType

DOUBTED = re.compile(
    r"(Lazy)?ConvTranspose\dd|ConstantPad\dd|AdaptiveAvgPool1d|Softmax|Softmin|softmax|Sort|Max|Min|And|Or"
    r"|Upsample|Interpolate|IndexSelect|BCEWithLogitsLoss|SoftMarginLoss|HuberLoss"
)
"""Kinds whose meta run proves little: found by running every kind at many ranks, types and dimensions on both."""


def refused(kind: str, construct: str, call: str, inputs: tuple[ValueType, ...]) -> str:
    """What torch says against a call that passed on the meta device, or ""."""
    if not DOUBTED.fullmatch(kind) or _is_plain(kind, construct, inputs):
        return ""
    return real_error(construct, call, inputs)


def _is_plain(kind: str, construct: str, inputs: tuple[ValueType, ...]) -> bool:
    """Whether it is a transposed convolution of a batch, whose real run would take long and say nothing new."""
    first = inputs[0] if inputs else None
    if "ConvTranspose" not in kind or "output_padding" in construct or not isinstance(first, TensorType):
        return False
    return len(first.dims) == int(kind[-2]) + 2
