"""Wrong designs: inputs that do not fit each other."""

from __future__ import annotations

from composer.design.document import Design
from composer.design.nodes import Parallel, Residual
from tests.build import chain, layer, linear, of, op
from tests.engine.wrong_designs import IMAGES, conv, flat, two

WRONG: dict[str, tuple[Design, str, list[str]]] = {
    "add images channels": (
        flat(conv("a", 3, 6, padding=1), op("s", "Add", "a", "x")),
        "s: expects inputs whose sizes are equal or 1, received N×6×8×8 from a and N×3×8×8 from x",
        ["insert Conv2d(3, 6, 1) on x", "insert Conv2d(6, 3, 1) on a"],
    ),
    "mul images channels": (
        flat(conv("a", 3, 6, padding=1), op("s", "Mul", "a", "x")),
        "s: expects inputs whose sizes are equal or 1, received N×6×8×8 from a and N×3×8×8 from x",
        ["insert Conv2d(3, 6, 1) on x", "insert Conv2d(6, 3, 1) on a"],
    ),
    "sub sequences": (
        chain(op("s", "Sub", "u", "v"), inputs=two(("N", 5, 7), ("N", 5, 9))),
        "s: expects inputs whose sizes are equal or 1, received N×5×7 from u and N×5×9 from v",
        ["insert Linear(9, 7) on v", "insert Linear(7, 9) on u"],
    ),
    "add of maps of sequences": (
        chain(op("s", "Add", "u", "v"), inputs=two(("N", 5, 7), ("N", 3, 7))),
        "s: expects inputs whose sizes are equal or 1, received N×5×7 from u and N×3×7 from v",
        ["insert Conv1d(3, 5, 1) on v", "insert Conv1d(5, 3, 1) on u"],
    ),
    "add of images of two sizes": (
        flat(conv("a", 3, 3), op("s", "Add", "a", "x")),
        "s: expects inputs whose sizes are equal or 1, received N×3×6×6 from a and N×3×8×8 from x",
        ["insert AdaptiveAvgPool2d(6) on x", "insert Upsample(8×8) on a"],
    ),
    "add images sizes+channels": (
        flat(conv("a", 3, 6), op("s", "Add", "a", "x")),
        "s: expects inputs whose sizes are equal or 1, received N×6×6×6 from a and N×3×8×8 from x",
        ["insert AdaptiveAvgPool2d(6) and Conv2d(3, 6, 1) on x", "insert Upsample(8×8) and Conv2d(6, 3, 1) on a"],
    ),
    "add three": (
        chain(linear("a", 4, 3), linear("b", 4, 5, "x"), linear("c", 4, 3, "x"), op("s", "Add", "a", "b", "c")),
        "s: expects inputs whose sizes are equal or 1, received N×3 from a and N×5 from b and N×3 from c",
        ["insert Linear(5, 3) on b", "insert Linear(3, 5) on a, Linear(3, 5) on c"],
    ),
    "add vectors onto images": (
        chain(op("s", "Mul", "u", "v"), inputs=two(("N", 3, 8, 8), ("N", 3))),
        "s: expects inputs whose sizes are equal or 1, received N×3×8×8 from u and N×3 from v",
        ["insert Unflatten(1, 3×1×1) on v"],
    ),
    "parallel add": (
        of(Parallel(merge="add", nodes=(linear("a", 4, 3), linear("b", 4, 5)))),
        "the design: expects inputs whose sizes are equal or 1, received N×3 from a and N×5 from b",
        ["insert Linear(5, 3) on b", "insert Linear(3, 5) on a"],
    ),
    "parallel concat images of two sizes": (
        of(Parallel(nodes=(conv("a", 3, 2), conv("b", 3, 4, 5))), inputs=IMAGES),
        "the design: expects inputs of equal sizes but for dimension 1, received N×2×6×6 from a and N×4×4×4 from b",
        ["insert Upsample(6×6) on b", "insert AdaptiveAvgPool2d(4) on a"],
    ),
    "concat unet crop": (
        flat(conv("a", 3, 2), op("c", "Concat", "a", "x")),
        "c: expects inputs of equal sizes but for dimension 1, received N×2×6×6 from a and N×3×8×8 from x",
        ["insert AdaptiveAvgPool2d(6) on x", "insert Upsample(8×8) on a"],
    ),
    "concat strided": (
        flat(conv("a", 3, 2, stride=2, padding=1), op("c", "Concat", "a", "x"), conv("d", 5, 1)),
        "c: expects inputs of equal sizes but for dimension 1, received N×2×4×4 from a and N×3×8×8 from x",
        ["insert AdaptiveAvgPool2d(4) on x", "insert Upsample(8×8) on a"],
    ),
    "concat sequences of two lengths": (
        chain(op("s", "Concat", "u", "v"), inputs=two(("N", 5, 7), ("N", 3, 9))),
        "s: expects inputs of equal sizes but for dimension 1, received N×5×7 from u and N×3×9 from v",
        ["insert AdaptiveAvgPool1d(7) on v", "insert Upsample(9) on u"],
    ),
    "residual with shortcut": (
        chain(Residual(id="r", nodes=(linear("a", 4, 6),), shortcut=linear("s", 4, 5))),
        "r: expects inputs whose sizes are equal or 1, received N×6 from r.a and N×5 from r.s",
        ["insert Linear(5, 6) on r.s", "insert Linear(6, 5) on r.a"],
    ),
    "residual images larger": (
        flat(Residual(id="r", nodes=(layer("a", "Upsample", scale_factor=2.0),))),
        "r: expects inputs whose sizes are equal or 1, received N×3×16×16 from r.a and N×3×8×8 from x",
        ["insert Upsample(16×16) on x", "insert Conv2d(3, 3, 1, 2) on r.a"],
    ),
}
