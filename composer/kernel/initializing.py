"""What a kernel can be asked about initial values: what the design's rules would do to its live model, and to do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from composer.errors import DesignError
from composer.initial_reports import InitializedReport
from composer.kernel.parameters import open_values
from composer.kernel.verbs import Progress, State, Verb, read, signals

LABEL = "initialize by the rules"


def initialize(
    state: State, progress: Progress, text: str, trial: bool, signal: Mapping[str, Any] | None = None
) -> InitializedReport:
    """Give the live model the initial values of its design's rules, or in a `trial` say what they would be.

    `signal` are arguments of the verb `gradients`, for a look at the signals with the values of both sides.
    """
    from composer.engine import initialize as engine
    from composer.engine.build import shapes_checked

    model, changes = open_values(state, progress, text)
    design = read(text)
    rows = shapes_checked(design).tensors
    values = engine.initial_values(state.source, state.class_name, design, rows, state.resolved)
    found = engine.compare(design, model, values)
    before, after, why = None, None, ""
    if signal is not None:
        twin = engine.twin_of(model, values)
        try:
            before, after = (signals(state, each, text, **signal) for each in (model, twin))
        except DesignError as error:
            why = str(error)
    if not trial:
        changes.replace(model, {name: value for name, (_, value) in values.items()}, LABEL)
        state.initial = False
    undo = "" if trial else changes.undo_name
    return InitializedReport(not trial, found, engine.waits(rows, model), before, after, why, undo)


VERBS: Mapping[str, Verb] = {"initialize": initialize}
