"""Ops that change the shape of a tensor."""

from composer.catalog.layers.shape import INTERPOLATIONS
from composer.catalog.options import Bool, Choice, Dims, Float, FloatOrTuple, Int, IntList, Option
from composer.catalog.spec import Input, OpSpec, X, inputs


def _shape(
    kind: str,
    call: str,
    help: str,
    *options: Option,
    aliases: tuple[str, ...] = (),
    takes: tuple[Input, ...] = X,
    positional: int = 0,
    outputs: int = 1,
    sizes_of_last: bool = False,
) -> OpSpec:
    return OpSpec(
        kind=kind,
        category="Reshape",
        call=call,
        help=help,
        options=options,
        aliases=aliases,
        inputs=takes,
        positional=positional,
        outputs=outputs,
        sizes_of_last=sizes_of_last,
    )


def _dim(help: str, name: str = "dim") -> Int:
    return Int(name, help=f"{help}; -1 is the last.")


_SIZES = "=d0, =d1, … are the sizes of the input, and products such as =d1*d2 work"

RESHAPING = (
    _shape(
        "Reshape",
        "{0}.reshape({*sizes})",
        "Arranges the entries in another shape, without changing their order.",
        Dims("sizes", help=f"The new shape; {_SIZES}; -1 is inferred."),
        aliases=("view", "heads"),
    ),
    _shape(
        "flatten",
        ".flatten",
        "Joins several dimensions into one, by default all but the batch.",
        Int("start_dim", default=1, help="First dimension to join."),
        Int("end_dim", default=-1, help="Last dimension to join."),
        aliases=("reshape", "vector"),
        positional=1,
    ),
    _shape(
        "unflatten",
        ".unflatten",
        "Splits one dimension into several.",
        _dim("The dimension to split"),
        Dims("sizes", help=f"Its new sizes; {_SIZES}; -1 is inferred."),
        aliases=("reshape", "heads"),
        positional=2,
    ),
    _shape(
        "Permute",
        "{0}.permute({*dims})",
        "Puts the dimensions in another order.",
        IntList("dims", help="For each dimension of the result, which one of the input it is."),
        aliases=("transpose", "channels last", "rearrange"),
    ),
    _shape(
        "Transpose",
        ".transpose",
        "Swaps two dimensions.",
        _dim("One dimension", "dim0"),
        _dim("The other", "dim1"),
        aliases=("swap", "heads"),
        positional=2,
    ),
    _shape(
        "Squeeze",
        ".squeeze",
        "Removes a dimension of size 1.",
        IntList("dim", scalar=True, help="The dimension, or several."),
        aliases=("remove",),
        positional=1,
    ),
    _shape(
        "Unsqueeze", ".unsqueeze", "Adds a dimension of size 1.", _dim("Where"), aliases=("new axis",), positional=1
    ),
    _shape(
        "Expand",
        "{0}.expand({*sizes})",
        "Repeats dimensions of size 1 without copying, for example a class token for each sample.",
        Dims(
            "sizes",
            inferred_once=False,
            help="The new shape; -1 keeps a size; =d0, =d1, … are the sizes of the second input, if there is one.",
        ),
        aliases=("broadcast", "class token", "repeat"),
        takes=inputs("input like?"),
        sizes_of_last=True,
    ),
    _shape(
        "Tile",
        "{0}.repeat({*repeats})",
        "Lays copies of a tensor beside each other.",
        IntList("repeats", low=0, help="How many copies along each dimension."),
        aliases=("repeat", "copy"),
    ),
    _shape(
        "RepeatInterleave",
        ".repeat_interleave",
        "Repeats each entry along a dimension, such as key heads that query heads share.",
        Int("repeats", low=1, help="How many times."),
        _dim("The dimension"),
        aliases=("repeat", "grouped query"),
        positional=1,
    ),
    _shape(
        "Roll",
        ".roll",
        "Shifts entries along dimensions; what leaves at one end comes in at the other.",
        IntList("shifts", scalar=True, help="By how many places; one number for each of dims."),
        IntList("dims", scalar=True, help="The dimensions."),
        aliases=("shift", "swin", "window", "circular"),
    ),
    _shape(
        "Flip",
        ".flip",
        "Reverses the order along dimensions.",
        IntList("dims", help="The dimensions."),
        aliases=("reverse", "mirror"),
    ),
    _shape(
        "Pad",
        "F.pad",
        "Adds entries at the ends of dimensions.",
        IntList("pad", help="(start, end) of the last dimension, then of the one before, … Negative ones crop."),
        Choice(
            "mode",
            default="constant",
            choices=("constant", "reflect", "replicate", "circular"),
            help="What the added entries hold.",
        ),
        Float("value", default=0.0, infinite=True, help="The constant."),
        aliases=("border", "crop"),
        positional=1,
    ),
    _shape(
        "Interpolate",
        "F.interpolate",
        "Resizes sequences, images or volumes by interpolation. Give a size or a scale, not both.",
        IntList("size", default=None, optional=True, scalar=True, max_length=3, low=1, help="Size of the output."),
        FloatOrTuple(
            "scale_factor", n=3, fewer=True, default=None, optional=True, low=0.0, help="Or: how many times larger."
        ),
        Choice(
            "mode",
            default="nearest",
            choices=(*INTERPOLATIONS, "area", "nearest-exact"),
            help="How values between points are found.",
        ),
        Bool("align_corners", default=None, optional=True, help="Corner points keep their values."),
        Bool("antialias", default=False, help="Smooth before shrinking, for “bilinear” and “bicubic”."),
        aliases=("resize", "upsample", "enlarge"),
    ),
)
