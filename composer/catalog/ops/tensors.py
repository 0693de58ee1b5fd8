"""Ops that make tensors of another one's size, or change what its entries are."""

from composer.catalog.options import DType, Int
from composer.catalog.spec import OpSpec

TENSORS = (
    OpSpec(
        kind="Arange",
        category="Tensor",
        call="torch.arange({0}.shape[{dim}], device={0}.device)",
        help="The positions 0, 1, 2, … along a dimension of the input, for position embeddings.",
        aliases=("positions", "range", "index", "positional embedding"),
        options=(Int("dim", default=1, help="The dimension whose positions are counted; 1 is that of tokens."),),
    ),
    OpSpec(
        kind="ZerosLike",
        category="Tensor",
        call="torch.zeros_like",
        help="Zeros in the shape of the input.",
        aliases=("initial state", "fill"),
    ),
    OpSpec(
        kind="OnesLike",
        category="Tensor",
        call="torch.ones_like",
        help="Ones in the shape of the input, such as a mask to begin with.",
        aliases=("mask", "fill"),
    ),
    OpSpec(
        kind="Cast",
        category="Tensor",
        call="{0}.to({dtype})",
        help="Changes the type of the entries, for example from integers to float32.",
        aliases=("dtype", "type", "float", "half", "precision"),
        options=(DType("dtype", help="The new type."),),
    ),
    OpSpec(
        kind="OneHot",
        category="Tensor",
        call="F.one_hot",
        positional=1,
        help="Replaces each integer by a row of zeros with a one at its place.",
        aliases=("class", "encode", "token"),
        options=(Int("num_classes", low=1, help="Length of the rows: one more than the largest integer."),),
    ),
    OpSpec(
        kind="Detach",
        category="Tensor",
        call=".detach",
        help="Passes the values on but lets no gradient back.",
        aliases=("stop gradient", "constant"),
    ),
    OpSpec(
        kind="Contiguous",
        category="Tensor",
        call=".contiguous",
        help="Copies the entries into their order in memory, where they are in another.",
        aliases=("memory", "copy"),
    ),
)
