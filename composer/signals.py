"""Report rows of a forward and backward pass: gradients by parameter, signals by layer. Plain Python, no torch.

The thresholds are here, so that what flags a layer and what is said of the flag on a page cannot differ.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from composer.tensor_reports import Statistics

Flag = Literal[
    "identical", "zero", "not-finite", "dead", "saturated",
    "vanishing-signal", "exploding-signal", "vanishing-gradient", "exploding-gradient",
]  # fmt: skip
Standing = Literal["trained", "frozen", "unused"]

DEAD = 0.1
"""Share of a ReLU's units that are 0 for the whole batch, from which it is flagged."""

FEW = 8
"""Samples below which a unit may well be 0 for all of them by chance."""

SATURATED = 0.5
"""Share of a sigmoid's or tanh's outputs in its flat ends, from which it is flagged."""

FLAT = 0.05
"""How near an output is to the end of the range of a sigmoid or tanh, as a part of the range, to be saturated."""

FACTOR = 1000.0
"""How many times smaller or larger a signal becomes, or a gradient on its way back, to be flagged."""

SAME = 1e-6
"""Largest difference between rows that are told to be identical, as a part of the largest entry: of the weight, and
for gradients of those of the whole model, for what is far below them may be rounding."""

STEP = "one step of"
"""What the step of a model's values is called that training took."""

BINS = 64
DECADES = (-12.0, 4.0)
"""The range of log10|value| that the bins of `ParameterSignal.decades` divide; what is beyond is in the end bins."""


def norm_of(found: Statistics) -> float:
    """The square root of the sum of squares of all values: not a number, or infinite, where one of them is."""
    if found.finite < found.count:
        return math.nan if found.nan else math.inf
    return found.norm or 0.0


@dataclass(frozen=True, slots=True)
class UseReport:
    """What one use of a parameter adds to its gradient.

    `share` is its part of the sum, along the sum's direction: the shares of all uses add up to 1. None where the sum
    is 0. `values` are the first numbers. `name` is "" for what no module's call explains.
    """

    name: str
    norm: float
    share: float | None
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ParameterSignal:
    """A parameter and its gradient. `names` are all its names, the first one its own.

    `standing`: a frozen one takes no gradient; an unused one took no part in the loss. `uses` are given where it has
    several names; `gap` is the largest entry of |gradient - sum of the uses|. `decades` are 64 bins of log10|entry| of
    the gradient over `DECADES`, zeros left out.
    """

    names: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str
    standing: Standing
    weight: Statistics
    gradient: Statistics | None
    decades: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    uses: tuple[UseReport, ...] = ()
    gap: float = 0.0
    flags: tuple[Flag, ...] = ()

    @property
    def name(self) -> str:
        return self.names[0]

    def ratio(self, rate: float) -> float | None:
        """How far one step of plain SGD at this learning rate moves it: rate·‖gradient‖/‖weight‖."""
        weight = norm_of(self.weight)
        return None if self.gradient is None or not weight else rate * norm_of(self.gradient) / weight


@dataclass(frozen=True, slots=True)
class LayerSignal:
    """What a layer or op gave at one of its calls, and the gradient that came back to that output.

    `zeros` is the share of zeros. A unit is an entry of the last dimension, or of the channels where an image or a
    sequence has them first; `dead` of `units` are 0 for the whole batch (of a ReLU only). `saturated` is the share of
    outputs in the flat ends (of a sigmoid, tanh or hard variant only). `gradient` is the norm over the whole batch:
    None where no gradient comes here.
    """

    path: str
    kind: str
    shape: tuple[int, ...]
    mean: float | None
    std: float | None
    zeros: float
    finite: bool
    units: int = 0
    dead: int | None = None
    saturated: float | None = None
    gradient: float | None = None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class GradientsReport:
    """One forward and backward pass. Layers are in the order of their calls, parameters in that of the state dict.

    `loss` is the name of the objective, `target` what it compared with. `norm` is that of all gradients together.
    `before` is the value that the loss had before a step of training that was just taken (None: none was), and
    `optimizer` says by what: its kind, and how many steps it has taken.
    """

    loss: str
    value: float
    target: str
    training: bool
    data: str
    samples: int
    seconds: float
    norm: float
    parameters: tuple[ParameterSignal, ...]
    layers: tuple[LayerSignal, ...]
    before: float | None = None
    optimizer: str = ""

    @property
    def flags(self) -> Mapping[Flag, tuple[str, ...]]:
        """What is flagged, and the names and paths of what is."""
        found: dict[Flag, tuple[str, ...]] = {}
        for place, flags in (
            *((each.name, each.flags) for each in self.parameters),
            *((each.path, each.flags) for each in self.layers),
        ):
            for flag in flags:
                found[flag] = (*found.get(flag, ()), place)
        return found
