"""Wrong designs: windows, numbers of heads and groups, heads of fixed size, and outputs with nothing in them."""

from __future__ import annotations

from composer.design.document import Design
from tests.build import chain, layer, linear, op
from tests.engine.wrong_designs import SEQUENCES, conv, flat, inputs

WRONG: dict[str, tuple[Design, str, list[str]]] = {
    "head of another image size": (
        flat(conv("a", 3, 4), layer("f", "Flatten"), linear("fc", 100, 10)),
        "fc: expects 100 input features, received 144 (from f, shape N×144)",
        ["! set in_features=144", "make it lazy", "insert AdaptiveAvgPool2d(5) before f"],
    ),
    "head after act": (
        flat(conv("a", 3, 4), layer("f", "Flatten"), layer("act", "ReLU"), linear("fc", 36, 10)),
        "fc: expects 36 input features, received 144 (from f, shape N×144)",
        ["! set in_features=144", "make it lazy", "insert AdaptiveAvgPool2d(3) before f"],
    ),
    "head symbol": (
        chain(conv("a", 3, 4), layer("f", "Flatten"), linear("fc", 36, 10), inputs=inputs("N", 3, "H", "W")),
        "fc: expects 36 input features, received ? (from f, shape N×?)",
        ["insert AdaptiveAvgPool2d(3) before f"],
    ),
    "head without flatten": (
        flat(conv("a", 3, 4), linear("fc", 36, 10)),
        "fc: expects 36 input features, received 6 (from a, shape N×4×6×6)",
        [
            "insert a Flatten before it and set in_features=144",
            "set in_features=6",
            "make it lazy",
            "insert AdaptiveAvgPool2d(3) and a Flatten before it",
        ],
    ),
    "head no square": (
        flat(conv("a", 3, 4), layer("f", "Flatten"), linear("fc", 37, 10)),
        "fc: expects 37 input features, received 144 (from f, shape N×144)",
        ["! set in_features=144", "make it lazy"],
    ),
    "heads of encoder": (
        chain(layer("a", "TransformerEncoderLayer", d_model=4, nhead=3), inputs=SEQUENCES),
        "a: expects embed_dim to be a multiple of num_heads, received nn.TransformerEncoderLayer(4, 3)",
        ["set nhead=2", "set nhead=4"],
    ),
    "group norm size and groups": (
        flat(conv("c", 3, 6), layer("a", "GroupNorm", num_groups=4, num_channels=8)),
        "a: expects 8 channels, received 6 (from c, shape N×6×6×6)",
        ["set num_channels=6 and num_groups=3", "set num_channels=6 and num_groups=6"],
    ),
    "conv out groups": (
        flat(conv("a", 3, 4, groups=3)),
        "a: expects out_channels to be a multiple of groups, received nn.Conv2d(3, 4, kernel_size=3, groups=3)",
        ["set groups=1"],
    ),
    "kernel with dilation": (
        flat(conv("a", 3, 2, 5, dilation=2)),
        "a: expects an input no smaller than its window, received N×3×8×8 from x",
        ["set kernel_size=4", "set padding=1"],
    ),
    "kernel tuple": (
        flat(layer("a", "Conv2d", in_channels=3, out_channels=2, kernel_size=[3, 11])),
        "a: expects an input no smaller than its window, received N×3×8×8 from x",
        ["set kernel_size=3×8", "set padding=2"],
    ),
    "kernel conv1d": (
        chain(layer("a", "Conv1d", in_channels=4, out_channels=2, kernel_size=5), inputs=inputs("N", 4, 3)),
        "a: expects an input no smaller than its window, received N×4×3 from x",
        ["set kernel_size=3", "set padding=1"],
    ),
    "avg pool": (
        flat(layer("a", "AvgPool2d", kernel_size=9)),
        "a: expects an input no smaller than its window, received N×3×8×8 from x",
        ["set kernel_size=8", "set padding=1", "take it out"],
    ),
    "convtranspose to nothing": (
        chain(
            layer("a", "ConvTranspose2d", in_channels=3, out_channels=2, kernel_size=2, padding=1),
            inputs=inputs("N", 3, 1, 1),
        ),
        "a: expects options that leave an output that is not empty, received N×3×1×1 from x",
        ["set padding=0"],
    ),
    "convtranspose output padding": (
        flat(layer("a", "ConvTranspose2d", in_channels=3, out_channels=2, kernel_size=2, output_padding=1)),
        "a: expects output_padding to be smaller than stride or dilation, "
        "received nn.ConvTranspose2d(3, 2, kernel_size=2, output_padding=1)",
        ["set output_padding=0"],
    ),
    "slice nothing": (
        chain(op("s", "Slice", index=[[0, None, None], [7, None, None]])),
        "s: expects an output that is not empty, received N×0 out of N×4",
        [],
    ),
    "upsample to nothing": (
        flat(layer("a", "Upsample", scale_factor=0.01)),
        "a: expects options that leave an output that is not empty, received N×3×8×8 from x",
        [],
    ),
    "lstm rank 4": (
        flat(layer("a", "LSTM", input_size=8, hidden_size=2)),
        "a: expects input that LSTM can take, received N×3×8×8 from x",
        [],
    ),
}
