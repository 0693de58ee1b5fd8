"""Layers that bring values to a standard mean and spread."""

from dataclasses import replace

from composer.catalog import formulas
from composer.catalog.layers.common import DATA, eps, lazy
from composer.catalog.options import Bool, Float, Int, IntList, Measure
from composer.catalog.spec import LayerSpec, inputs

_NORM = ("normalization", "normalize")


def _affine(default: bool = True) -> Bool:
    return Bool("affine", default=default, help="Scale and shift the result by learned values, one per channel.")


def _momentum(optional: bool) -> Float:
    return Float(
        "momentum",
        default=0.1,
        optional=optional,
        low=0.0,
        high=1.0,
        help="Weight of a new batch in the running statistics" + ("; none: a plain average." if optional else "."),
    )


def _tracking(default: bool) -> Bool:
    return Bool("track_running_stats", default=default, help="Keep running statistics for evaluation mode.")


def _channel_bias() -> Bool:
    return Bool("bias", default=True, since="2.12", help="Shift as well as scale, where affine is on.")


def _channels(name: str, axis: int = 1) -> Int:
    return Int(name, low=1, measures=Measure(axis, "channels"), help="Channels of the input.")


def _batch(n: int) -> LayerSpec:
    return LayerSpec(
        kind=f"BatchNorm{n}d",
        category="Normalization",
        lazy=f"LazyBatchNorm{n}d",
        infers=("num_features",),
        formula=formulas.STANDARD,
        help=f"Normalizes each channel of {DATA[n]} over the batch; in evaluation mode with running statistics.",
        aliases=("batch norm", "bn", *_NORM),
        options=(
            _channels("num_features"),
            eps(1e-5),
            _momentum(optional=True),
            _affine(),
            _tracking(True),
            _channel_bias(),
        ),
    )


def _instance(n: int) -> LayerSpec:
    return LayerSpec(
        kind=f"InstanceNorm{n}d",
        category="Normalization",
        lazy=f"LazyInstanceNorm{n}d",
        infers=("num_features",),
        formula=formulas.STANDARD,
        help=f"Normalizes each channel of each sample of {DATA[n]} by itself.",
        aliases=("instance norm", "style", *_NORM),
        options=(
            _channels("num_features", axis=-1 - n),
            eps(1e-5),
            _momentum(optional=False),
            _affine(False),
            _tracking(False),
            _channel_bias(),
        ),
    )


def _shape() -> IntList:
    return IntList(
        "normalized_shape",
        low=1,
        scalar=True,
        measures=Measure(-1, "as the last sizes"),
        help="Sizes of the last dimensions, which are normalized.",
    )


def _elementwise() -> Bool:
    return Bool("elementwise_affine", default=True, help="Scale the result by learned values, one per entry.")


_SYNC = replace(
    _batch(1),
    kind="SyncBatchNorm",
    lazy="",
    infers=(),
    help="Batch normalization over the batches of all processes of a distributed run.",
    aliases=("distributed", "batch norm", *_NORM),
)

_RESPONSE = (
    Int("size", low=1, help="Number of neighboring channels in the sum."),
    Float("alpha", default=1e-4, help="Factor of the sum of squares."),
    Float("beta", default=0.75, help="Exponent."),
    Float("k", default=1.0, help="Constant added to the sum."),
)

NORMALIZATION = (
    *map(_batch, (1, 2, 3)),
    LayerSpec(
        kind="LayerNorm",
        category="Normalization",
        formula=formulas.STANDARD,
        help="Normalizes the last dimensions of each position by themselves. Common in transformers.",
        aliases=("layer norm", "ln", *_NORM),
        options=(
            _shape(),
            eps(1e-5),
            _elementwise(),
            Bool("bias", default=True, help="Shift as well as scale, where elementwise_affine is on."),
        ),
    ),
    LayerSpec(
        kind="RMSNorm",
        category="Normalization",
        inputs=inputs("x"),
        formula=formulas.ROOT_MEAN_SQUARE,
        help="Divides by the root of the mean square: a LayerNorm that leaves the mean where it is.",
        aliases=("root mean square", "llama", *_NORM),
        options=(
            _shape(),
            Float("eps", default=None, optional=True, low=0.0, help="Kept away from zero by this; none: by precision."),
            _elementwise(),
        ),
    ),
    LayerSpec(
        kind="GroupNorm",
        category="Normalization",
        positional=2,
        formula=formulas.STANDARD,
        help="Normalizes groups of channels of each sample by themselves; does not depend on the batch.",
        aliases=("group norm", "gn", *_NORM),
        options=(
            Int("num_groups", low=1, help="Number of groups; it divides num_channels."),
            _channels("num_channels"),
            eps(1e-5),
            _affine(),
            _channel_bias(),
        ),
    ),
    *map(_instance, (1, 2, 3)),
    *(lazy(_instance(n), affine=True, track_running_stats=True) for n in (1, 2, 3)),
    LayerSpec(
        kind="LocalResponseNorm",
        category="Normalization",
        formula="y = x / (k + alpha / size · Σ x²)^beta",
        help="Divides each value by a sum over neighboring channels, as AlexNet did.",
        aliases=("lrn", "alexnet", *_NORM),
        options=_RESPONSE,
    ),
    LayerSpec(
        kind="CrossMapLRN2d",
        category="Normalization",
        formula="y = x / (k + alpha / size · Σ x²)^beta",
        help="LocalResponseNorm for images, in an older implementation.",
        aliases=("lrn", "alexnet", *_NORM),
        options=_RESPONSE,
    ),
    _SYNC,
)
