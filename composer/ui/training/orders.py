"""What can be done with a run: paused, stopped, gone on with, its weights taken, deleted with a way back."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec

import streamlit as st

from composer.errors import ComposerError
from composer.training.telling import Command
from composer.ui import state
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.training import asking
from composer.ui.training.launching import Standing, call_off, is_called_off, relaunch
from composer.ui.training.listing import is_of
from composer.ui.trashing import delete
from composer.workspace import RunEntry
from composer.workspace.runs import checkpoints
from composer.workspace.standing import unanswered

RUN = "run"
"""What is deleted, for `trashing`."""


def orders(document: Document, run: Standing) -> None:
    """The buttons of a run, as it stands."""
    if run.moves:
        _while_it_moves(run)
    else:
        _afterwards(document, run)


def _while_it_moves(run: Standing) -> None:
    path = run.entry.path
    if run.state == "starting":
        st.button(
            _("Stop run"), icon=":material/stop:", key="run_stop", on_click=call_off, args=(path,),
            disabled=is_called_off(path),
        )  # fmt: skip
        return
    told = unanswered(path)
    pause, go_on, step = _("Pause"), _("Continue"), _("One step")
    buttons: list[tuple[Command, str, str, str]] = (
        [("continue", go_on, "play_arrow", "run_continue"), ("step", step, "skip_next", "run_step")]
        if run.state == "paused"
        else [("pause", pause, "pause", "run_pause")]
    )
    for order, label, icon, key in (*buttons, ("stop", _("Stop run"), "stop", "run_stop")):
        st.button(
            label, icon=f":material/{icon}:", key=key, disabled=told is not None, on_click=asking.say,
            args=(path, order),
        )  # fmt: skip
    if told:
        st.caption(f":material/hourglass_top: {_answering()[told]}", width="content")


def _answering() -> dict[Command, str]:
    return {
        "pause": _("pausing after this step"), "continue": _("going on"), "step": _("taking a step"),
        "stop": _("stopping after this step"),
    }  # fmt: skip


def _afterwards(document: Document, run: Standing) -> None:
    entry = run.entry
    st.button(
        _("Resume"), icon=":material/play_arrow:", key="run_resume", on_click=_resume, args=(entry,),
        disabled=run.state == "finished",
        help=_("All its steps are done.") if run.state == "finished" else _("Goes on from the last checkpoint."),
    )  # fmt: skip
    if run.state != "new":
        _take(document, run)
        _events(entry)
    st.button(
        _("Delete run"),
        icon=":material/delete:",
        type="tertiary",
        key="run_delete",
        on_click=delete,
        args=(state.documents().workspace.runs, RUN, entry.name),
    )


def _take(document: Document, run: Standing) -> None:
    """Its weights, as after its last checkpoint; where it came to an end it left them in a file of their own."""
    entry, steps = run.entry, checkpoints(run.entry.path)
    step = steps[-1] if steps else 0
    if entry.design is None:
        help = _("Its design cannot be read.")
    elif not is_of(entry, document):
        help = _("It trained another design, {name}, whose weights do not fit this one.")
        help = help.format(name=escape(entry.design.name))
    elif not steps:
        help = _("It has kept no weights yet.")
    else:
        help = _("Gives the live model the weights of {name}, as after step {step:,}. It can be undone.").format(
            name=escape(entry.name), step=step
        )
    st.button(
        _("Take the weights"), icon=":material/download_done:", key="run_take", on_click=asking.take,
        args=(document, entry.path, step, run.state in ("finished", "stopped", "nan")), help=help,
        disabled=not is_of(entry, document) or not steps,
    )  # fmt: skip


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
        relaunch(entry.path)
    except ComposerError as error:
        state.notify(str(error))
