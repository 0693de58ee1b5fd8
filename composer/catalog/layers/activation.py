"""Activation functions as layers. Most are also there as ops, under the functional name."""

from composer.catalog import formulas
from composer.catalog.layers.common import inplace
from composer.catalog.options import Choice, Float, Int, Option
from composer.catalog.spec import LayerSpec


def _activation(
    kind: str, help: str, *options: Option, formula: str = "", aliases: tuple[str, ...] = (), positional: int = 0
) -> LayerSpec:
    return LayerSpec(
        kind=kind,
        category="Activation",
        help=help,
        options=options,
        formula=formula,
        aliases=("nonlinearity", *aliases),
        positional=positional,
    )


def _alpha(help: str) -> Float:
    return Float("alpha", default=1.0, help=help)


def _lambd() -> Float:
    return Float("lambd", default=0.5, low=0.0, help="Half-width of the interval around zero that becomes zero.")


def _dim() -> Int:
    # torch still lets it be left out, with a warning; which dimension it then takes is a guess.
    return Int("dim", help="The dimension whose entries compete; -1 is the last.")


ACTIVATION = (
    _activation(
        "ReLU",
        "Keeps positive values and sets the others to zero.",
        inplace(),
        aliases=("rectifier",),
        formula=formulas.RELU,
    ),
    _activation(
        "GELU",
        "Weighs each value by the probability that a normal variable is smaller. Common in transformers.",
        Choice("approximate", default="none", choices=("none", "tanh"), help="“tanh” is a quicker approximation."),
        formula=formulas.GELU,
    ),
    _activation("SiLU", "Each value times its own sigmoid.", inplace(), aliases=("swish",), formula=formulas.SILU),
    _activation(
        "Sigmoid",
        "Squeezes values into the interval from 0 to 1.",
        aliases=("logistic", "gate"),
        formula=formulas.SIGMOID,
    ),
    _activation(
        "Tanh",
        "Squeezes values into the interval from -1 to 1.",
        aliases=("hyperbolic tangent",),
        formula=formulas.TANH,
    ),
    _activation(
        "Softmax",
        "Turns scores along a dimension into probabilities that add up to 1.",
        _dim(),
        formula=formulas.SOFTMAX,
    ),
    _activation("LogSoftmax", "The logarithms of the softmax probabilities.", _dim(), formula=formulas.LOG_SOFTMAX),
    _activation(
        "Softmin",
        "Softmax of the negated values: the smallest gets the largest probability.",
        _dim(),
        formula=formulas.SOFTMIN,
    ),
    _activation(
        "Softmax2d", "Softmax over the channels, at every point of an image (N×C×H×W).", formula=formulas.SOFTMAX
    ),
    _activation(
        "LeakyReLU",
        "ReLU with a small slope for negative values, so that their gradient is not lost.",
        Float("negative_slope", default=0.01, help="Slope below zero."),
        inplace(),
        positional=1,
        formula=formulas.LEAKY_RELU,
    ),
    _activation(
        "PReLU",
        "ReLU with a learned slope for negative values.",
        Int("num_parameters", default=1, low=1, help="One slope for all, or one for each channel."),
        Float("init", default=0.25, help="Initial slope."),
        aliases=("parametric",),
        formula="y = x if x > 0 else weight·x",
    ),
    _activation(
        "RReLU",
        "ReLU with a random slope for negative values while training, and the mean slope otherwise.",
        Float("lower", default=1 / 8, help="Smallest slope."),
        Float("upper", default=1 / 3, help="Largest slope."),
        inplace(),
        aliases=("random",),
        formula="y = x if x > 0 else a·x, where a is drawn from lower to upper",
    ),
    _activation("ReLU6", "ReLU cut off at 6.", inplace(), aliases=("mobile",), formula=formulas.RELU6),
    _activation(
        "ELU",
        "Linear above zero, and an exponential that levels off below.",
        _alpha("Depth below zero."),
        inplace(),
        formula=formulas.ELU,
    ),
    _activation(
        "SELU",
        "A scaled ELU that keeps mean and variance over many layers.",
        inplace(),
        aliases=("self-normalizing",),
        formula=formulas.SELU,
    ),
    _activation(
        "CELU",
        "An ELU with a continuous slope for every alpha.",
        _alpha("Depth below zero."),
        inplace(),
        formula=formulas.CELU,
    ),
    _activation("Mish", "Each value times the tanh of its softplus.", inplace(), formula=formulas.MISH),
    _activation(
        "Hardswish",
        "SiLU made of straight and quadratic pieces, cheap to compute.",
        inplace(),
        aliases=("mobile",),
        formula=formulas.HARDSWISH,
    ),
    _activation(
        "Hardsigmoid",
        "Sigmoid made of three straight pieces.",
        inplace(),
        aliases=("mobile",),
        formula=formulas.HARDSIGMOID,
    ),
    _activation(
        "Hardtanh",
        "Cuts values off at a minimum and a maximum.",
        Float("min_val", default=-1.0, help="Smallest output."),
        Float("max_val", default=1.0, help="Largest output."),
        inplace(),
        aliases=("clip", "clamp"),
        formula="y = min(max(min_val, x), max_val)",
    ),
    _activation(
        "Softplus",
        "A smooth ReLU: the logarithm of 1 + exp(x).",
        Float("beta", default=1.0, help="Sharpness of the bend."),
        Float("threshold", default=20.0, help="Above this, simply pass the value on."),
        formula=formulas.SOFTPLUS,
    ),
    _activation(
        "Softsign", "x / (1 + |x|): squeezes values into -1 to 1, slower than tanh.", formula=formulas.SOFTSIGN
    ),
    _activation("LogSigmoid", "The logarithm of the sigmoid.", formula=formulas.LOG_SIGMOID),
    _activation("Tanhshrink", "x - tanh(x).", formula="y = x − tanh(x)"),
    _activation(
        "Hardshrink",
        "Sets values near zero to zero and keeps the others.",
        _lambd(),
        positional=1,
        formula="y = x if |x| > lambd else 0",
    ),
    _activation(
        "Softshrink",
        "Moves all values toward zero by a fixed amount, stopping there.",
        _lambd(),
        positional=1,
        formula="y = x − lambd if x > lambd else x + lambd if x < −lambd else 0",
    ),
    _activation(
        "Threshold",
        "Keeps values above a threshold and replaces the others.",
        Float("threshold", help="Values up to this one are replaced."),
        Float("value", help="What replaces them."),
        inplace(),
        positional=2,
        formula="y = x if x > threshold else value",
    ),
    _activation(
        "GLU",
        "Halves a dimension: one half is passed through the sigmoid gate of the other.",
        Int("dim", default=-1, help="The dimension that is halved."),
        aliases=("gated linear unit", "gate"),
        formula=formulas.GLU,
    ),
)
