"""Wrong designs: calls that only the meta device takes, and complex numbers."""

from __future__ import annotations

from composer.design.document import Design
from tests.build import chain, layer, op

WRONG: dict[str, tuple[Design, str, list[str]]] = {
    "softmax dim": (
        chain(op("m", "Mean", dim=[1]), layer("a", "Softmax", dim=1)),
        "a: expects at least 2 dimensions, received 1 (N from m)",
        ["set dim=0"],
    ),
    "softmax op dim": (
        chain(op("m", "Mean"), op("a", "softmax", dim=1)),
        "a: expects at least 2 dimensions, received 0 (scalar from m)",
        [],
    ),
    "and floats": (
        chain(op("a", "And", "x", "x")),
        "a: expects booleans or integers, received float32 from x",
        ["insert a Cast to bool before it"],
    ),
    "or mixed": (
        chain(op("g", "GreaterScalar", value=0.0), op("a", "Or", "g", "x")),
        "a: expects booleans or integers, received float32 from x",
        ["insert a Cast to bool before it"],
    ),
    "linear complex": (
        chain(op("f", "FFT"), layer("a", "Softmax", dim=1)),
        "a: expects real numbers, received complex64 from f",
        ["take the real part, Real", "take the absolute value, Abs"],
    ),
}
