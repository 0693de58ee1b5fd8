"""Functions of single entries. Those that are also a layer have the functional name, in lower case."""

from composer.catalog import formulas
from composer.catalog.options import Choice, Float, Int, Option
from composer.catalog.spec import OpSpec


def _function(kind: str, call: str, help: str, *options: Option, aliases: tuple[str, ...] = ()) -> OpSpec:
    return OpSpec(kind=kind, category="Function", call=call, help=help, options=options, aliases=aliases)


def _activation(
    kind: str, help: str, *options: Option, formula: str = "", aliases: tuple[str, ...] = (), call: str = ""
) -> OpSpec:
    return OpSpec(
        kind=kind,
        category="Function",
        call=call or f"F.{kind}",
        help=help,
        options=options,
        formula=formula,
        aliases=("activation", "nonlinearity", *aliases),
    )


def _over(kind: str, help: str, formula: str) -> OpSpec:
    dim = Int("dim", default=-1, help="The dimension whose entries compete; -1 is the last.")
    return OpSpec(
        kind=kind,
        category="Function",
        call=f"F.{kind}(" + "{0}, dim={dim})",
        help=help,
        options=(dim,),
        formula=formula,
        aliases=("activation", "probabilities"),
    )


_ALPHA = Float("alpha", default=1.0, help="Depth below zero.")

FUNCTIONS = (
    _activation("relu", "Keeps positive values and sets the others to zero.", formula=formulas.RELU),
    _activation(
        "gelu",
        "Weighs each value by the probability that a normal variable is smaller.",
        Choice("approximate", default="none", choices=("none", "tanh"), help="“tanh” is a quicker approximation."),
        formula=formulas.GELU,
    ),
    _activation("silu", "Each value times its own sigmoid.", aliases=("swish",), formula=formulas.SILU),
    _activation(
        "sigmoid",
        "Squeezes values into 0 to 1.",
        aliases=("gate", "logistic"),
        call="torch.sigmoid",
        formula=formulas.SIGMOID,
    ),
    _activation("tanh", "Squeezes values into -1 to 1.", call="torch.tanh", formula=formulas.TANH),
    _over("softmax", "Turns scores along a dimension into probabilities that add up to 1.", formula=formulas.SOFTMAX),
    _over("log_softmax", "The logarithms of the softmax probabilities.", formula=formulas.LOG_SOFTMAX),
    _activation(
        "leaky_relu",
        "ReLU with a small slope below zero.",
        Float("negative_slope", default=0.01, help="That slope."),
        formula=formulas.LEAKY_RELU,
    ),
    _activation("elu", "Linear above zero, and an exponential that levels off below.", _ALPHA, formula=formulas.ELU),
    _activation("celu", "An ELU with a continuous slope for every alpha.", _ALPHA, formula=formulas.CELU),
    _activation("selu", "A scaled ELU that keeps mean and variance over many layers.", formula=formulas.SELU),
    _activation("relu6", "ReLU cut off at 6.", aliases=("mobile",), formula=formulas.RELU6),
    _activation(
        "softplus",
        "A smooth ReLU: the logarithm of 1 + exp(x).",
        Float("beta", default=1.0, help="Sharpness of the bend."),
        Float("threshold", default=20.0, help="Above this, simply pass the value on."),
        formula=formulas.SOFTPLUS,
    ),
    _activation("softsign", "x / (1 + |x|).", formula=formulas.SOFTSIGN),
    _activation("logsigmoid", "The logarithm of the sigmoid.", formula=formulas.LOG_SIGMOID),
    _activation("mish", "Each value times the tanh of its softplus.", formula=formulas.MISH),
    _activation(
        "hardswish", "SiLU made of straight and quadratic pieces.", aliases=("mobile",), formula=formulas.HARDSWISH
    ),
    _activation(
        "hardsigmoid", "Sigmoid made of three straight pieces.", aliases=("mobile",), formula=formulas.HARDSIGMOID
    ),
    _activation(
        "glu",
        "Halves a dimension: one half is passed through the sigmoid gate of the other.",
        Int("dim", default=-1, help="The dimension that is halved."),
        aliases=("gate",),
        formula=formulas.GLU,
    ),
    OpSpec(
        kind="dropout",
        category="Function",
        call="F.dropout",
        training=True,
        formula=formulas.DROPOUT,
        help="Sets random values to zero while training, and scales up the others.",
        aliases=("regularization", "noise"),
        options=(Float("p", default=0.5, low=0.0, high=1.0, help="Probability that a value is dropped."),),
    ),
    _function("Exp", "torch.exp", "e to the power of each entry.", aliases=("exponential",)),
    _function("Log", "torch.log", "The natural logarithm.", aliases=("logarithm", "ln")),
    _function("Log2", "torch.log2", "The logarithm to base 2.", aliases=("logarithm",)),
    _function("Log1p", "torch.log1p", "The logarithm of 1 + x, exact for small x."),
    _function("Exp2", "torch.exp2", "2 to the power of each entry."),
    _function("Expm1", "torch.expm1", "exp(x) - 1, exact for small x."),
    _function("Sqrt", "torch.sqrt", "The square root.", aliases=("root",)),
    _function("Rsqrt", "torch.rsqrt", "One over the square root.", aliases=("root", "normalize")),
    _function("Reciprocal", "torch.reciprocal", "One over each entry.", aliases=("inverse",)),
    _function("Abs", "torch.abs", "The absolute value; of a complex number, its length.", aliases=("magnitude",)),
    _function("Sign", "torch.sign", "1, 0 or -1."),
    _function("Sin", "torch.sin", "The sine.", aliases=("position", "periodic")),
    _function("Cos", "torch.cos", "The cosine.", aliases=("position", "periodic")),
    _function("Erf", "torch.erf", "The error function."),
    _function("Ceil", "torch.ceil", "The next integer above."),
    _function("Floor", "torch.floor", "The next integer below."),
    _function("Round", "torch.round", "The nearest integer."),
    _function(
        "Clamp",
        "torch.clamp",
        "Cuts values off at a minimum and a maximum.",
        Float("min", default=None, optional=True, help="Smallest output."),
        Float("max", default=None, optional=True, help="Largest output."),
        aliases=("clip", "limit"),
    ),
    _function(
        "NanToNum",
        "torch.nan_to_num",
        "Replaces NaN and infinite values by finite ones.",
        Float("nan", default=0.0, help="What replaces NaN."),
        aliases=("finite",),
    ),
)
