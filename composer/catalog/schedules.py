"""Schedules of `torch.optim.lr_scheduler`: how the learning rate changes while a model trains."""

from __future__ import annotations

from composer.catalog.options import Bool, Choice, Float, Int, IntList
from composer.catalog.spec import Spec

LEFT_OUT = {
    "LambdaLR": "its option is a function",
    "MultiplicativeLR": "its option is a function",
    "ChainedScheduler": "joins other schedules",
    "SequentialLR": "joins other schedules",
    "LRScheduler": "the base of all schedules",
}
"""What of `torch.optim.lr_scheduler` is not here, and why."""

OPTIONS_LEFT_OUT = {
    "optimizer": "that of the run",
    "last_epoch": "the run knows where it goes on",
    "scale_fn": "a function",
    "scale_mode": "goes with scale_fn",
    "mode of ReduceLROnPlateau": "what is watched is a loss, which falls",
}

ON_LOSS = "ReduceLROnPlateau"
"""The schedule that looks at the loss on the test data, after each epoch."""

ONE_CYCLE = "OneCycleLR"
"""The schedule that has to know how many steps there are: those of the run, unless it is told."""

_GAMMA = Float("gamma", default=0.1, low=0.0, help="Factor of the learning rate.")
_ITERS = Int("total_iters", default=5, low=1, help="After how many epochs or steps it is done.")
_LEAST = Float("eta_min", default=0.0, low=0.0, help="Smallest learning rate.")
_CYCLE = Bool("cycle_momentum", default=True, help="Let the momentum fall where the learning rate rises.")

_SPECS = (
    Spec(
        kind="StepLR",
        category="Steps",
        help="Multiplies the learning rate by a factor again and again.",
        options=(Int("step_size", low=1, help="Epochs or steps from one factor to the next."), _GAMMA),
    ),
    Spec(
        kind="MultiStepLR",
        category="Steps",
        help="Multiplies the learning rate by a factor at given times.",
        options=(IntList("milestones", low=0, max_length=100, help="The epochs or steps, increasing."), _GAMMA),
    ),
    Spec(
        kind="ExponentialLR",
        category="Falling",
        help="Multiplies the learning rate by a factor each time.",
        options=(Float("gamma", low=0.0, help="Factor of the learning rate."),),
    ),
    Spec(
        kind="ConstantLR",
        category="Warmup",
        help="A part of the learning rate at first, then all of it.",
        options=(
            Float("factor", default=1.0 / 3, low=0.0, high=1.0, help="The part of the learning rate at first."),
            _ITERS,
        ),
    ),
    Spec(
        kind="LinearLR",
        category="Warmup",
        help="From one part of the learning rate to another on a straight line: a warmup, or its opposite.",
        aliases=("warmup",),
        options=(
            Float("start_factor", default=1.0 / 3, low=0.0, high=1.0, help="The part that it begins with; not 0."),
            Float("end_factor", default=1.0, low=0.0, high=1.0, help="The part that it ends with."),
            _ITERS,
        ),
    ),
    Spec(
        kind="PolynomialLR",
        category="Falling",
        help="Falls to zero on a power of the time that is left.",
        options=(_ITERS, Float("power", default=1.0, low=0.0, help="The power; 1 is a straight line.")),
    ),
    Spec(
        kind="CosineAnnealingLR",
        category="Falling",
        help="Falls on half a wave of a cosine.",
        aliases=("cosine",),
        options=(Int("T_max", low=1, help="Epochs or steps until it is at its smallest."), _LEAST),
    ),
    Spec(
        kind="CosineAnnealingWarmRestarts",
        category="Waves",
        help="Falls on half a wave of a cosine, then begins again.",
        aliases=("cosine", "sgdr"),
        options=(
            Int("T_0", low=1, help="Epochs or steps of the first wave."),
            Int("T_mult", default=1, low=1, help="How many times longer each wave is than the one before."),
            _LEAST,
        ),
    ),
    Spec(
        kind="CyclicLR",
        category="Waves",
        help="Rises and falls between two learning rates; for each step rather than each epoch.",
        options=(
            Float("base_lr", low=0.0, help="Smallest learning rate."),
            Float("max_lr", low=0.0, help="Largest learning rate."),
            Int("step_size_up", default=2000, low=1, help="Steps from the smallest to the largest."),
            Int("step_size_down", default=None, optional=True, low=1, help="Steps back; as many where none are given."),
            Choice(
                "mode",
                default="triangular",
                choices=("triangular", "triangular2", "exp_range"),
                help="Whether the waves stay as high, halve, or fall by gamma.",
            ),
            Float("gamma", default=1.0, low=0.0, help="Factor of each step, for exp_range."),
            _CYCLE,
            Float("base_momentum", default=0.8, low=0.0, help="Smallest momentum."),
            Float("max_momentum", default=0.9, low=0.0, help="Largest momentum."),
        ),
    ),
    Spec(
        kind=ONE_CYCLE,
        category="Waves",
        help="Rises once and falls to almost nothing, over all steps of the run; for each step, not each epoch.",
        aliases=("warmup", "super-convergence"),
        options=(
            Float("max_lr", low=0.0, help="Largest learning rate."),
            Int("total_steps", default=None, optional=True, low=1, help="All steps; those of the run where none."),
            Int("epochs", default=None, optional=True, low=1, help="Epochs, where no steps are given."),
            Int("steps_per_epoch", default=None, optional=True, low=1, help="Steps of an epoch; goes with epochs."),
            Float("pct_start", default=0.3, low=0.0, high=1.0, help="The part of the steps in which it rises."),
            Choice("anneal_strategy", default="cos", choices=("cos", "linear"), help="How it falls."),
            _CYCLE,
            Float("base_momentum", default=0.85, low=0.0, help="Smallest momentum."),
            Float("max_momentum", default=0.95, low=0.0, help="Largest momentum."),
            Float("div_factor", default=25.0, low=1.0, help="How many times smaller it begins."),
            Float("final_div_factor", default=1e4, low=1.0, help="How many times smaller it ends than it began."),
            Bool("three_phase", default=False, help="Rise, fall as long, then fall to almost nothing."),
        ),
    ),
    Spec(
        kind=ON_LOSS,
        category="On the loss",
        help="Multiplies the learning rate by a factor when the loss on the test data falls no more.",
        aliases=("plateau",),
        options=(
            Float("factor", default=0.1, low=0.0, help="Factor of the learning rate; less than 1."),
            Int("patience", default=10, low=0, help="Epochs without a better loss that are waited for."),
            Float("threshold", default=1e-4, low=0.0, help="How much better counts."),
            Choice(
                "threshold_mode", default="rel", choices=("rel", "abs"), help="Whether that is a part or a difference."
            ),
            Int("cooldown", default=0, low=0, help="Epochs after a factor in which none are counted."),
            Float("min_lr", default=0.0, low=0.0, help="Smallest learning rate."),
            Float("eps", default=1e-8, low=0.0, help="Changes smaller than this are not made."),
        ),
    ),
)

SCHEDULES: dict[str, Spec] = {spec.kind: spec for spec in _SPECS}
