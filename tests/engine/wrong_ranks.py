"""Wrong designs: a dimension too few, or the channels elsewhere."""

from __future__ import annotations

from composer.design.document import Design
from tests.build import chain, layer, linear
from tests.engine.wrong_designs import conv, inputs

WRONG: dict[str, tuple[Design, str, list[str]]] = {
    "image without channels": (
        chain(conv("a", 1, 2), inputs=inputs("N", 8, 8)),
        "a: expects 4 dimensions (N×C×H×W), received 3 (N×8×8 from x)",
        ["! insert an Unsqueeze of dimension 1 before it"],
    ),
    "image without channels, wrong channels": (
        chain(conv("a", 3, 2), inputs=inputs("N", 8, 8)),
        "a: expects 4 dimensions (N×C×H×W), received 3 (N×8×8 from x)",
        ["insert an Unsqueeze of dimension 1 before it and set in_channels=1"],
    ),
    "batch norm of images without channels": (
        chain(layer("a", "BatchNorm2d", num_features=1), inputs=inputs("N", 8, 8)),
        "a: expects 4 dimensions (N×C×H×W), received 3 (N×8×8 from x)",
        ["! insert an Unsqueeze of dimension 1 before it"],
    ),
    "sequence without channels": (
        chain(layer("a", "Conv1d", in_channels=1, out_channels=2, kernel_size=3), inputs=inputs("N", 9)),
        "a: expects 3 dimensions (N×C×L), received 2 (N×9 from x)",
        ["! insert an Unsqueeze of dimension 1 before it"],
    ),
    "volume without channels": (
        chain(layer("a", "Conv3d", in_channels=1, out_channels=2, kernel_size=2), inputs=inputs("N", 4, 4, 4)),
        "a: expects 5 dimensions (N×C×D×H×W), received 4 (N×4×4×4 from x)",
        ["! insert an Unsqueeze of dimension 1 before it"],
    ),
    "image as a vector": (
        chain(conv("a", 1, 2), inputs=inputs("N", 784)),
        "a: expects 4 dimensions (N×C×H×W), received 2 (N×784 from x)",
        ["insert an Unflatten to 1×28×28 before it"],
    ),
    "color image as a vector": (
        chain(conv("a", 3, 2), inputs=inputs("N", 192)),
        "a: expects 4 dimensions (N×C×H×W), received 2 (N×192 from x)",
        ["insert an Unflatten to 3×8×8 before it"],
    ),
    "vector that is no square": (
        chain(conv("a", 1, 2), inputs=inputs("N", 50)),
        "a: expects 4 dimensions (N×C×H×W), received 2 (N×50 from x)",
        [],
    ),
    "sequence into conv2d": (
        chain(conv("a", 5, 2), inputs=inputs("N", 5, 9)),
        "a: expects 4 dimensions (N×C×H×W), received 3 (N×5×9 from x)",
        ["use Conv1d"],
    ),
    "channels last conv1d": (
        chain(layer("a", "Conv1d", in_channels=4, out_channels=2, kernel_size=3), inputs=inputs("N", 9, 4)),
        "a: expects 4 input channels, received 9 (from x, shape N×9×4)",
        ["! insert a Transpose before it", "set in_channels=9", "make it lazy"],
    ),
    "channels last symbol": (
        chain(layer("a", "Conv1d", in_channels=4, out_channels=2, kernel_size=3), inputs=inputs("N", "T", 4)),
        "a: expects 4 input channels, received T (from x, shape N×T×4)",
        ["! insert a Transpose before it"],
    ),
    "channels last conv2d": (
        chain(conv("a", 3, 2), inputs=inputs("N", 8, 8, 3)),
        "a: expects 3 input channels, received 8 (from x, shape N×8×8×3)",
        ["! insert a Permute before it", "set in_channels=8", "make it lazy"],
    ),
    "channels last conv3d": (
        chain(layer("a", "Conv3d", in_channels=3, out_channels=2, kernel_size=2), inputs=inputs("N", 8, 8, 8, 3)),
        "a: expects 3 input channels, received 8 (from x, shape N×8×8×8×3)",
        ["! insert a Permute before it", "set in_channels=8", "make it lazy"],
    ),
    "channels last bn1d": (
        chain(layer("a", "BatchNorm1d", num_features=4), linear("b", 4, 2), inputs=inputs("N", 9, 4)),
        "a: expects 4 channels, received 9 (from x, shape N×9×4)",
        ["! insert a Transpose before it, and back after it", "set num_features=9", "make it lazy"],
    ),
    "channels last bn1d symbol": (
        chain(
            linear("l", 4, 6), layer("a", "BatchNorm1d", num_features=6), linear("b", 6, 2), inputs=inputs("N", "T", 4)
        ),
        "a: expects 6 channels, received T (from l, shape N×T×6)",
        ["! insert a Transpose before it, and back after it"],
    ),
    "channels last bn2d": (
        chain(layer("a", "BatchNorm2d", num_features=3), inputs=inputs("N", 8, 8, 3)),
        "a: expects 3 channels, received 8 (from x, shape N×8×8×3)",
        ["! insert a Permute before it, and back after it", "set num_features=8", "make it lazy"],
    ),
    "sequence where both fit": (
        chain(layer("a", "Conv1d", in_channels=5, out_channels=2, kernel_size=3), inputs=inputs("N", 9, 9)),
        "a: expects 5 input channels, received 9 (from x, shape N×9×9)",
        ["! set in_channels=9", "make it lazy"],
    ),
}
