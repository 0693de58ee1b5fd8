"""Convolutions and transposed convolutions, in one, two and three dimensions."""

from composer.catalog import formulas
from composer.catalog.layers.common import DATA, SHAPES, bias, dilation, groups
from composer.catalog.options import Choice, Int, IntList, IntOrTuple, Measure
from composer.catalog.spec import LayerSpec

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def _channels(n: int) -> tuple[Int, Int]:
    return (
        Int("in_channels", low=1, measures=Measure(-1 - n, "input channels"), help="Channels of the input."),
        Int("out_channels", low=1, help="Number of filters, which is the channels of the output."),
    )


def _kernel(n: int) -> IntOrTuple:
    return IntOrTuple("kernel_size", n=n, low=1, help="Size of the window that slides over the input.")


def _stride(n: int) -> IntOrTuple:
    return IntOrTuple("stride", n=n, default=1, low=1, help="Steps by which the window moves.")


def _convolution(n: int) -> LayerSpec:
    return LayerSpec(
        kind=f"Conv{n}d",
        category="Convolution",
        lazy=f"LazyConv{n}d",
        infers=("in_channels",),
        positional=2,
        formula=formulas.windows(n),
        help=f"Slides learned filters over {DATA[n]} of shape {SHAPES[n]}.",
        aliases=("convolution", "filter", "kernel", "depthwise", "pointwise"),
        options=(
            *_channels(n),
            _kernel(n),
            _stride(n),
            IntOrTuple(
                "padding",
                n=n,
                default=0,
                low=0,
                choices=("same", "valid"),
                help="Points added at both ends; “same” keeps the size (stride 1), “valid” adds none.",
            ),
            dilation(n),
            groups(),
            bias("Add a learned constant to each output channel."),
            Choice("padding_mode", default="zeros", choices=PADDING_MODES, help="What the added points hold."),
        ),
    )


def _transposed(n: int) -> LayerSpec:
    return LayerSpec(
        kind=f"ConvTranspose{n}d",
        category="Convolution",
        lazy=f"LazyConvTranspose{n}d",
        infers=("in_channels",),
        positional=2,
        formula=formulas.spread(n),
        help=f"Spreads each point of {DATA[n]} over a window with learned weights, which enlarges them.",
        aliases=("deconvolution", "transposed convolution", "upconvolution", "upsample", "decoder"),
        options=(
            *_channels(n),
            _kernel(n),
            _stride(n),
            IntOrTuple("padding", n=n, default=0, low=0, help="Points cut off from both ends of the output."),
            IntOrTuple(
                "output_padding",
                n=n,
                default=0,
                low=0,
                help="Points added at one end, where several sizes are possible.",
            ),
            groups(),
            bias("Add a learned constant to each output channel."),
            dilation(n),
            Choice("padding_mode", default="zeros", choices=("zeros",), help="Only zeros are possible here."),
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


CONVOLUTION = (*map(_convolution, (1, 2, 3)), *map(_transposed, (1, 2, 3)))
