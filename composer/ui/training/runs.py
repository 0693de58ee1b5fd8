"""The runs of the workspace: one is followed, beside others."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.ui import state
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.training import asking
from composer.ui.training.following import show_run
from composer.ui.training.launching import Standing, is_called_off
from composer.ui.training.listing import is_of, label, sorted_for
from composer.ui.training.orders import orders
from composer.ui.training.settings import show_settings
from composer.ui.training.taking import taken
from composer.workspace.standing import has_begun, reason


def pick(document: Document, name: str) -> None:
    """Follow this run of the design from now on."""
    state.remember(_chosen_key(document), name)


def follow(document: Document, runs: Sequence[Standing]) -> None:
    """The run that is chosen of `runs`, with what can be done with it, and others beside it."""
    named = {each.entry.name: each for each in sorted_for(document, runs)}
    own = [name for name, each in named.items() if is_of(each.entry, document)]
    name = _choose(document, named, own)
    if name is None:
        return
    run = named[name]
    with st.container(horizontal=True, vertical_alignment="bottom", key="run_orders"):
        orders(document, run)
        others = [named[each].entry for each in _beside(name, [each for each in named if each != name])]
    taken(document, name, any(each.moves for each in runs))
    _problems(run)
    show_settings(run.entry, others)
    if run.state != "new":
        show_run(run.entry, others)


def _choose(document: Document, named: dict[str, Standing], own: Sequence[str]) -> str | None:
    """The run that was chosen for this design, or else the newest of its own; None where it has none."""
    chosen = state.kept(_chosen_key(document), "")
    if chosen not in named:
        chosen = own[0] if own else None
    if not own:
        st.caption(_("No run of this design is here yet. Those of other designs can be looked at."))
    labels = {name: label(each, name in own) for name, each in named.items()}
    key = f"train:pick:{hash((document.id, chosen, *labels.values()))}"  # a label that changes is not drawn again
    names = list(named)
    found: str | None = st.selectbox(
        _("Run"), names, names.index(chosen) if chosen else None, key=key, width=460, format_func=labels.__getitem__,
        placeholder=_("Choose a run"), on_change=lambda: pick(document, state.widget(key)),
    )  # fmt: skip
    return found


def _beside(name: str, others: Sequence[str]) -> list[str]:
    """The runs that are drawn beside `name`: its untied twin, until others are chosen."""
    if not others:
        return []
    twin = [each for each in others if each == asking.twin_name(name)]
    return st.multiselect(_("Beside"), others, twin, key=f"train:beside:{name}", width=260)


def _problems(run: Standing) -> None:
    """What is wrong with a run, and why it does not go on."""
    path = run.entry.path
    if run.entry.problem:
        _warn(run.entry.problem)
    if run.moves or is_called_off(path):
        return
    said = reason(path)
    if not has_begun(path):
        text = _("Its program ended before it began to train.")
    elif run.state == "interrupted":
        text = _("Its process ended without a word. Resume goes on from the last checkpoint.")
    else:
        text = ""
    if text or said:
        _warn(f"{text} {said}".strip())


def _warn(text: str) -> None:
    st.caption(f":orange[{escape(text)}]")


def _chosen_key(document: Document) -> str:
    return f"train:run:{document.id}"
