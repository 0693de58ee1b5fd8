"""Saying in one sentence what a layer or op expected and what came."""

from __future__ import annotations

import re

from composer.reports import TensorType, ValueType, describe

_NUMBER_ARGUMENTS = re.compile(r"nn\.\w+\((\d+)")
_FEATURES = {
    "Linear": (-1, "input features"),
    "Conv1d": (1, "input channels"),
    "Conv2d": (1, "input channels"),
    "Conv3d": (1, "input channels"),
    "ConvTranspose2d": (1, "input channels"),
    "BatchNorm1d": (1, "channels"),
    "BatchNorm2d": (1, "channels"),
    "BatchNorm3d": (1, "channels"),
}


def explain(kind: str, text: str, inputs: tuple[ValueType, ...], origins: tuple[str, ...]) -> tuple[str, str]:
    """(expected, received) for a failed call. `text` is the source of the layer or of the op's call.

    `origins` are the paths that the inputs come from.
    """
    came = zip(map(describe, inputs), origins, strict=True)
    received = " and ".join(f"{type} from {origin}" if origin else type for type, origin in came) or "nothing"
    first = inputs[0] if inputs else None
    if kind in _FEATURES and isinstance(first, TensorType):
        axis, what = _FEATURES[kind]
        number = _NUMBER_ARGUMENTS.match(text)
        rank_fits = len(first.dims) >= (axis + 1 if axis >= 0 else -axis)
        if number and rank_fits and first.dims[axis] != int(number[1]):
            return f"{number[1]} {what}", f"{first.dims[axis]} (from {origins[0]}, shape {first})"
    return f"shapes that {kind} can take", received
