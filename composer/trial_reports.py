"""Report rows of a custom layer that was tried out alone. Frozen, plain Python; nothing here knows torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["passes", "fails", "none"]


@dataclass(frozen=True, slots=True)
class TriedTensor:
    """A tensor by its name, with as much of its values as can be read, written out.

    `row` are the magnitudes of its values along the last dimension, of the first sample, as far as they can be drawn.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    values: str = ""
    row: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """Whether the gradients that autograd gives are those of the function; `none`: nothing has one, and `why`."""

    verdict: Verdict
    why: str = ""


@dataclass(frozen=True, slots=True)
class TriedReport:
    """What came of a custom layer on random values.

    `source` are its class and those that it uses, as they are exported. Where its code failed, `error` says why, and
    `line` where in the code as a person wrote it (None: elsewhere); there are no outputs then.
    """

    source: str
    inputs: tuple[TriedTensor, ...] = ()
    outputs: tuple[TriedTensor, ...] = ()
    parameters: tuple[TriedTensor, ...] = ()
    seconds: float = 0.0
    gradient: GradientCheck | None = None
    error: str = ""
    line: int | None = None
