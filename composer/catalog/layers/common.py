"""Options that many layers have, and the making of families (1d, 2d, 3d) and lazy variants."""

from __future__ import annotations

from dataclasses import replace

from composer.catalog.options import Bool, Float, Int, IntOrTuple, Value
from composer.catalog.spec import LayerSpec

DATA = {1: "sequences", 2: "images", 3: "volumes"}
SHAPES = {1: "N×C×L", 2: "N×C×H×W", 3: "N×C×D×H×W"}


def bias(help: str = "Add a learned constant to each output.") -> Bool:
    return Bool("bias", default=True, help=help)


def inplace() -> Bool:
    return Bool("inplace", default=False, help="Overwrite the input instead of allocating the result.")


def eps(default: float, help: str = "Small number that keeps the division away from zero.") -> Float:
    return Float("eps", default=default, low=0.0, help=help)


def probability(help: str, default: float = 0.5) -> Float:
    return Float("p", default=default, low=0.0, high=1.0, help=help)


def dilation(n: int) -> IntOrTuple:
    return IntOrTuple("dilation", n=n, default=1, low=1, help="Distance between neighboring kernel points.")


def groups() -> Int:
    return Int("groups", default=1, low=1, help="Split the channels into this many groups that do not mix.")


def lazy(spec: LayerSpec, **defaults: Value) -> LayerSpec:
    """The declaration of the class that infers `spec.infers` from its first input.

    `defaults` are those of its defaults that differ from the concrete class's.
    """
    inferred = " and ".join(spec.infers)
    bare = sum(option.name not in spec.infers for option in spec.options[: spec.positional])
    return replace(
        spec,
        kind=spec.lazy,
        lazy="",
        concrete=spec.kind,
        options=tuple(
            replace(option, default=defaults.get(option.name, option.default))
            for option in spec.options
            if option.name not in spec.infers
        ),
        positional=bare,
        help=f"{spec.kind} that takes {inferred} from the first input it sees.",
        aliases=(*spec.aliases, "lazy", "deferred", "infer"),
    )
