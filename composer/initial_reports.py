"""Report rows of initial values that rules give. Frozen, plain Python; nothing here knows torch."""

from __future__ import annotations

from dataclasses import dataclass

from composer.signals import GradientsReport
from composer.tensor_reports import Statistics


@dataclass(frozen=True, slots=True)
class FilledReport:
    """A parameter that rule number `rule` (from 0) fills, with what its values are like before and after.

    `expected` are the mean and the standard deviation that its scheme has for this shape; None where there is no
    formula for them.
    """

    name: str
    rule: int
    shape: tuple[int, ...]
    before: Statistics
    after: Statistics
    expected: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class InitializedReport:
    """What the rules of a design do to the values of its live model; `done`: they did, and it was no trial.

    `waiting` are parameters of lazy layers, which rules fill when these take their sizes. `before` and `after` are
    looks at the signals with the values of both sides; None where `no_signal` says why there are none. `undo` names
    the step that takes it back ("" where it cannot be).
    """

    done: bool
    rows: tuple[FilledReport, ...]
    waiting: tuple[str, ...] = ()
    before: GradientsReport | None = None
    after: GradientsReport | None = None
    no_signal: str = ""
    undo: str = ""
