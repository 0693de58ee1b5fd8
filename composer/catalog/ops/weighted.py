"""What some layers do, with weights that are given as inputs: tied ones, or ones that another layer computes."""

from composer.catalog import formulas
from composer.catalog.layers.common import eps
from composer.catalog.options import Float, Int, IntList, IntOrTuple
from composer.catalog.spec import OpSpec, inputs

WEIGHTED = (
    OpSpec(
        kind="linear",
        category="Given weights",
        inputs=inputs("input weight bias=?"),
        call="F.linear",
        formula=formulas.LINEAR,
        help="A linear layer over a weight (outputs×inputs) that is given, such as a tied one.",
        aliases=("dense", "functional", "tied head"),
    ),
    OpSpec(
        kind="conv2d",
        category="Given weights",
        inputs=inputs("input weight bias=?"),
        call="F.conv2d",
        formula=formulas.windows(2),
        help="A convolution over a weight that is given, such as a standardized one.",
        aliases=("convolution", "functional", "hypernetwork"),
        options=(
            IntOrTuple("stride", n=2, default=1, low=1, help="Steps by which the window moves."),
            IntOrTuple("padding", n=2, default=0, low=0, choices=("same", "valid"), help="Zeros at both ends."),
            IntOrTuple("dilation", n=2, default=1, low=1, help="Distance between neighboring kernel points."),
            Int("groups", default=1, low=1, help="Split the channels into this many groups."),
        ),
    ),
    OpSpec(
        kind="embedding",
        category="Given weights",
        inputs=inputs("input weight"),
        call="F.embedding",
        formula=formulas.LOOKUP,
        help="Looks integers up in a table (rows×features) that is given, such as a tied one.",
        aliases=("token", "lookup", "functional"),
    ),
    OpSpec(
        kind="layer_norm",
        category="Given weights",
        inputs=inputs("input weight=? bias=?"),
        call="F.layer_norm",
        positional=1,
        formula=formulas.STANDARD,
        help="A layer norm over the last dimensions, with a scale and shift that are given or left out.",
        aliases=("normalization", "functional"),
        options=(IntList("normalized_shape", help="Sizes of the last dimensions."), eps(1e-5)),
    ),
    OpSpec(
        kind="rms_norm",
        category="Given weights",
        inputs=inputs("input weight=?"),
        call="F.rms_norm",
        positional=1,
        formula=formulas.ROOT_MEAN_SQUARE,
        help="An RMS norm over the last dimensions, with a scale that is given or left out.",
        aliases=("normalization", "functional"),
        options=(
            IntList("normalized_shape", help="Sizes of the last dimensions."),
            Float("eps", default=None, optional=True, low=0.0, help="Keeps the division away from zero."),
        ),
    ),
    OpSpec(
        kind="group_norm",
        category="Given weights",
        inputs=inputs("input weight=? bias=?"),
        call="F.group_norm",
        positional=1,
        formula=formulas.STANDARD,
        help="A group norm with a scale and shift that are given or left out.",
        aliases=("normalization", "functional"),
        options=(Int("num_groups", low=1, help="Number of groups; it divides the channels."), eps(1e-5)),
    ),
    OpSpec(
        kind="batch_norm",
        category="Given weights",
        inputs=inputs("input running_mean running_var weight=? bias=?"),
        call="F.batch_norm",
        training=True,
        formula=formulas.STANDARD,
        help="A batch norm over running statistics that are given, which training updates.",
        aliases=("normalization", "functional"),
        options=(Float("momentum", default=0.1, low=0.0, high=1.0, help="Weight of a new batch."), eps(1e-5)),
    ),
)
