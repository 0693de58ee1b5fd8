"""Every optimizer of `torch.optim`: its options, and what of a model it can train."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from composer.catalog.options import Bool, Choice, Float, FloatTuple, Int, Option, Value
from composer.catalog.spec import Spec

LEFT_OUT = {
    "params": "what is trained: the parameters of the model",
    "foreach": "how it is computed, not what: torch chooses",
    "fused": "how it is computed, not what: torch chooses",
    "capturable": "for CUDA graphs, which the trainer does not record",
    "differentiable": "for gradients through the step itself",
    "maximize": "a loss is made small",
}
"""Arguments of torch's constructors that are no options here, and why."""

State = Callable[[Mapping[str, Value]], int]


@dataclass(frozen=True, kw_only=True)
class OptimizerSpec(Spec):
    """An optimizer of `torch.optim`, by that class's own name.

    `state` says how many numbers it keeps for each trained number, by its options. `dims` is how many dimensions a
    parameter that it trains has (0: any). `sparse`: it takes sparse gradients only. `closure`: a step of it computes
    the loss several times. `whole`: it looks at a whole parameter, or at all of them, to change a number.
    """

    state: State
    dims: int = 0
    sparse: bool = False
    closure: bool = False
    whole: bool = False

    def numbers(self, options: Mapping[str, Value]) -> int:
        """How many numbers it keeps for each trained number."""
        return self.state({option.name: option.default for option in self.options} | dict(options))


def _lr(default: float) -> Float:
    return Float("lr", default=default, low=0.0, help="Learning rate: how far a step goes.")


def _decay(default: float = 0.0) -> Float:
    return Float("weight_decay", default=default, low=0.0, help="How strongly values are pulled to zero.")


def _eps(default: float = 1e-8) -> Float:
    return Float("eps", default=default, low=0.0, help="Small number that keeps a division from one by zero.")


_BETAS = FloatTuple(
    "betas",
    default=(0.9, 0.999),
    low=0.0,
    below=1.0,
    help="How much of the mean of the gradients, and of their squares, is kept at each step.",
)
_AMSGRAD = Bool("amsgrad", default=False, help="Keep the largest mean of squares, so that steps only become shorter.")
_DECOUPLED = Bool(
    "decoupled_weight_decay", default=False, help="Pull values to zero apart from the gradient, as AdamW does."
)
_ADAM: tuple[Option, ...] = (_BETAS, _eps())


def _adam_state(options: Mapping[str, Value]) -> int:
    return 3 if options["amsgrad"] else 2


_SPECS = (
    OptimizerSpec(
        kind="SGD",
        category="Gradient descent",
        help="A step against the gradient; with momentum, against a running sum of gradients.",
        aliases=("momentum", "nesterov", "stochastic gradient descent"),
        state=lambda options: 1 if options["momentum"] else 0,
        options=(
            _lr(1e-3),
            Float("momentum", default=0.0, low=0.0, help="How much of the last step goes into the next one."),
            Float("dampening", default=0.0, help="How much of the gradient is held back from the momentum."),
            _decay(),
            Bool("nesterov", default=False, help="Look ahead by the momentum; needs momentum and no dampening."),
        ),
    ),
    OptimizerSpec(
        kind="Adam",
        category="Adaptive",
        help="Steps scaled for each number by the size of its past gradients.",
        aliases=("adaptive moments",),
        state=_adam_state,
        options=(_lr(1e-3), *_ADAM, _decay(), _AMSGRAD, _DECOUPLED),
    ),
    OptimizerSpec(
        kind="AdamW",
        category="Adaptive",
        help="Adam with a weight decay that is apart from the gradient; usual for transformers.",
        aliases=("adam", "decoupled"),
        state=_adam_state,
        options=(_lr(1e-3), *_ADAM, _decay(0.01), _AMSGRAD),
    ),
    OptimizerSpec(
        kind="RMSprop",
        category="Adaptive",
        help="Steps divided by a running mean of the gradients' size.",
        state=lambda options: 1 + bool(options["momentum"]) + bool(options["centered"]),
        options=(
            _lr(1e-2),
            Float("alpha", default=0.99, low=0.0, help="How much of the mean of squares is kept at each step."),
            _eps(),
            _decay(),
            Float("momentum", default=0.0, low=0.0, help="How much of the last step goes into the next one."),
            Bool("centered", default=False, help="Divide by the deviation of the gradients instead of their size."),
        ),
    ),
    OptimizerSpec(
        kind="Adagrad",
        category="Adaptive",
        help="Steps that become shorter for numbers that had large gradients; good for rare features.",
        state=lambda options: 1,
        options=(
            _lr(1e-2),
            Float("lr_decay", default=0.0, low=0.0, help="How fast the learning rate falls with the steps."),
            _decay(),
            Float("initial_accumulator_value", default=0.0, low=0.0, help="What the sum of squares begins with."),
            _eps(1e-10),
        ),
    ),
    OptimizerSpec(
        kind="Adadelta",
        category="Adaptive",
        help="Steps in units of past steps, so that the learning rate matters little.",
        state=lambda options: 2,
        options=(
            _lr(1.0),
            Float("rho", default=0.9, low=0.0, high=1.0, help="How much of the means is kept at each step."),
            _eps(1e-6),
            _decay(),
        ),
    ),
    OptimizerSpec(
        kind="Adamax",
        category="Adaptive",
        help="Adam with the largest past gradient in place of the mean of squares.",
        aliases=("adam",),
        state=lambda options: 2,
        options=(_lr(2e-3), *_ADAM, _decay()),
    ),
    OptimizerSpec(
        kind="NAdam",
        category="Adaptive",
        help="Adam that looks ahead by its momentum.",
        aliases=("adam", "nesterov"),
        state=lambda options: 2,
        options=(
            _lr(2e-3),
            *_ADAM,
            _decay(),
            Float("momentum_decay", default=4e-3, low=0.0, help="How fast the momentum comes to its full strength."),
            _DECOUPLED,
        ),
    ),
    OptimizerSpec(
        kind="RAdam",
        category="Adaptive",
        help="Adam with careful first steps, so that it needs no warmup.",
        aliases=("adam", "rectified", "warmup"),
        state=lambda options: 2,
        options=(_lr(1e-3), *_ADAM, _decay(), _DECOUPLED),
    ),
    OptimizerSpec(
        kind="Adafactor",
        category="Adaptive",
        help="Like Adam, but keeps one number for each row and column instead of each entry: little memory.",
        aliases=("memory",),
        state=lambda options: 0,
        whole=True,
        options=(
            _lr(1e-2),
            Float("beta2_decay", default=-0.8, high=0.0, help="Exponent by which the mean of squares forgets less."),
            FloatTuple(
                "eps", default=(None, 1e-3), low=0.0, holes=True, help="Smallest square, and smallest size of a step."
            ),
            Float("d", default=1.0, low=1.0, help="Steps larger than this are cut."),
            _decay(),
        ),
    ),
    OptimizerSpec(
        kind="Muon",
        category="Adaptive",
        help="Steps that are orthogonal matrices; for the weights of linear layers without bias.",
        aliases=("newton-schulz", "orthogonal"),
        state=lambda options: 1,
        dims=2,
        whole=True,
        options=(
            _lr(1e-3),
            _decay(0.1),
            Float("momentum", default=0.95, low=0.0, help="How much of the last step goes into the next one."),
            Bool("nesterov", default=True, help="Look ahead by the momentum."),
            FloatTuple("ns_coefficients", n=3, default=(3.4445, -4.775, 2.0315), help="Of the Newton-Schulz steps."),
            _eps(1e-7),
            Int("ns_steps", default=5, low=1, high=99, help="How many Newton-Schulz steps."),
            Choice(
                "adjust_lr_fn",
                default=None,
                optional=True,
                choices=("original", "match_rms_adamw"),
                help="How the learning rate is fitted to the sizes of a matrix.",
            ),
        ),
    ),
    OptimizerSpec(
        kind="ASGD",
        category="Gradient descent",
        help="Gradient descent that also keeps the average of the values it went through.",
        aliases=("averaged",),
        state=lambda options: 1,
        options=(
            _lr(1e-2),
            Float("lambd", default=1e-4, help="How fast the learning rate falls."),
            Float("alpha", default=0.75, help="Power by which the learning rate falls."),
            Float("t0", default=1e6, help="The step from which values are averaged."),
            _decay(),
        ),
    ),
    OptimizerSpec(
        kind="Rprop",
        category="Signs",
        help="Uses only the signs of gradients; for training on all data at once.",
        aliases=("resilient",),
        state=lambda options: 2,
        options=(
            _lr(1e-2),
            FloatTuple("etas", default=(0.5, 1.2), low=0.0, help="Factors where the sign changes, and where it stays."),
            FloatTuple("step_sizes", default=(1e-6, 50.0), low=0.0, help="Shortest and longest step."),
        ),
    ),
    OptimizerSpec(
        kind="LBFGS",
        category="Second order",
        help="A quasi-Newton method: few, costly steps, each of which computes the loss several times.",
        aliases=("newton", "quasi-newton", "line search"),
        state=lambda options: 2 * options["history_size"] + 3,
        closure=True,
        whole=True,
        options=(
            _lr(1.0),
            Int("max_iter", default=20, low=1, help="Iterations in one step."),
            Int("max_eval", default=None, optional=True, low=1, help="How often one step computes the loss at most."),
            Float("tolerance_grad", default=1e-7, low=0.0, help="A gradient as small as this ends a step."),
            Float("tolerance_change", default=1e-9, low=0.0, help="A change as small as this ends a step."),
            Int("history_size", default=100, low=1, help="Past steps that are kept."),
            Choice(
                "line_search_fn",
                default=None,
                optional=True,
                choices=("strong_wolfe",),
                help="How the length of a step is found.",
            ),
        ),
    ),
    OptimizerSpec(
        kind="SparseAdam",
        category="Adaptive",
        help="Adam for embeddings with sparse gradients: only the rows that were used change.",
        aliases=("adam", "embedding"),
        state=lambda options: 2,
        sparse=True,
        whole=True,
        options=(_lr(1e-3), *_ADAM),
    ),
)

OPTIMIZERS: dict[str, OptimizerSpec] = {spec.kind: spec for spec in _SPECS}
