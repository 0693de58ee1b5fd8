"""The exceptions of Block Composer.

    ComposerError
    ├── DesignError          a design document cannot be read or used
    │   ├── EditError        an edit cannot be applied to this design
    │   └── TrainingError    a design cannot be trained like this
    ├── CutOff               a loop or recursion of a custom layer's code went on for too long
    ├── CheckpointError      a file of tensors cannot be read, written, or loaded into this model
    ├── RecordingError       a file is no recording of timings
    ├── MeasureError         an experiment cannot be timed here
    ├── DataError            data cannot be trained on: a file, row, column or entry of it is not as it should be
    ├── WorkspaceError       a file of the workspace cannot be read or written
    ├── Cancelled            something was stopped on request before it was done
    └── KernelError          the process that owns the live model
        ├── KernelStopped    it was stopped, or ended by itself
        └── KernelTimeout    it did not answer in time

Errors are values first (`Problem`): looking at a design returns problems, and only an action that an
invalid design makes impossible raises. A message names the path, what was expected and what came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fix:
    """An offered repair: a label for a button, and the edits (name and arguments) it applies in order.

    `certain` says that no choice is involved: the edit is what any reader of the problem would do.
    """

    label: str
    edits: tuple[Mapping[str, Any], ...]
    certain: bool = False


NOTICES = frozenset({"some-sizes"})
"""Codes of problems with which a design runs all the same, at some sizes of its inputs."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at one place of a design.

    `code` names the sort of problem for programs; `expected` and `received` are short phrases for people;
    `detail` may quote a library's own words.
    """

    path: str
    code: str
    expected: str
    received: str
    fixes: tuple[Fix, ...] = ()
    detail: str = ""

    @property
    def place(self) -> str:
        return self.path or "the design"

    @property
    def notice(self) -> bool:
        """Whether it does not keep the design from running."""
        return self.code in NOTICES

    def __str__(self) -> str:
        return f"{self.place}: expects {self.expected}, received {self.received}"


class ComposerError(Exception):
    """Base of every error a user can cause or meet."""


class DesignError(ComposerError):
    """A design document cannot be read or used. `problems` holds at least one."""

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


class EditError(DesignError):
    """An edit cannot be applied to this design."""


class TrainingError(DesignError):
    """A training run cannot be begun or go on: its configuration, data or folder does not fit."""


class CutOff(ComposerError):
    """A loop, comprehension or recursion of a custom layer's code went on for too long.

    `line` counts in the source that was run; `after` says how far it came, such as "1,000,000 steps".
    """

    def __init__(self, what: str, line: int, after: str) -> None:
        self.what, self.line, self.after = what, line, after
        super().__init__(f"The {what} in line {line} was cut off after {after}: does it ever end?")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.what, self.line, self.after)


class CheckpointError(ComposerError):
    """A file of tensors cannot be read, written, or loaded into this model.

    One or two sentences of at most 300 characters: what is wrong, where, and what to do next.
    """


class RecordingError(ComposerError):
    """A file is no recording of timings, or its settings are none. A line for each thing wrong, with its place."""


class MeasureError(ComposerError):
    """An experiment cannot be timed here: what it needs is missing."""


class DataError(ComposerError):
    """Data cannot be trained on. `place` is a file, perhaps with a row, column or entry of it.

    Two sentences of at most 300 characters: what is wrong, where, and what to do next (`advice`).
    """

    def __init__(self, place: str, expected: str, received: str, advice: str) -> None:
        self.place, self.expected, self.received, self.advice = place, expected, received, advice
        super().__init__(f"{place}: expects {expected}, received {received}. {advice}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.place, self.expected, self.received, self.advice)


class WorkspaceError(ComposerError):
    """A file of the workspace cannot be read or written."""


class Cancelled(ComposerError):
    """Something was stopped on request before it was done, and has changed nothing."""


class KernelError(ComposerError):
    """The process that owns the live model failed."""


class KernelStopped(KernelError):
    """The kernel was stopped, or ended by itself."""


class KernelTimeout(KernelError):
    """The kernel did not answer in time."""
