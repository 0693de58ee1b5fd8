"""The schemes of `torch.nn.init`, which fill a parameter with initial values, and one that an expression says."""

from composer.catalog.options import Choice, Float, Int, TensorExpression
from composer.catalog.spec import InitSpec

_NONLINEARITIES = (
    "linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "sigmoid",
    "tanh", "relu", "leaky_relu", "selu",
)  # fmt: skip

_GAIN = Float("gain", default=1.0, help="Factor of the spread.")
_MEAN = Float("mean", default=0.0, help="Mean of the distribution.")
_STD = Float("std", default=1.0, low=0.0, help="Standard deviation of the distribution.")
_KAIMING = (
    Float("a", default=0.0, help="Slope below zero of the leaky ReLU that follows; only for leaky_relu."),
    Choice(
        "mode",
        default="fan_in",
        choices=("fan_in", "fan_out"),
        help="Keep the variance of the outputs (fan_in) or of the gradients (fan_out).",
    ),
    Choice("nonlinearity", default="leaky_relu", choices=_NONLINEARITIES, help="The activation that follows."),
)

_SPECS = (
    InitSpec(
        kind="uniform",
        category="Distribution",
        call="nn.init.uniform_",
        help="Values spread evenly over an interval.",
        aliases=("random",),
        options=(
            Float("a", default=0.0, help="Lower end of the interval."),
            Float("b", default=1.0, help="Upper end of the interval."),
        ),
    ),
    InitSpec(
        kind="normal",
        category="Distribution",
        call="nn.init.normal_",
        help="Values of a normal distribution.",
        aliases=("gaussian", "random"),
        options=(_MEAN, _STD),
    ),
    InitSpec(
        kind="trunc_normal",
        category="Distribution",
        call="nn.init.trunc_normal_",
        help="Values of a normal distribution, drawn again where they fall out of an interval.",
        aliases=("truncated", "gaussian", "random"),
        options=(
            _MEAN,
            _STD,
            Float("a", default=-2.0, help="Smallest value."),
            Float("b", default=2.0, help="Largest value."),
        ),
    ),
    InitSpec(
        kind="constant",
        category="Constant",
        call="nn.init.constant_",
        help="The same value everywhere.",
        aliases=("fill",),
        options=(Float("val", help="The value."),),
    ),
    InitSpec(kind="zeros", category="Constant", call="nn.init.zeros_", help="Zero everywhere.", aliases=("fill",)),
    InitSpec(kind="ones", category="Constant", call="nn.init.ones_", help="One everywhere.", aliases=("fill",)),
    InitSpec(
        kind="eye",
        category="Identity",
        call="nn.init.eye_",
        min_dims=2,
        max_dims=2,
        help="The identity matrix: a linear layer then passes its input on.",
        aliases=("identity",),
    ),
    InitSpec(
        kind="dirac",
        category="Identity",
        call="nn.init.dirac_",
        min_dims=3,
        max_dims=5,
        divides="groups",
        help="A one in the middle of each kernel: a convolution then passes its input on.",
        aliases=("identity", "delta"),
        options=(Int("groups", default=1, low=1, help="Groups of the convolution; they divide its output channels."),),
    ),
    InitSpec(
        kind="xavier_uniform",
        category="Scaled",
        call="nn.init.xavier_uniform_",
        min_dims=2,
        help="Values spread evenly over an interval that fits the number of inputs and outputs.",
        aliases=("glorot", "random"),
        options=(_GAIN,),
    ),
    InitSpec(
        kind="xavier_normal",
        category="Scaled",
        call="nn.init.xavier_normal_",
        min_dims=2,
        help="Values of a normal distribution whose spread fits the number of inputs and outputs.",
        aliases=("glorot", "random"),
        options=(_GAIN,),
    ),
    InitSpec(
        kind="kaiming_uniform",
        category="Scaled",
        call="nn.init.kaiming_uniform_",
        min_dims=2,
        help="Values spread evenly over an interval that fits the number of inputs and the activation.",
        aliases=("he", "random"),
        options=_KAIMING,
    ),
    InitSpec(
        kind="kaiming_normal",
        category="Scaled",
        call="nn.init.kaiming_normal_",
        min_dims=2,
        help="Values of a normal distribution whose spread fits the number of inputs and the activation.",
        aliases=("he", "random"),
        options=_KAIMING,
    ),
    InitSpec(
        kind="orthogonal",
        category="Structured",
        call="nn.init.orthogonal_",
        min_dims=2,
        help="A random matrix with orthogonal rows or columns, which keeps lengths as they are.",
        aliases=("rotation", "random"),
        options=(_GAIN,),
    ),
    InitSpec(
        kind="sparse",
        category="Structured",
        call="nn.init.sparse_",
        min_dims=2,
        max_dims=2,
        help="Values of a normal distribution, with a part of each column set to zero.",
        aliases=("random",),
        options=(
            Float("sparsity", low=0.0, high=1.0, help="Part of each column that is zero."),
            Float("std", default=0.01, low=0.0, help="Standard deviation of the others."),
        ),
    ),
    InitSpec(
        kind="expression",
        category="Custom",
        help="Values of an expression over random draws, the sizes of the tensor and its present values.",
        aliases=("custom", "formula", "random"),
        options=(
            TensorExpression(
                "expression",
                help="Over w (the present values), uniform(a, b), normal(mean, std), fan_in, fan_out and pi. "
                "A draw that is used twice gets a name: v = uniform(-10, 10); v * (abs(v) >= 5).",
            ),
        ),
    ),
)

INITIALIZERS: dict[str, InitSpec] = {spec.kind: spec for spec in _SPECS}
