"""Undo and redo: a history of designs, each with the name of the edit that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from composer.design import text
from composer.design.document import Design
from composer.design.edits import apply, describe


@dataclass(frozen=True, slots=True)
class Entry:
    """A state of the design, and what was done to get there; the first one has no name."""

    name: str
    design: Design


@dataclass(frozen=True, slots=True)
class History:
    """States of a design in order, and which of them is the present one. Every method gives a new history."""

    entries: tuple[Entry, ...]
    position: int = 0

    @staticmethod
    def of(design: Design) -> History:
        """A history that begins with `design`."""
        return History((Entry("", design),))

    @property
    def design(self) -> Design:
        """The present state."""
        return self.entries[self.position].design

    @property
    def undo_name(self) -> str:
        """What undo would take back, or "" where there is nothing."""
        return self.entries[self.position].name if self.position else ""

    @property
    def redo_name(self) -> str:
        """What redo would do again, or "" where there is nothing."""
        following = self.entries[self.position + 1 : self.position + 2]
        return following[0].name if following else ""

    def do(self, name: str, design: Design, join: bool = False) -> History:
        """With a new state, in place of those that were undone. One with the same text is none.

        With `join` it is no further step where the last one had the same name, as while something is being typed.
        """
        if design == self.design and text.dumps(design) == text.dumps(self.design):
            return self
        last = self.position - (join and self.position > 0 and self.undo_name == name)
        return History((*self.entries[: last + 1], Entry(name, design)), last + 1)

    def apply(self, operation: Mapping[str, Any]) -> History:
        """With the state that an operation makes.

        Raises:
            EditError: where the operation cannot be applied.
        """
        return self.do(describe(operation), apply(self.design, operation))

    def undo(self) -> History:
        """One state back, where there is one."""
        return History(self.entries, max(0, self.position - 1))

    def redo(self) -> History:
        """One state on, where there is one."""
        return History(self.entries, min(len(self.entries) - 1, self.position + 1))
