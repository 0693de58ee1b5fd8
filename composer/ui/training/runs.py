"""The runs of the workspace: one is followed, beside others; paused, stopped, gone on with, taken, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec

import streamlit as st

from composer.errors import ComposerError
from composer.ui import state
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.training import asking
from composer.ui.training.following import show_run
from composer.workspace import RunEntry, Runs, Trashed

MOVING = ("running", "paused", "new")
_RUN = "train:run"
_DELETED = "train:deleted"


def pick(name: str) -> None:
    """Follow this run from now on."""
    state.remember(_RUN, name)


def follow(document: Document, entries: Sequence[RunEntry]) -> None:
    """The run that is chosen of `entries`, with what can be done with it, and others beside it."""
    named = {each.name: each for each in entries}
    names, chosen = list(named), state.kept(_RUN, "")
    words = _states()
    labels = {each.name: f"{each.name} · {words[each.state]}" for each in entries}
    key = f"train:pick:{hash((chosen, *labels.values()))}"  # a label that changes is not drawn again
    with st.container(horizontal=True, vertical_alignment="bottom", key="run_row"):
        name = st.selectbox(
            _("Run"), names, names.index(chosen) if chosen in named else 0, key=key, width=300,
            format_func=labels.__getitem__, on_change=lambda: pick(state.widget(key)),
        )  # fmt: skip
        _orders(document, named[name])
        others = _beside(name, [each for each in names if each != name])
    entry = named[name]
    if entry.problem:
        st.caption(f":orange[{escape(entry.problem)}]")
    if entry.state == "interrupted":
        text = _("Its process ended without a word. Resume goes on from the last checkpoint.")
        st.caption(f":orange[{text}] {escape(asking.last_words(entry.path))}")
    elif entry.state == "new":
        st.caption(escape(asking.last_words(entry.path)))
    show_run(name, entry.path, [(each, named[each].path) for each in others])


def _beside(name: str, others: Sequence[str]) -> list[str]:
    """The runs that are drawn beside `name`: its untied twin, until others are chosen."""
    if not others:
        return []
    twin = [each for each in others if each == asking.twin_name(name)]
    return st.multiselect(_("Beside"), others, twin, key=f"train:beside:{name}", width=260)


def _states() -> dict[str, str]:
    return {
        "new": _("about to begin"), "running": _("running"), "paused": _("paused"), "interrupted": _("interrupted"),
        "stopped": _("stopped"), "nan": _("stopped: not a number"), "finished": _("finished"), "failed": _("failed"),
    }  # fmt: skip


def _orders(document: Document, entry: RunEntry) -> None:
    """What can be done with a run."""
    path, moving = entry.path, entry.state in ("running", "paused")
    if entry.state == "running":
        st.button(_("Pause"), icon=":material/pause:", key="run_pause", on_click=asking.say, args=(path, "pause"))
    if entry.state == "paused":
        st.button(
            _("Continue"),
            icon=":material/play_arrow:",
            key="run_continue",
            on_click=asking.say,
            args=(path, "continue"),
        )
        st.button(_("One step"), icon=":material/skip_next:", key="run_step", on_click=asking.say, args=(path, "step"))
    if moving:
        st.button(_("Stop run"), icon=":material/stop:", key="run_stop", on_click=asking.say, args=(path, "stop"))
        return
    st.button(
        _("Resume"), icon=":material/play_arrow:", key="run_resume", on_click=_resume, args=(entry,),
        disabled=entry.state == "finished", help=_("Goes on from the last checkpoint."),
    )  # fmt: skip
    st.button(
        _("Take the weights"), icon=":material/download_done:", key="run_take", on_click=asking.take,
        args=(document, path), help=_("Gives the live model the values that the run has, as one step."),
    )  # fmt: skip
    _events(entry)
    st.button(
        _("Delete run"), icon=":material/delete:", type="tertiary", key="run_delete", on_click=_delete, args=(entry,)
    )


def _events(entry: RunEntry) -> None:
    missing = find_spec("tensorboard") is None
    st.download_button(
        _("TensorBoard"), partial(asking.event_file, entry.path), f"events.out.tfevents.{entry.name}",
        "application/octet-stream", key="run_events", icon=":material/download:", on_click="ignore", disabled=missing,
        help=_("For an event file, install the package tensorboard.") if missing
        else _("Writes the run's event file, and downloads it."),
    )  # fmt: skip


def _resume(entry: RunEntry) -> None:
    try:
        asking.launch(entry.path)
    except ComposerError as error:
        state.notify(str(error))
    pick(entry.name)


def _delete(entry: RunEntry) -> None:
    try:
        state.remember(_DELETED, state.documents().workspace.runs.delete(entry.name))
    except ComposerError as error:
        state.notify(str(error))


def deleted(runs: Runs) -> None:
    """What was deleted last, with a way back."""
    trashed: Trashed | None = state.kept(_DELETED, None)
    if trashed is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="run_deleted"):
        st.markdown(f":material/delete: {_('Deleted {name}.').format(name=escape(trashed.id))}", width="stretch")
        st.button(
            _("Undo deletion"), icon=":material/undo:", key="restore_run", on_click=_restore, args=(runs, trashed)
        )


def _restore(runs: Runs, trashed: Trashed) -> None:
    try:
        runs.restore(trashed)
    except ComposerError as error:
        state.notify(str(error))
    state.remember(_DELETED, None)
