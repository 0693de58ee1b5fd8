"""Losses: layers that compare a prediction with a target and give one number to make small."""

from composer.catalog.options import Bool, Choice, Float, FloatList, Int, IntList, Option
from composer.catalog.spec import Input, LayerSpec, inputs

_REDUCTION = Choice(
    "reduction",
    default="mean",
    choices=("mean", "sum", "none"),
    help="How the losses of single entries are joined; “none” keeps them apart.",
)
_DIVERGENCE = Choice(
    "reduction",
    default="mean",
    choices=("batchmean", "sum", "mean", "none"),
    help="How the losses of single entries are joined; “batchmean” is the divergence itself.",
)
_WEIGHT = FloatList("weight", default=None, optional=True, low=0.0, help="Weight of each class.")
_ENTRY_WEIGHT = FloatList(
    "weight", default=None, optional=True, low=0.0, help="Weight of each entry of the last dimension."
)
_IGNORE = Int("ignore_index", default=-100, help="Targets of this class do not count.")
_SMOOTHING = Float(
    "label_smoothing", default=0.0, low=0.0, high=1.0, help="Part of the target that is spread over all classes."
)
_SWAP = Bool("swap", default=False, help="Take the negative's distance from the positive where that is smaller.")
_PAIR = inputs("input target")
_TRIPLET = inputs("anchor positive negative")


def _margin(default: float) -> Float:
    return Float("margin", default=default, help="Differences beyond this no longer cost anything.")


def _loss(
    kind: str, help: str, *options: Option, aliases: tuple[str, ...] = (), takes: tuple[Input, ...] = _PAIR
) -> LayerSpec:
    return LayerSpec(
        kind=kind,
        category="Loss",
        inputs=takes,
        positional=0,
        help=help,
        aliases=("loss", "criterion", "objective", *aliases),
        options=options,
    )


_REGRESSION = (
    _loss("MSELoss", "The mean squared difference.", _REDUCTION, aliases=("l2", "squared error", "regression")),
    _loss("L1Loss", "The mean absolute difference.", _REDUCTION, aliases=("mae", "absolute error", "regression")),
    _loss(
        "SmoothL1Loss",
        "Squared difference near zero, absolute difference beyond.",
        _REDUCTION,
        Float("beta", default=1.0, low=0.0, help="Where the two pieces meet."),
        aliases=("regression", "detection"),
    ),
    _loss(
        "HuberLoss",
        "Squared difference near zero, absolute difference beyond; robust against outliers.",
        _REDUCTION,
        Float("delta", default=1.0, low=0.0, help="Where the two pieces meet."),
        aliases=("regression", "robust"),
    ),
    _loss(
        "PoissonNLLLoss",
        "For counts: how unlikely the target is under a Poisson distribution.",
        Bool("log_input", default=True, help="The input is the logarithm of the expected count."),
        Bool("full", default=False, help="Add the terms that do not depend on the input."),
        Float(
            "eps", default=1e-8, low=0.0, help="Keeps the logarithm away from zero, where the input is no logarithm."
        ),
        _REDUCTION,
        aliases=("count",),
        takes=inputs("log_input target"),
    ),
    _loss(
        "GaussianNLLLoss",
        "How unlikely the target is under a normal distribution with the given mean and variance.",
        Bool("full", default=False, help="Add the terms that do not depend on the input."),
        Float("eps", default=1e-6, low=0.0, help="Smallest variance."),
        _REDUCTION,
        aliases=("uncertainty", "regression"),
        takes=inputs("input target var"),
    ),
)

_CLASSIFICATION = (
    _loss(
        "CrossEntropyLoss",
        "For one class out of several: takes scores as they come out of the last layer, without a softmax.",
        _WEIGHT,
        _IGNORE,
        _REDUCTION,
        _SMOOTHING,
        aliases=("classification", "softmax", "log loss"),
    ),
    _loss(
        "NLLLoss",
        "For one class out of several: takes logarithms of probabilities, as LogSoftmax gives them.",
        _WEIGHT,
        _IGNORE,
        _REDUCTION,
        aliases=("classification", "negative log likelihood"),
    ),
    _loss(
        "BCEWithLogitsLoss",
        "For yes-or-no questions: takes scores, without a sigmoid.",
        _ENTRY_WEIGHT,
        _REDUCTION,
        FloatList("pos_weight", default=None, optional=True, low=0.0, help="Weight of the positive targets."),
        aliases=("binary cross entropy", "sigmoid"),
    ),
    _loss(
        "BCELoss",
        "For yes-or-no questions: takes probabilities, as Sigmoid gives them.",
        _ENTRY_WEIGHT,
        _REDUCTION,
        aliases=("binary cross entropy",),
    ),
    _loss(
        "KLDivLoss",
        "How far one distribution is from another; the input is logarithms of probabilities.",
        _DIVERGENCE,
        Bool("log_target", default=False, help="The target is logarithms too."),
        aliases=("kullback-leibler", "divergence", "distillation"),
    ),
    _loss("SoftMarginLoss", "For targets of 1 and -1: the logistic loss.", _REDUCTION, aliases=("binary",)),
    _loss(
        "MultiMarginLoss",
        "For one class out of several: its score should lead the others by a margin.",
        Int("p", default=1, low=1, high=2, help="Exponent of what is missing."),
        _margin(1.0),
        _WEIGHT,
        _REDUCTION,
        aliases=("hinge", "svm"),
    ),
    _loss(
        "MultiLabelMarginLoss",
        "For several classes at once: their scores should lead the others. Targets are lists of classes, ended by -1.",
        _REDUCTION,
        aliases=("hinge", "multi-label"),
    ),
    _loss(
        "MultiLabelSoftMarginLoss",
        "For several classes at once: a yes-or-no loss for each of them.",
        _WEIGHT,
        _REDUCTION,
        aliases=("multi-label",),
    ),
    _loss(
        "CTCLoss",
        "For sequences whose alignment is not known, such as speech: sums over all alignments.",
        Int("blank", default=0, low=0, help="The class that stands for no output."),
        _REDUCTION,
        Bool("zero_infinity", default=False, help="Count impossible alignments as zero."),
        aliases=("speech", "alignment"),
        takes=inputs("log_probs targets input_lengths target_lengths"),
    ),
)

_EMBEDDING = (
    _loss(
        "HingeEmbeddingLoss",
        "For distances with targets of 1 (similar) and -1 (different).",
        _margin(1.0),
        _REDUCTION,
        aliases=("similarity",),
    ),
    _loss(
        "CosineEmbeddingLoss",
        "For two vectors with targets of 1 (same direction) and -1 (different).",
        _margin(0.0),
        _REDUCTION,
        aliases=("similarity",),
        takes=inputs("input1 input2 target"),
    ),
    _loss(
        "MarginRankingLoss",
        "For two scores with a target of 1 where the first should be larger, and -1 where the second.",
        _margin(0.0),
        _REDUCTION,
        aliases=("ranking",),
        takes=inputs("input1 input2 target"),
    ),
    _loss(
        "TripletMarginLoss",
        "An anchor should be nearer to a positive example than to a negative one.",
        _margin(1.0),
        Float("p", default=2.0, infinite=True, help="The p of the norm of differences."),
        Float("eps", default=1e-6, low=0.0, help="Small number added to the differences."),
        _SWAP,
        _REDUCTION,
        aliases=("contrastive", "metric learning"),
        takes=_TRIPLET,
    ),
    _loss(
        "TripletMarginWithDistanceLoss",
        "TripletMarginLoss without the choice of a norm: it takes the usual distance.",
        _margin(1.0),
        _SWAP,
        _REDUCTION,
        aliases=("contrastive", "metric learning"),
        takes=_TRIPLET,
    ),
)

_WITH_WEIGHTS = (
    LayerSpec(
        kind="AdaptiveLogSoftmaxWithLoss",
        category="Loss",
        inputs=inputs("input_ target_"),
        outputs=2,
        positional=2,
        help="A last layer and loss for very many classes: rare ones share smaller parts. "
        "Gives the log probabilities of the targets and the loss.",
        aliases=("loss", "vocabulary", "large softmax"),
        options=(
            Int("in_features", low=1, help="Features of the input."),
            Int("n_classes", low=2, help="Number of classes, sorted from frequent to rare."),
            IntList("cutoffs", low=1, help="Where frequent classes end and rarer groups begin, increasing."),
            Float("div_value", default=4.0, low=0.0, help="How many times narrower each rarer group is."),
            Bool("head_bias", default=False, help="Add a learned constant to the scores of the frequent classes."),
        ),
    ),
    LayerSpec(
        kind="LinearCrossEntropyLoss",
        category="Loss",
        since="2.13",
        inputs=_PAIR,
        positional=2,
        help="A last linear layer and its cross entropy in one, which saves the memory of the scores.",
        aliases=("loss", "large vocabulary", "fused", "classification"),
        options=(
            Int("in_features", low=1, help="Features of the input."),
            Int("num_classes", low=1, help="Number of classes."),
            IntList("out_features", default=(), min_length=0, low=1, help="Further dimensions of the scores."),
            Bool("bias", default=False, help="Add a learned constant to each score."),
            _REDUCTION,
            _WEIGHT,
            Int("ignore_index", default=None, optional=True, help="Targets of this class do not count."),
            _SMOOTHING,
        ),
    ),
)

LOSS = (*_CLASSIFICATION, *_REGRESSION, *_EMBEDDING, *_WITH_WEIGHTS)
