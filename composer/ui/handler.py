"""The one way in which the app changes a design: operations go in, what became of them comes out.

Forms, fixes of problems and the editor all come through here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from composer.design.document import Design
from composer.design.edits import apply as apply_edit
from composer.design.edits import describe
from composer.design.history import History
from composer.design.text import dumps, loads
from composer.errors import EditError, Problem
from composer.ui import models
from composer.ui.document import Document

Operation = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of operations. `label` names what was done; `refused` says why nothing was (empty: it was)."""

    label: str = ""
    changed: bool = False
    refused: tuple[Problem, ...] = ()


def apply(document: Document, operations: Sequence[Operation], label: str = "", join: bool = False) -> Outcome:
    """Apply operations in order, all or none of them, as one step of the history, and save.

    An operation is the name of an edit and its arguments: `{"edit": "remove", "path": "conv1"}`. `label` names the
    step; where none is given, the operations do. With `join` a step of the same name goes on.
    """
    with document.lock:
        design = document.design
        try:
            for operation in operations:
                design = apply_edit(design, operation)
        except EditError as error:
            return Outcome(refused=error.problems)
        return _keep(document, document.history.do(label or ", ".join(map(describe, operations)), design, join))


def replace(document: Document, design: Design, label: str) -> Outcome:
    """Put a whole design in place of the one that is there, as one step of the history, and save."""
    with document.lock:
        return _keep(document, document.history.do(label, design))


def repair(document: Document) -> Outcome:
    """Apply all fixes that involve no choice as one step of the history, and save.

    Raises:
        ComposerError: where no kernel answers.
    """
    before = document.design
    report = models.repair(dumps(before))
    with document.lock:
        if document.design is not before:  # another tab changed it meanwhile: its problems are others
            return Outcome()
        design = loads(report.text) if report.done else before
        return _keep(document, document.history.do(", ".join(report.done), design))


def undo(document: Document) -> Outcome:
    """Take back the last step, and save."""
    with document.lock:
        return _keep(document, document.history.undo(), document.history.undo_name)


def redo(document: Document) -> Outcome:
    """Do again what was taken back, and save."""
    with document.lock:
        return _keep(document, document.history.redo(), document.history.redo_name)


def _keep(document: Document, history: History, label: str = "") -> Outcome:
    before = document.history
    if history.entries is before.entries and history.position == before.position:
        return Outcome()
    label = label or history.undo_name
    document.history = history
    document.save()
    return Outcome(label, changed=True)
