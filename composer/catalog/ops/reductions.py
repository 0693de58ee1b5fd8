"""Ops that join the entries along some dimensions into one."""

from composer.catalog.layers.common import eps
from composer.catalog.options import Bool, Float, Int, IntList, Number, Option
from composer.catalog.spec import OpSpec

_DIMS = IntList("dim", default=None, optional=True, scalar=True, help="The dimensions to join; none: all of them.")
_DIM = Int("dim", help="The dimension; -1 is the last.")
_ONE_OR_ALL = Int("dim", default=None, optional=True, help="The dimension to join; none: all of them.")
_KEEP = Bool("keepdim", default=False, help="Keep joined dimensions, with size 1; say which ones they are.")
_CORRECTION = Int("correction", default=1, low=0, help="Taken off the count: 1 for a sample, 0 for a population.")


def _reduction(
    kind: str, call: str, help: str, *options: Option, aliases: tuple[str, ...] = (), outputs: int = 1
) -> OpSpec:
    return OpSpec(
        kind=kind,
        category="Reduction",
        call=call,
        help=help,
        options=options,
        aliases=("reduce", *aliases),
        outputs=outputs,
    )


REDUCTIONS = (
    _reduction("Mean", ".mean", "The mean along dimensions.", _DIMS, _KEEP, aliases=("average", "global pooling")),
    _reduction("Sum", ".sum", "The sum along dimensions.", _DIMS, _KEEP, aliases=("add", "total")),
    _reduction("Amax", ".amax", "The largest value along dimensions.", _DIMS, _KEEP, aliases=("max", "maximum")),
    _reduction("Amin", ".amin", "The smallest value along dimensions.", _DIMS, _KEEP, aliases=("min", "minimum")),
    _reduction(
        "Max",
        ".max",
        "The largest values along a dimension, and where they are.",
        _DIM,
        _KEEP,
        aliases=("maximum", "index"),
        outputs=2,
    ),
    _reduction(
        "Min",
        ".min",
        "The smallest values along a dimension, and where they are.",
        _DIM,
        _KEEP,
        aliases=("minimum", "index"),
        outputs=2,
    ),
    _reduction("Argmax", ".argmax", "Where the largest value is.", _ONE_OR_ALL, _KEEP, aliases=("index", "prediction")),
    _reduction("Argmin", ".argmin", "Where the smallest value is.", _ONE_OR_ALL, _KEEP, aliases=("index",)),
    _reduction(
        "Var", ".var", "The variance along dimensions.", _DIMS, _CORRECTION, _KEEP, aliases=("variance", "spread")
    ),
    _reduction(
        "Std",
        ".std",
        "The standard deviation along dimensions.",
        _DIMS,
        _CORRECTION,
        _KEEP,
        aliases=("deviation", "spread"),
    ),
    _reduction("Prod", ".prod", "The product along a dimension.", _ONE_OR_ALL, _KEEP, aliases=("product", "multiply")),
    _reduction(
        "LogSumExp",
        ".logsumexp",
        "The logarithm of the sum of exponentials.",
        IntList("dim", scalar=True, help="The dimensions to join."),
        _KEEP,
        aliases=("softmax",),
    ),
    _reduction("Cumsum", ".cumsum", "The running sum along a dimension.", _DIM, aliases=("cumulative", "scan")),
    _reduction("Cumprod", ".cumprod", "The running product along a dimension.", _DIM, aliases=("cumulative", "scan")),
    _reduction(
        "Norm",
        "torch.linalg.vector_norm",
        "The length of the vectors along dimensions.",
        Number("ord", default=2, infinite=True, help="The p of the norm; 2 is the usual length."),
        _DIMS,
        _KEEP,
        aliases=("length", "magnitude", "l2"),
    ),
    _reduction(
        "Normalize",
        "F.normalize",
        "Divides vectors by their length.",
        Float("p", default=2.0, infinite=True, help="The p of the norm; 2 is the usual length."),
        Int("dim", default=1, help="The dimension that holds the vectors."),
        eps(1e-12),
        aliases=("unit length", "l2", "norm"),
    ),
    _reduction(
        "TopK",
        ".topk",
        "The k largest values along a dimension, and where they are.",
        Int("k", low=1, help="How many."),
        Int("dim", default=-1, help="The dimension; -1 is the last."),
        Bool("largest", default=True, help="The largest; otherwise the smallest."),
        aliases=("routing", "experts", "beam"),
        outputs=2,
    ),
)
