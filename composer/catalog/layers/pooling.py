"""Layers that summarize windows of their input, and those that undo it."""

from composer.catalog import formulas
from composer.catalog.layers.common import DATA, SHAPES, dilation
from composer.catalog.options import Bool, Float, FloatOrTuple, Int, IntList, IntOrTuple
from composer.catalog.spec import LayerSpec, inputs


def _kernel(n: int) -> IntOrTuple:
    return IntOrTuple("kernel_size", n=n, low=1, help="Size of the window.")


def _stride(n: int) -> IntOrTuple:
    return IntOrTuple(
        "stride", n=n, default=None, optional=True, low=1, help="Steps by which the window moves; none: its own size."
    )


def _padding(n: int) -> IntOrTuple:
    return IntOrTuple("padding", n=n, default=0, low=0, help="Points added at both ends, at most half a window.")


def _ceil() -> Bool:
    return Bool("ceil_mode", default=False, help="Keep windows that reach over the end: round the size up.")


def _indices() -> Bool:
    return Bool("return_indices", default=False, help="Also return where each maximum was, for unpooling.")


def _max(n: int) -> LayerSpec:
    return LayerSpec(
        kind=f"MaxPool{n}d",
        category="Pooling",
        outputs=0,
        formula=formulas.windows(n),
        help=f"The largest value of each window of {DATA[n]} ({SHAPES[n]}).",
        aliases=("maximum", "subsampling", "downsample"),
        options=(_kernel(n), _stride(n), _padding(n), dilation(n), _indices(), _ceil()),
    )


def _average(n: int) -> LayerSpec:
    divisor = Int(
        "divisor_override", default=None, optional=True, low=1, help="Divide by this instead of the window's size."
    )
    count = Bool("count_include_pad", default=True, help="Count added points in the mean.")
    return LayerSpec(
        kind=f"AvgPool{n}d",
        category="Pooling",
        formula=formulas.windows(n, dilation=False),
        help=f"The mean of each window of {DATA[n]} ({SHAPES[n]}).",
        aliases=("mean", "average", "subsampling", "downsample"),
        options=(_kernel(n), _stride(n), _padding(n), _ceil(), count, *([divisor] if n > 1 else [])),
    )


def _power(n: int) -> LayerSpec:
    return LayerSpec(
        kind=f"LPPool{n}d",
        category="Pooling",
        positional=2,
        formula=formulas.windows(n, dilation=False, padding=False),
        help=f"The p-norm of each window of {DATA[n]} ({SHAPES[n]}): p=1 is the sum, and a large p nears the maximum.",
        aliases=("norm", "power average"),
        options=(
            Float("norm_type", low=0.0, infinite=True, help="The p of the norm."),
            _kernel(n),
            _stride(n),
            _ceil(),
        ),
    )


def _fractional(n: int) -> LayerSpec:
    return LayerSpec(
        kind=f"FractionalMaxPool{n}d",
        category="Pooling",
        outputs=0,
        help=f"The largest value of windows placed at random over {DATA[n]}. Give an output size or a ratio, not both.",
        aliases=("maximum", "random", "downsample"),
        options=(
            _kernel(n),
            IntOrTuple("output_size", n=n, default=None, optional=True, low=1, help="Size of the output."),
            FloatOrTuple(
                "output_ratio",
                n=n,
                default=None,
                optional=True,
                low=0.0,
                high=1.0,
                help="Size of the output as a part of the input's.",
            ),
            _indices(),
        ),
    )


def _output_size(n: int) -> IntOrTuple:
    return IntOrTuple(
        "output_size", n=n, low=1, holes=n > 1, help="Size of the output; none in a tuple keeps the input's."
    )


def _adaptive_average(n: int) -> LayerSpec:
    return LayerSpec(
        kind=f"AdaptiveAvgPool{n}d",
        category="Pooling",
        formula=formulas.adaptive(n),
        help=f"The means of as many windows as the output has points, whatever the size of the {DATA[n]}.",
        aliases=("mean", "average", "global pooling", "any size"),
        options=(_output_size(n),),
    )


def _adaptive_max(n: int) -> LayerSpec:
    return LayerSpec(
        kind=f"AdaptiveMaxPool{n}d",
        category="Pooling",
        outputs=0,
        formula=formulas.adaptive(n),
        help=f"The maxima of as many windows as the output has points, whatever the size of the {DATA[n]}.",
        aliases=("maximum", "global pooling", "any size"),
        options=(_output_size(n), _indices()),
    )


def _unpool(n: int) -> LayerSpec:
    return LayerSpec(
        kind=f"MaxUnpool{n}d",
        category="Pooling",
        inputs=inputs("input indices"),
        formula=formulas.unpooled(n),
        help=f"Puts the maxima of a MaxPool{n}d back where they were, among zeros. Wire both its outputs here.",
        aliases=("unpooling", "upsample", "decoder"),
        options=(
            _kernel(n),
            _stride(n),
            _padding(n),
            IntList(
                "output_size",
                default=None,
                optional=True,
                at_call=True,
                low=1,
                max_length=5,
                help="The size wanted, where the stride leaves a choice.",
            ),
        ),
    )


_FAMILIES = (_max, _average, _adaptive_average, _adaptive_max, _unpool, _power)

POOLING = (*(family(n) for family in _FAMILIES for n in (1, 2, 3)), _fractional(2), _fractional(3))
