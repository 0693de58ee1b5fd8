"""Wrong designs: what is said of each, at which path, and the labels of the fixes (a certain one is marked !)."""

from __future__ import annotations

from typing import Any

from composer.design.document import Definition, DefinitionOption, Design, Input
from composer.design.nodes import Layer, Node, Parallel, Residual, Sequential, Shared, Use
from tests.build import chain, layer, linear, of, op

IMAGES = (Input(shape=("N", 3, 8, 8)),)
SEQUENCES = (Input(shape=("T", "N", 4)),)
PAIR = (Input(name="u", shape=("N", 4)), Input(name="v", shape=("N", 5)))
TOKENS = (Input(shape=("N", "T"), dtype="int64", high=10),)
HALF = Definition(
    name="Half",
    options=(DefinitionOption(name="n"),),
    body=Sequential(nodes=(linear("fc", "=n", "=n//2"),)),
)


def conv(id: str, in_channels: int, out_channels: int, kernel_size: int = 3, **options: Any) -> Layer:
    sizes = {"in_channels": in_channels, "out_channels": out_channels, "kernel_size": kernel_size}
    return layer(id, "Conv2d", **sizes, **options)


def inputs(*shape: int | str) -> tuple[Input, ...]:
    """One input of a shape."""
    return (Input(shape=shape),)


def two(first: tuple[int | str, ...], second: tuple[int | str, ...]) -> tuple[Input, ...]:
    """Two inputs of these shapes, u and v."""
    return Input(name="u", shape=first), Input(name="v", shape=second)


def flat(*nodes: Node) -> Design:
    return chain(*nodes, inputs=IMAGES)


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
        ["take the real part, Real", "take the absolute value, Abs"],
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
        "add: expects inputs whose sizes are equal or 1, received N×3 from a and N×5 from b",
        ["insert Linear(5, 3) on b", "insert Linear(3, 5) on a"],
    ),
    "residual that changes features": (
        chain(Residual(id="r", nodes=(linear("a", 4, 6),))),
        "r: expects inputs whose sizes are equal or 1, received N×6 from r.a and N×4 from x",
        ["! add a shortcut, Linear", "insert Linear(6, 4) on r.a"],
    ),
    "residual that changes channels and strides": (
        flat(Residual(id="r", nodes=(conv("a", 3, 6, stride=2, padding=1),))),
        "r: expects inputs whose sizes are equal or 1, received N×6×4×4 from r.a and N×3×8×8 from x",
        ["! add a shortcut, Conv2d"],
    ),
    "rank of a convolution": (
        chain(conv("a", 4, 2)),
        "a: expects 4 dimensions (N×C×H×W), received 2 (N×4 from x)",
        [],
    ),
    "window larger than the image": (
        flat(conv("a", 3, 2, 11)),
        "a: expects an input no smaller than its window, received N×3×8×8 from x",
        ["set kernel_size=8", "set padding=2"],
    ),
    "heads that do not divide": (
        chain(
            layer("m", "MultiheadAttention", "x", "x", "x", embed_dim=4, num_heads=3),
            inputs=(Input(shape=("T", "N", 4)),),
        ),
        "m: expects embed_dim to be a multiple of num_heads, received nn.MultiheadAttention(4, 3)",
        ["set num_heads=2", "set num_heads=4"],
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
    "conv1d": (
        chain(layer("a", "Conv1d", in_channels=3, out_channels=2, kernel_size=2), inputs=(Input(shape=("N", 5, 9)),)),
        "a: expects 3 input channels, received 5 (from x, shape N×5×9)",
        ["! set in_channels=5", "make it lazy"],
    ),
    "conv3d": (
        chain(
            layer("a", "Conv3d", in_channels=3, out_channels=2, kernel_size=2), inputs=(Input(shape=("N", 5, 9, 9, 9)),)
        ),
        "a: expects 3 input channels, received 5 (from x, shape N×5×9×9×9)",
        ["! set in_channels=5", "make it lazy"],
    ),
    "transposed convolution": (
        flat(layer("a", "ConvTranspose2d", in_channels=5, out_channels=2, kernel_size=2)),
        "a: expects 5 input channels, received 3 (from x, shape N×3×8×8)",
        ["! set in_channels=3", "make it lazy"],
    ),
    "instance norm": (
        flat(layer("a", "InstanceNorm2d", num_features=5, affine=True)),
        "a: expects 5 channels, received 3 (from x, shape N×3×8×8)",
        ["! set num_features=3", "make it lazy"],
    ),
    "batch norm of features": (
        chain(layer("a", "BatchNorm1d", num_features=5)),
        "a: expects 5 channels, received 4 (from x, shape N×4)",
        ["! set num_features=4", "make it lazy"],
    ),
    "batch norm of rank 2 for images": (
        chain(layer("a", "BatchNorm2d", num_features=4)),
        "a: expects 4 dimensions (N×C×H×W), received 2 (N×4 from x)",
        ["use BatchNorm1d"],
    ),
    "rms norm": (
        chain(layer("a", "RMSNorm", normalized_shape=5)),
        "a: expects 5 as the last sizes, received 4 (from x, shape N×4)",
        ["! set normalized_shape=4"],
    ),
    "layer norm over two": (
        flat(layer("a", "LayerNorm", normalized_shape=[8, 9])),
        "a: expects 8×9 as the last sizes, received 8×8 (from x, shape N×3×8×8)",
        ["! set normalized_shape=8×8"],
    ),
    "lstm": (
        chain(layer("a", "LSTM", input_size=3, hidden_size=2), inputs=SEQUENCES),
        "a: expects 3 input features, received 4 (from x, shape T×N×4)",
        ["! set input_size=4"],
    ),
    "cell": (
        chain(layer("a", "LSTMCell", input_size=3, hidden_size=2)),
        "a: expects 3 input features, received 4 (from x, shape N×4)",
        ["! set input_size=4"],
    ),
    "bilinear": (
        chain(layer("a", "Bilinear", "u", "v", in1_features=4, in2_features=4, out_features=2), inputs=PAIR),
        "a: expects 4 features of the second input, received 5 (from v, shape N×5)",
        ["! set in2_features=5"],
    ),
    "bilinear both": (
        chain(layer("a", "Bilinear", "u", "v", in1_features=5, in2_features=4, out_features=2), inputs=PAIR),
        "a: expects 5 features of the first input, received 4 (from u, shape N×4)",
        ["! set in1_features=4 and in2_features=5"],
    ),
    "attention": (
        chain(layer("a", "MultiheadAttention", "x", "x", "x", embed_dim=6, num_heads=3), inputs=SEQUENCES),
        "a: expects 6 features, received 4 (from x, shape T×N×4)",
        ["set embed_dim=4 and num_heads=2", "set embed_dim=4 and num_heads=4"],
    ),
    "encoder layer": (
        chain(layer("a", "TransformerEncoderLayer", d_model=6, nhead=3), inputs=SEQUENCES),
        "a: expects 6 features, received 4 (from x, shape T×N×4)",
        ["set d_model=4 and nhead=2", "set d_model=4 and nhead=4"],
    ),
    "lstm tuple into linear": (
        chain(layer("a", "LSTM", input_size=4, hidden_size=2), linear("b", 2, 1), inputs=SEQUENCES),
        "b: expects a tensor, received a tuple, (T×N×2, (1×N×2, 1×N×2)) from a",
        ["! take the first item of the tuple"],
    ),
    "lazy shared at another size": (
        chain(layer("a", "LazyLinear", out_features=7), Shared(id="again", of="a")),
        "again: expects input that LazyLinear can take, received N×7 from a",
        [],
    ),
    "shared at another size": (
        chain(linear("a", 4, 7), Shared(id="again", of="a")),
        "again: expects 4 input features, received 7 (from a, shape N×7)",
        [],
    ),
    "stack of different sizes": (
        of(Parallel(merge="stack", nodes=(linear("a", 4, 3), linear("b", 4, 5)))),
        "the design: expects inputs of equal sizes, received N×3 from a and N×5 from b",
        [],
    ),
    "product of different sizes": (
        of(Parallel(merge="multiply", nodes=(linear("a", 4, 3), linear("b", 4, 5)))),
        "the design: expects inputs whose sizes are equal or 1, received N×3 from a and N×5 from b",
        ["insert Linear(5, 3) on b", "insert Linear(3, 5) on a"],
    ),
    "three branches": (
        of(Parallel(dim=0, nodes=(linear("a", 4, 3), linear("b", 4, 5), linear("c", 4, 5)))),
        "the design: expects inputs of equal sizes but for dimension 0, received N×3 from a and N×5 from b and N×5 from c",
        ["! join along dimension 1"],
    ),
    "concat of different ranks": (
        chain(op("m", "Mean", dim=[1]), op("cat", "Concat", "m", "x")),
        "cat: expects inputs of equal sizes but for dimension 1, received N from m and N×4 from x",
        ["insert Unsqueeze(1) on m"],
    ),
    "unflatten": (
        chain(layer("a", "Unflatten", dim=1, unflattened_size=[3, 2])),
        "a: expects sizes that hold as many numbers as come in, received N×4 from x",
        [],
    ),
    "einsum": (
        chain(op("a", "Einsum", "x", "x", equation="ij,jk->ik")),
        "a: expects input that Einsum can take, received N×4 from x and N×4 from x",
        [],
    ),
    "attention op": (
        chain(linear("a", 4, 3), op("s", "ScaledDotProductAttention", "x", "a", "x")),
        "s: expects input that ScaledDotProductAttention can take, received N×4 from x and N×3 from a and N×4 from x",
        [],
    ),
    "pool of rank 2": (
        chain(layer("a", "MaxPool2d", kernel_size=2)),
        "a: expects 4 dimensions (N×C×H×W), received 2 (N×4 from x)",
        [],
    ),
    "pool larger than image": (
        flat(layer("a", "MaxPool2d", kernel_size=9)),
        "a: expects an input no smaller than its window, received N×3×8×8 from x",
        ["set kernel_size=8", "set padding=1", "take it out"],
    ),
    "pool to nothing": (
        flat(*(layer(f"p{k}", "MaxPool2d", kernel_size=2) for k in range(4))),
        "p3: expects an input no smaller than its window, received N×3×1×1 from p2",
        ["set padding=1", "take it out"],
    ),
    "conv groups": (
        flat(conv("a", 3, 6, groups=2)),
        "a: expects in_channels to be a multiple of groups, received nn.Conv2d(3, 6, kernel_size=3, groups=2)",
        ["set groups=1", "set groups=3"],
    ),
    "group norm groups": (
        flat(layer("a", "GroupNorm", num_groups=2, num_channels=3)),
        "a: expects num_channels to be a multiple of num_groups, received nn.GroupNorm(2, 3)",
        ["set num_groups=1", "set num_groups=3"],
    ),
    "complex into a convolution": (
        flat(op("fft", "FFT"), conv("a", 3, 2)),
        "a: expects float32 numbers, received complex64 from fft",
        ["take the real part, Real", "take the absolute value, Abs"],
    ),
    "complex into a recurrent layer": (
        chain(op("fft", "FFT"), layer("a", "GRU", input_size=4, hidden_size=2), inputs=SEQUENCES),
        "a: expects float32 numbers, received complex64 from fft",
        ["take the real part, Real", "take the absolute value, Abs"],
    ),
    "booleans into a linear": (
        chain(op("b", "GreaterScalar", value=0.0), linear("a", 4, 2)),
        "a: expects float32 numbers, received bool from b",
        ["! insert a Cast to float32 before it"],
    ),
    "halves into a linear": (
        chain(op("h", "Cast", dtype="float16"), linear("a", 4, 2)),
        "a: expects float32 numbers, received float16 from h",
        ["! insert a Cast to float32 before it"],
    ),
    "doubles into a convolution": (
        flat(op("h", "Cast", dtype="float64"), conv("a", 3, 2)),
        "a: expects float32 numbers, received float64 from h",
        ["! insert a Cast to float32 before it"],
    ),
    "integers into a softmax": (
        chain(layer("a", "Softmax", dim=1), inputs=TOKENS),
        "a: expects floating-point numbers, received int64 from x",
        ["! insert a Cast to float32 before it"],
    ),
    "integers into a batch norm": (
        chain(layer("a", "BatchNorm1d", num_features=5), inputs=(Input(shape=("N", 5), dtype="int64", high=3),)),
        "a: expects float32 numbers, received int64 from x",
        ["! insert a Cast to float32 before it"],
    ),
    "integers into a mean": (
        chain(op("a", "Mean"), inputs=TOKENS),
        "a: expects floating-point numbers, received int64 from x",
        ["! insert a Cast to float32 before it"],
    ),
    "complex into an embedding": (
        chain(op("fft", "FFT"), layer("a", "Embedding", num_embeddings=3, embedding_dim=2)),
        "a: expects integers, such as token ids, received complex64 from fft",
        [],
    ),
    "permute of another rank": (
        chain(op("a", "Permute", dims=[0, 2, 1])),
        "a: expects input that Permute can take, received N×4 from x",
        [],
    ),
    "transpose beyond the rank": (
        chain(op("a", "Transpose", dim0=1, dim1=2)),
        "a: expects at least 3 dimensions, received 2 (N×4 from x)",
        [],
    ),
    "reduce beyond the rank": (
        chain(op("a", "Mean", dim=[3])),
        "a: expects at least 4 dimensions, received 2 (N×4 from x)",
        [],
    ),
    "slice beyond the rank": (
        chain(op("a", "Slice", index=[0, 0, 0])),
        "a: expects input that Slice can take, received N×4 from x",
        [],
    ),
    "select beyond the size": (
        chain(op("a", "Select", dim=1, index=9)),
        "a: expects input that Select can take, received N×4 from x",
        [],
    ),
    "squeeze then linear": (
        chain(op("a", "Unsqueeze", dim=1), linear("b", 1, 2)),
        "b: expects 1 input features, received 4 (from a, shape N×1×4)",
        ["insert a Flatten before it and set in_features=4", "set in_features=4", "make it lazy"],
    ),
    "chunk item that is not there": (
        chain(op("c", "Chunk", chunks=2, dim=1), linear("b", 2, 1, "c.2")),
        "b: expects an item of a tuple, received item 2 of a tuple of 2 (c.2)",
        [],
    ),
    "pixel shuffle": (
        flat(layer("a", "PixelShuffle", upscale_factor=2)),
        "a: expects input that PixelShuffle can take, received N×3×8×8 from x",
        [],
    ),
    "channel shuffle": (
        flat(layer("a", "ChannelShuffle", groups=2)),
        "a: expects input that ChannelShuffle can take, received N×3×8×8 from x",
        ["set groups=1", "set groups=3"],
    ),
    "upsample of rank 2": (
        chain(layer("a", "Upsample", scale_factor=2.0)),
        "a: expects input that Upsample can take, received N×4 from x",
        [],
    ),
    "reflection pad too large": (
        flat(layer("a", "ReflectionPad2d", padding=9)),
        "a: expects input that ReflectionPad2d can take, received N×3×8×8 from x",
        ["set padding=7"],
    ),
    "in a use of an expression": (
        chain(Use(id="u", of="Half", options={"n": 4}), Use(id="v", of="Half", options={"n": 6}), definitions=(HALF,)),
        ".Half.fc: expects 6 input features, received 2 (from u.fc, shape N×2)",
        ["set n=2 of v", "make it lazy"],
    ),
    "inside a residual body": (
        chain(Residual(id="r", nodes=(linear("a", 4, 6), linear("b", 5, 4)))),
        "r.b: expects 5 input features, received 6 (from r.a, shape N×6)",
        ["! set in_features=6", "make it lazy"],
    ),
    "flatten for a wired linear": (
        chain(conv("c", 3, 2), linear("a", 192, 4, "x"), inputs=IMAGES),
        "a: expects 192 input features, received 8 (from x, shape N×3×8×8)",
        ["! insert a Flatten before it", "set in_features=8", "make it lazy"],
    ),
    "where of different sizes": (
        chain(linear("a", 4, 3), op("g", "GreaterScalar", "x", value=0.0), op("w", "Where", "g", "a", "x")),
        "w: expects inputs whose sizes are equal or 1, received N×4 bool from g and N×3 from a and N×4 from x",
        [],
    ),
    "cosine of different sizes": (
        chain(linear("a", 4, 3), layer("c", "CosineSimilarity", "x", "a")),
        "c: expects input that CosineSimilarity can take, received N×4 from x and N×3 from a",
        [],
    ),
    "tie of different shapes": (
        chain(linear("a", 4, 8), linear("b", 8, 4), ties=(("a.weight", "b.weight"),)),
        "b.weight: expects the shape of a.weight, 8×4 float32, received 4×8 float32",
        [],
    ),
    "expand to another size": (
        chain(op("e", "Expand", sizes=[3, 7])),
        "e: expects input that Expand can take, received N×4 from x",
        [],
    ),
    "matmul of vectors": (
        chain(op("m", "MatMul", "x", "x")),
        "m: expects the last size of one to be the last but one of the other, received N×4 from x and N×4 from x",
        [],
    ),
    "linear of a scalar": (
        chain(op("s", "Sum"), linear("a", 4, 2)),
        "a: expects input that Linear can take, received scalar from s",
        [],
    ),
}
