"""Ops that take some entries of a tensor."""

from composer.catalog.options import Index, Int
from composer.catalog.spec import OpSpec, inputs

_DIM = Int("dim", help="The dimension; -1 is the last.")
_AT = inputs("input index")

INDEXING = (
    OpSpec(
        kind="Slice",
        category="Index",
        call="{0}[{index}]",
        help="Takes a part by index, as in x[:, 0] or x[..., ::2].",
        aliases=("index", "crop", "getitem", "last step", "class token"),
        options=(Index("index", help="For each dimension: a position, a slice, a new dimension (none) or “...”."),),
    ),
    OpSpec(
        kind="Select",
        category="Index",
        call=".select",
        positional=2,
        help="Takes one position along a dimension, which is then gone.",
        aliases=("index", "last step", "class token"),
        options=(_DIM, Int("index", help="The position; negative ones count from the end.")),
    ),
    OpSpec(
        kind="Narrow",
        category="Index",
        call=".narrow",
        positional=3,
        help="Takes some neighboring positions along a dimension.",
        aliases=("slice", "crop"),
        options=(_DIM, Int("start", help="First position."), Int("length", low=0, help="How many.")),
    ),
    OpSpec(
        kind="IndexSelect",
        category="Index",
        inputs=_AT,
        call="{0}.index_select({dim}, {1})",
        help="Takes the positions along a dimension that the second input lists.",
        aliases=("gather", "lookup"),
        options=(_DIM,),
    ),
    OpSpec(
        kind="Gather",
        category="Index",
        inputs=_AT,
        call="{0}.gather({dim}, {1})",
        help="For each entry of the second input, takes the entry at that position along a dimension.",
        aliases=("lookup", "pick"),
        options=(_DIM,),
    ),
    OpSpec(
        kind="Tril",
        category="Index",
        call=".tril",
        help="Keeps what is on and below the diagonal of matrices, and sets the rest to zero.",
        aliases=("triangle", "causal", "mask", "lower"),
        options=(Int("diagonal", default=0, help="Move the diagonal up by this many."),),
    ),
    OpSpec(
        kind="Triu",
        category="Index",
        call=".triu",
        help="Keeps what is on and above the diagonal of matrices, and sets the rest to zero.",
        aliases=("triangle", "causal", "mask", "upper"),
        options=(Int("diagonal", default=0, help="Move the diagonal up by this many."),),
    ),
    OpSpec(
        kind="Diagonal",
        category="Index",
        call=".diagonal",
        help="The diagonal of matrices.",
        aliases=("matrix", "trace"),
        options=(
            Int("offset", default=0, help="Move the diagonal up by this many."),
            Int("dim1", default=0, help="First dimension of the matrices."),
            Int("dim2", default=1, help="Second dimension of the matrices."),
        ),
    ),
    OpSpec(
        kind="Sort",
        category="Index",
        outputs=2,
        call=".sort",
        help="The entries in order along a dimension, and where they were.",
        aliases=("order", "rank"),
        options=(Int("dim", default=-1, help="The dimension; -1 is the last."),),
    ),
)
