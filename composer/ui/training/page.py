"""The whole page: a run is asked for, and one is followed, beside others."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.errors import ComposerError
from composer.training.commands import Distribution, command, shell
from composer.training.config import TrainConfig, dumps
from composer.ui import sheets, state, tasks
from composer.ui.document import Document
from composer.ui.going_on import going_on, outcome
from composer.ui.jobs import POLL, drawn_while
from composer.ui.language import _
from composer.ui.messages import escape, show_error
from composer.ui.training import asking
from composer.ui.training.asking import BEGINNING, TAKING
from composer.ui.training.data import LOOKING, about_data
from composer.ui.training.following import show_run
from composer.ui.training.form import form
from composer.workspace import RunEntry, Runs, Trashed

_MOVING = ("running", "paused", "new")
_RUN = "train:run"
_DELETED = "train:deleted"


def page(document: Document) -> None:
    """Draw it."""
    sheets.use("initialize.css", "low.css", "training/training.css")
    try:
        sets = asking.data_sets()
    except ComposerError as error:
        show_error(error, "data_failure")
        return
    config = form(document, sets)
    how = _start(document, config)
    runs = state.documents().workspace.runs
    if isinstance(config, TrainConfig):
        about_data(document, config.data)
        _commands(document, config, *how)
    moves = any(each.state in _MOVING for each in runs.all()) or bool(tasks.running(document))
    drawn_while(moves, _panel, document, runs, every=2 * POLL)


def _start(document: Document, config: TrainConfig | str) -> tuple[int, Distribution]:
    with st.container(horizontal=True, vertical_alignment="bottom", key="train_start"):
        processes = st.number_input(
            _("Processes"), 1, 64, 1, key="train:processes", width=110,
            help=_("On this machine. With more than one the batch is shared among them, by DDP or FSDP."),
        )  # fmt: skip
        ways: dict[Distribution, str] = {"ddp": "DDP", "fsdp": "FSDP2"}
        how: Distribution = (
            st.selectbox(_("Spread by"), list(ways), format_func=ways.__getitem__, key="train:how", width=120)
            if processes > 1
            else ""
        )
        wrong = config if isinstance(config, str) else ""
        st.button(
            _("Train"), icon=":material/model_training:", type="primary", key="train", disabled=bool(wrong),
            help=_("In a process of its own, from the live model's values; it goes on when the browser closes."),
            on_click=asking.begin, args=(document, config, processes, how),
        )  # fmt: skip
    if wrong:
        st.caption(f":orange[{escape(wrong)}]")
    return processes, how


def _commands(document: Document, config: TrainConfig, processes: int, how: Distribution) -> None:
    """The same run without the app, here or on many machines."""
    with st.expander(_("On the command line, or on many machines"), key="train:commands"):
        name = document.id
        st.caption(_("With the design as {name}.json and this as {name}-training.json:").format(name=name))
        files = (f"{name}.json", f"{name}-training.json", f"runs/{name}")
        st.code(shell(command(*files, processes, distribution=how)), language="sh")
        st.code(shell(command(*files, 8, nodes=2, distribution=how or "fsdp")), language="sh")
        st.download_button(
            _("Configuration (.json)"), dumps(config), f"{name}-training.json", "application/json", key="train:config",
            icon=":material/download:", type="tertiary", on_click="ignore",
        )  # fmt: skip


def _panel(document: Document, runs: Runs, moves: bool) -> None:
    entries = runs.all()
    now = any(each.state in _MOVING for each in entries) or bool(tasks.running(document))
    if now != moves:
        st.rerun()  # the whole page, which looks again while something moves
    going_on(
        document,
        {
            BEGINNING: _("Checking, and making the run's folder"),
            TAKING: _("Taking the weights"),
            LOOKING: _("Looking at the data"),
        },
    )
    begun = outcome(document, BEGINNING)
    if begun:
        state.remember(_RUN, begun.result)
        tasks.forget(document, BEGINNING)
    taken = tasks.of(document, TAKING)
    if taken and not taken.running:
        if taken.job.error:
            show_error(taken.job.error, "take_failure")
        else:
            text = _("The live model has the weights of {name}.").format(name=escape(str(taken.about)))
            st.markdown(f":material/check: {text}")
    _deleted(runs)
    if not entries:
        st.caption(_("No run is here yet."))
        return
    _runs(document, entries)


def _runs(document: Document, entries: Sequence[RunEntry]) -> None:
    named = {each.name: each for each in entries}
    chosen = state.kept(_RUN, "")
    names = list(named)
    words = _states()
    with st.container(horizontal=True, vertical_alignment="bottom", key="run_row"):
        name = st.selectbox(
            _("Run"), names, names.index(chosen) if chosen in named else 0, key=f"train:pick:{chosen}", width=300,
            format_func=lambda each: f"{each} · {words[named[each].state]}",
        )  # fmt: skip
        _orders(document, named[name])
        others = st.multiselect(_("Beside"), [each for each in names if each != name], key="train:beside", width=260)
    entry = named[name]
    if entry.problem:
        st.caption(f":orange[{escape(entry.problem)}]")
    if entry.state == "interrupted":
        text = _("Its process ended without a word. Resume goes on from the last checkpoint.")
        st.caption(f":orange[{text}] {escape(asking.last_words(entry.path))}")
    elif entry.state == "new":
        st.caption(escape(asking.last_words(entry.path)))
    show_run(name, entry.path, [(each, named[each].path) for each in others])


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
    st.button(
        _("Delete run"), icon=":material/delete:", type="tertiary", key="run_delete", on_click=_delete, args=(entry,)
    )


def _resume(entry: RunEntry) -> None:
    try:
        asking.launch(entry.path)
    except ComposerError as error:
        state.notify(str(error))
    state.remember(_RUN, entry.name)


def _delete(entry: RunEntry) -> None:
    try:
        state.remember(_DELETED, state.documents().workspace.runs.delete(entry.name))
    except ComposerError as error:
        state.notify(str(error))


def _deleted(runs: Runs) -> None:
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
