"""Wrong shapes and types: what is said, at which path, and that the fixes offered repair it."""

from __future__ import annotations

import pytest

from composer.design.document import Definition, DefinitionOption, Design, Input
from composer.design.edits.operations import apply
from composer.design.nodes import Parallel, Repeat, Residual, Sequential, Use
from composer.engine.shapes import examine
from composer.errors import Problem
from tests.build import X, chain, layer, linear, of, op

IMAGES = (Input(shape=("N", 3, 8, 8)),)
TOKENS = (Input(shape=("N", "T"), dtype="int64", high=10),)
HALF = Definition(
    name="Half",
    options=(DefinitionOption(name="n"),),
    body=Sequential(nodes=(linear("fc", "=n", "=n//2"),)),
)


def conv(id: str, in_channels: int, out_channels: int, kernel_size: int = 3, **options: object) -> object:
    sizes = {"in_channels": in_channels, "out_channels": out_channels, "kernel_size": kernel_size}
    return layer(id, "Conv2d", **sizes, **options)


def flat(*nodes: object) -> Design:
    return chain(*nodes, inputs=IMAGES)  # type: ignore[arg-type]


# name: the design, the problem as it reads, the labels of its fixes (a certain one is marked !)
WRONG: dict[str, tuple[Design, str, list[str]]] = {
    "linear": (
        chain(linear("a", 4, 8), linear("b", 5, 2)),
        "b: expects 5 input features, received 8 (from a, shape N×8)",
        ["! set in_features=8", "make it lazy"],
    ),
    "linear after an activation": (
        chain(linear("a", 4, 8), layer("act", "ReLU"), layer("drop", "Dropout"), linear("b", 5, 2)),
        "b: expects 5 input features, received 8 (from a, shape N×8)",
        ["! set in_features=8", "make it lazy"],
    ),
    "linear on the input": (
        chain(linear("a", 7, 8)),
        "a: expects 7 input features, received 4 (from x, shape N×4)",
        ["! set in_features=4", "make it lazy"],
    ),
    "missing flatten": (
        flat(linear("a", 192, 8)),
        "a: expects 192 input features, received 8 (from x, shape N×3×8×8)",
        ["! insert a Flatten before it", "set in_features=8", "make it lazy"],
    ),
    "missing flatten and wrong size": (
        flat(linear("a", 100, 8)),
        "a: expects 100 input features, received 8 (from x, shape N×3×8×8)",
        ["insert a Flatten before it and set in_features=192", "set in_features=8", "make it lazy"],
    ),
    "convolution": (
        flat(conv("a", 1, 6)),
        "a: expects 1 input channels, received 3 (from x, shape N×3×8×8)",
        ["! set in_channels=3", "make it lazy"],
    ),
    "batch norm": (
        flat(conv("a", 3, 6), layer("bn", "BatchNorm2d", num_features=5)),
        "bn: expects 5 channels, received 6 (from a, shape N×6×6×6)",
        ["! set num_features=6", "make it lazy"],
    ),
    "group norm": (
        flat(conv("a", 3, 6), layer("gn", "GroupNorm", num_groups=2, num_channels=4)),
        "gn: expects 4 channels, received 6 (from a, shape N×6×6×6)",
        ["! set num_channels=6"],
    ),
    "layer norm": (
        chain(layer("ln", "LayerNorm", normalized_shape=[5])),
        "ln: expects 5 as the last sizes, received 4 (from x, shape N×4)",
        ["! set normalized_shape=4"],
    ),
    "recurrent": (
        chain(layer("rnn", "GRU", input_size=3, hidden_size=2), inputs=(Input(shape=("T", "N", 4)),)),
        "rnn: expects 3 input features, received 4 (from x, shape T×N×4)",
        ["! set input_size=4"],
    ),
    "in a definition, by its use": (
        chain(Use(id="u", of="Half", options={"n": 6}), definitions=(HALF,)),
        ".Half.fc: expects 6 input features, received 4 (from x, shape N×4)",
        ["set n=4 of u", "make it lazy"],
    ),
    "floats into an embedding": (
        chain(layer("e", "Embedding", num_embeddings=10, embedding_dim=3)),
        "e: expects integers, such as token ids, received float32 from x",
        ["insert a Cast to int64 before it"],
    ),
    "integers into a linear": (
        chain(linear("a", 5, 2), inputs=(Input(shape=("N", 5), dtype="int64", high=3),)),
        "a: expects float32 numbers, received int64 from x",
        ["! insert a Cast to float32 before it"],
    ),
    "complex into a linear": (
        chain(op("fft", "FFT"), linear("a", 4, 2)),
        "a: expects float32 numbers, received complex64 from fft",
        [],
    ),
    "concat along the wrong dimension": (
        of(Parallel(dim=0, nodes=(linear("a", 4, 3), linear("b", 4, 5)))),
        "the design: expects inputs of equal sizes but for dimension 0, received N×3 from a and N×5 from b",
        ["! join along dimension 1"],
    ),
    "concat op along the wrong dimension": (
        chain(linear("a", 4, 3), linear("b", 4, 5, "x"), op("cat", "Concat", "a", "b", dim=0)),
        "cat: expects inputs of equal sizes but for dimension 0, received N×3 from a and N×5 from b",
        ["! join along dimension 1"],
    ),
    "add of different sizes": (
        chain(linear("a", 4, 3), linear("b", 4, 5, "x"), op("add", "Add", "a", "b")),
        "add: expects inputs of equal sizes (or of size 1 where they differ), received N×3 from a and N×5 from b",
        [],
    ),
    "residual that changes features": (
        chain(Residual(id="r", nodes=(linear("a", 4, 6),))),
        "r: expects inputs of equal sizes (or of size 1 where they differ), received N×6 from r.a and N×4 from x",
        ["! add a shortcut, Linear"],
    ),
    "residual that changes channels and strides": (
        flat(Residual(id="r", nodes=(conv("a", 3, 6, stride=2, padding=1),))),  # type: ignore[arg-type]
        "r: expects inputs of equal sizes (or of size 1 where they differ), "
        "received N×6×4×4 from r.a and N×3×8×8 from x",
        ["! add a shortcut, Conv2d"],
    ),
    "rank of a convolution": (
        chain(conv("a", 4, 2)),  # type: ignore[arg-type]
        "a: expects 4 dimensions (N×C×H×W), received 2 (N×4 from x)",
        [],
    ),
    "window larger than the image": (
        flat(conv("a", 3, 2, 11)),
        "a: expects an input no smaller than its window, received N×3×8×8 from x",
        [],
    ),
    "heads that do not divide": (
        chain(
            layer("m", "MultiheadAttention", "x", "x", "x", embed_dim=4, num_heads=3),
            inputs=(Input(shape=("T", "N", 4)),),
        ),
        "m: expects embed_dim to be a multiple of num_heads, received nn.MultiheadAttention(4, 3)",
        [],
    ),
    "matrix product": (
        chain(linear("a", 4, 3), op("m", "MatMul", "x", "a")),
        "m: expects the last size of one to be the last but one of the other, received N×4 from x and N×3 from a",
        [],
    ),
    "reshape to another count": (
        chain(op("r", "Reshape", sizes=["=d0", 3])),
        "r: expects sizes that hold as many numbers as come in, received N×4 from x",
        [],
    ),
}


def label(fix: object) -> str:
    return f"{'! ' if fix.certain else ''}{fix.label}"  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", WRONG)
def test_wrong_shapes_and_types(name: str) -> None:
    design, message, labels = WRONG[name]
    (problem,) = examine(design).problems
    assert str(problem) == message
    assert [label(fix) for fix in problem.fixes] == labels
    assert len(message) <= 300
    assert problem.detail, "torch's own words are there as a detail"
    assert problem.detail not in message


@pytest.mark.parametrize("name", WRONG)
def test_each_fix_repairs(name: str) -> None:
    design, _, _ = WRONG[name]
    (problem,) = examine(design).problems
    for fix in problem.fixes:
        assert examine(mended(design, problem, fix.label)).problems == (), fix.label


def mended(design: Design, problem: Problem, label: str) -> Design:
    (fix,) = [each for each in problem.fixes if each.label == label]
    for edit in fix.edits:
        design = apply(design, edit)
    return design


def test_problems_behind_a_problem_are_shown_at_once() -> None:
    design = flat(conv("a", 1, 6), conv("b", 5, 7), layer("flatten", "Flatten"), linear("fc", 10, 10))
    assert [str(problem) for problem in examine(design).problems] == [
        "a: expects 1 input channels, received 3 (from x, shape N×3×8×8)",
        "b: expects 5 input channels, received 6 (from a, shape N×6×6×6)",
        "fc: expects 10 input features, received 112 (from flatten, shape N×112)",
    ]


def test_a_problem_of_many_instances_is_said_once() -> None:
    design = chain(Repeat(id="r", times=5, body=linear("0", 4, 8)))
    (problem,) = examine(design).problems
    assert str(problem) == "r.0: expects 4 input features, received 8 (from r.0, shape N×8)"
    assert X[0].name == "x" and TOKENS[0].high == 10
