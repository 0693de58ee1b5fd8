"""What a kernel can be asked about the values of its live model, and how they are changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from composer.kernel.limits import default_memory
from composer.kernel.verbs import Progress, State, Verb, open_model
from composer.tensor_reports import HeldReport, Number, Picture, Window

if TYPE_CHECKING:
    from torch import nn

    from composer.engine.values import Changes, How


def held(state: State, progress: Progress, text: str) -> HeldReport:
    """What the design's live model holds, with statistics; those of tensors that did not change are known."""
    from composer.engine.held import held as engine
    from composer.engine.optimizing import going_on

    model, changes = open_values(state, progress, text)
    changes.follow(model)
    kept = state.optimizing and going_on(model, state.optimizing.kind, state.optimizing)
    report = engine(model, state.known, progress)
    return replace(report, undo=changes.undo_name, redo=changes.redo_name, optimizer=str(kept) if kept else "")


def window(
    state: State, progress: Progress, text: str, name: str, where: str, top: int, left: int, rows: int, columns: int
) -> Window:
    """A part of a tensor's values, as a table."""
    from composer.engine import showing
    from composer.engine.values import tensor_at

    model, _ = open_values(state, progress, text)
    return showing.window(tensor_at(model, name), where, top, left, rows, columns)


def picture(state: State, progress: Progress, text: str, name: str, first: int = 0) -> Picture | None:
    """A tensor's values as heat maps; None where there are none to be drawn."""
    from composer.engine import showing
    from composer.engine.values import tensor_at

    model, _ = open_values(state, progress, text)
    return showing.picture(tensor_at(model, name), first)


def change(state: State, progress: Progress, text: str, name: str, where: str, how: How, number: Number) -> HeldReport:
    """Set values of the live model to a number, or add it to them, as a step that can be undone."""
    model, changes = open_values(state, progress, text)
    changes.change(model, name, where, how, number)
    state.initial = False
    return held(state, progress, text)


def undo_values(state: State, progress: Progress, text: str) -> HeldReport:
    """Take back the last change of values. What an optimizer kept is of other values then, and is forgotten."""
    model, changes = open_values(state, progress, text)
    changes.undo(model)
    state.optimizing = None
    return held(state, progress, text)


def redo_values(state: State, progress: Progress, text: str) -> HeldReport:
    """Do again the change of values that was undone last; for an optimizer it is as `undo_values` says."""
    model, changes = open_values(state, progress, text)
    changes.redo(model)
    state.optimizing = None
    return held(state, progress, text)


def open_values(state: State, progress: Progress, text: str) -> tuple[nn.Module, Changes]:
    """The design's live model, and the history of changes to its values."""
    from composer.engine.values import Changes

    open_model(state, progress, text)
    assert state.model is not None
    if state.changes is None:
        state.changes = Changes(default_memory() // 8)
    return state.model, state.changes


VERBS: Mapping[str, Verb] = {
    "change": change,
    "held": held,
    "picture": picture,
    "redo_values": redo_values,
    "undo_values": undo_values,
    "window": window,
}
