"""What a run is trained with, in one line, and what is otherwise in runs beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from composer.training.config import Chosen
from composer.training.processes import launched
from composer.ui.language import _
from composer.ui.messages import escape
from composer.workspace import RunEntry
from composer.workspace.runs import environment


def show_settings(entry: RunEntry, others: Sequence[RunEntry]) -> None:
    """The settings of a run, and those of `others` that differ."""
    if own := settings(entry):
        st.caption(escape(" · ".join(f"{name} {value}" for name, value in own.items())))
    for other in others:
        if found := differences(entry, other):
            st.caption(f"**{escape(other.name)}**: {escape(' · '.join(found))}")


def settings(entry: RunEntry) -> dict[str, str]:
    """What a run is trained with, by what it is; nothing where that cannot be read."""
    config, design = entry.config, entry.design
    if config is None or design is None:
        return {}
    program = launched(entry.path)
    around = environment(entry.path)
    found = {
        _("design"): design.name,
        _("data"): Path(config.data).name,
        _("loss"): _chosen(config.loss),
        _("optimizer"): _chosen(config.optimizer),
        _("schedule"): _chosen(config.schedule) if config.schedule else _("none"),
        _("batch"): f"{config.batch_size:,}",
        _("epochs"): f"{config.epochs:,}",
        _("seed"): str(config.seed),
        _("processes"): str(program.processes) if program else around.get("processes", "1"),
        _("device"): around.get("device", config.device),
    }
    seldom = {
        _("precision"): config.precision if config.precision != "float32" else "",
        _("clipped at"): f"{config.clip:g}" if config.clip else "",
        _("augmented by"): ", ".join(config.augment),
    }
    return found | {name: value for name, value in seldom.items() if value}


def differences(entry: RunEntry, other: RunEntry) -> list[str]:
    """What is not the same in another run; nothing where one of them cannot be read."""
    own, theirs = settings(entry), settings(other)
    if not own or not theirs:
        return []
    text, none = _("{name} {value} instead of {own}"), _("none")
    found = [
        text.format(name=name, value=theirs.get(name, none), own=own.get(name, none))
        for name in dict.fromkeys((*own, *theirs))
        if own.get(name) != theirs.get(name)
    ]
    if entry.design and other.design and entry.design.name == other.design.name and entry.design != other.design:
        found.insert(0, _("the design is another by that name"))
    return found


def _chosen(chosen: Chosen) -> str:
    return ", ".join([chosen.kind, *(f"{name} {_value(value)}" for name, value in chosen.options.items())])


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
