"""Layers that rearrange or resize their input and learn nothing."""

from composer.catalog.options import Bool, Choice, FloatOrTuple, Int, IntList, IntOrTuple
from composer.catalog.spec import LayerSpec

INTERPOLATIONS = ("nearest", "linear", "bilinear", "bicubic", "trilinear")


def _window(*, output: bool) -> tuple[IntOrTuple, ...]:
    size = IntOrTuple("output_size", n=2, low=1, help="Height and width of the image to put together.")
    return (
        *([size] if output else []),
        IntOrTuple("kernel_size", n=2, low=1, help="Size of each patch."),
        IntOrTuple("dilation", n=2, default=1, low=1, help="Distance between neighboring points of a patch."),
        IntOrTuple("padding", n=2, default=0, low=0, help="Zeros around the image."),
        IntOrTuple("stride", n=2, default=1, low=1, help="Steps from patch to patch."),
    )


def _upsampling(kind: str, help: str) -> LayerSpec:
    return LayerSpec(
        kind=kind,
        category="Shape",
        positional=0,
        help=help,
        aliases=("resize", "enlarge", "interpolate"),
        options=(
            IntOrTuple("size", n=2, default=None, optional=True, low=1, help="Height and width of the output."),
            FloatOrTuple("scale_factor", n=2, default=None, optional=True, low=0.0, help="Or: how many times larger."),
        ),
    )


SHAPE = (
    LayerSpec(
        kind="Flatten",
        category="Shape",
        positional=0,
        help="Joins several dimensions into one, by default all but the batch.",
        aliases=("reshape", "vector", "view"),
        options=(
            Int("start_dim", default=1, help="First dimension to join."),
            Int("end_dim", default=-1, help="Last dimension to join."),
        ),
    ),
    LayerSpec(
        kind="Unflatten",
        category="Shape",
        positional=2,
        help="Splits one dimension into several.",
        aliases=("reshape", "view"),
        options=(
            Int("dim", help="The dimension to split."),
            IntList("unflattened_size", low=-1, help="Its new sizes; one may be -1, which is then inferred."),
        ),
    ),
    LayerSpec(
        kind="Unfold",
        category="Shape",
        help="Lists the patches of an image: N×C×H×W becomes N×(C·patch)×number of patches.",
        aliases=("im2col", "patches", "sliding window"),
        options=_window(output=False),
    ),
    LayerSpec(
        kind="Fold",
        category="Shape",
        positional=2,
        help="Adds patches up to an image: undoes Unfold, except where patches overlap.",
        aliases=("col2im", "patches"),
        options=_window(output=True),
    ),
    LayerSpec(
        kind="PixelShuffle",
        category="Shape",
        help="Trades channels for resolution: N×(C·r²)×H×W becomes N×C×(H·r)×(W·r).",
        aliases=("depth to space", "super-resolution", "upsample"),
        options=(Int("upscale_factor", low=1, help="The r of how many times larger."),),
    ),
    LayerSpec(
        kind="PixelUnshuffle",
        category="Shape",
        help="Trades resolution for channels: N×C×(H·r)×(W·r) becomes N×(C·r²)×H×W.",
        aliases=("space to depth", "downsample"),
        options=(Int("downscale_factor", low=1, help="The r of how many times smaller."),),
    ),
    LayerSpec(
        kind="ChannelShuffle",
        category="Shape",
        help="Mixes the channels of several groups, as ShuffleNet does between grouped convolutions.",
        aliases=("shufflenet", "permute"),
        options=(Int("groups", low=1, help="Number of groups; it divides the channels."),),
    ),
    LayerSpec(
        kind="Upsample",
        category="Shape",
        positional=0,
        help="Resizes sequences, images or volumes by interpolation. Give a size or a scale, not both.",
        aliases=("resize", "enlarge", "interpolate"),
        options=(
            IntList(
                "size",
                default=None,
                optional=True,
                scalar=True,
                max_length=3,
                low=1,
                help="Spatial size of the output.",
            ),
            FloatOrTuple(
                "scale_factor",
                n=3,
                fewer=True,
                default=None,
                optional=True,
                low=0.0,
                help="Or: how many times larger, one number or one per dimension.",
            ),
            Choice("mode", default="nearest", choices=INTERPOLATIONS, help="How values between points are found."),
            Bool("align_corners", default=None, optional=True, help="Corner points keep their values."),
            Bool(
                "recompute_scale_factor",
                default=None,
                optional=True,
                help="Interpolate by the ratio of the sizes instead of the given scale.",
            ),
        ),
    ),
    _upsampling("UpsamplingNearest2d", "Resizes images by repeating the nearest pixel."),
    _upsampling("UpsamplingBilinear2d", "Resizes images by linear interpolation in both directions, corners aligned."),
)
