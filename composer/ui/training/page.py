"""The whole page: a run is asked for, and one is followed, beside others."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.errors import ComposerError
from composer.reports import ShapesReport
from composer.training.commands import Distribution
from composer.training.config import TrainConfig
from composer.training.twins import shares
from composer.ui import sheets, state, tasks
from composer.ui.document import Document
from composer.ui.going_on import going_on
from composer.ui.holding import held
from composer.ui.jobs import POLL, clicked, drawn_while
from composer.ui.language import _
from composer.ui.messages import escape, show_error
from composer.ui.training import asking
from composer.ui.training.asking import BEGINNING, TAKING
from composer.ui.training.checking import checked
from composer.ui.training.choosing import SUITING
from composer.ui.training.commands import commands, start_values
from composer.ui.training.data import LOOKING, about_data, data_key
from composer.ui.training.form import form
from composer.ui.training.launching import Standing, standing
from composer.ui.training.orders import RUN
from composer.ui.training.runs import follow, pick
from composer.ui.trashing import deleted
from composer.workspace import Runs

_FOLLOWED = "train:followed"  # the run that was begun last: once it is shown, another may be picked


def page(document: Document, report: ShapesReport) -> None:
    """Draw it. `report` is what the preview found of the design."""
    sheets.use("initialize.css", "low.css", "training/training.css")
    try:
        with st.spinner(_("Looking for data that fits …"), show_time=True):
            config = form(document, report, asking.data_sets())
    except ComposerError as error:
        show_error(error, "data_failure")
        return
    how = _start(document, config, bool(report.problems))
    runs = state.documents().workspace.runs
    about_data(document, str(state.kept(data_key(document), "")))
    if isinstance(config, TrainConfig):
        commands(document, config, *how)
    drawn_while(_moves(document, _all(runs)), _panel, document, runs, config, every=2 * POLL)


def _all(runs: Runs) -> list[Standing]:
    return [standing(each) for each in runs.all()]


def _moves(document: Document, runs: Sequence[Standing]) -> bool:
    return any(each.moves for each in runs) or bool(tasks.running(document))


def _start(document: Document, config: TrainConfig | str, broken: bool) -> tuple[int, Distribution]:
    with st.container(horizontal=True, vertical_alignment="bottom", key="train_start"):
        processes = st.number_input(
            _("Processes"), 1, 64, key=held("train:processes", document.id, 1), width=110,
            help=_("On this machine. With more than one the batch is shared among them, by DDP or FSDP."),
        )  # fmt: skip
        ways: dict[Distribution, str] = {"ddp": "DDP", "fsdp": "FSDP2"}
        how: Distribution = (
            st.selectbox(
                _("Spread by"),
                list(ways),
                format_func=ways.__getitem__,
                width=120,
                key=held("train:how", document.id, "ddp"),
            )
            if processes > 1
            else ""
        )
        twin = shares(document.design) and st.checkbox(
            _("Train the untied twin, too"), key=held("train:twin", document.id, False),
            help=_("Where this design has one parameter at several places, the twin has several: they begin with the "
                   "same values, see the same data, and come apart."),
        )  # fmt: skip
        wanted = clicked(
            _("Train"), icon=":material/model_training:", type="primary", key="train",
            disabled=broken or isinstance(config, str),
            help=_("In a process of its own, from the live model's values; it goes on when the browser closes."),
        )  # fmt: skip
        if wanted and isinstance(config, TrainConfig):
            asking.begin(document, config, processes, how, twin)
        start_values(document)
    if broken:
        st.caption(f":orange[{_('The design has problems, which Compose shows: it cannot be trained yet.')}]")
    elif isinstance(config, str) and config:
        st.caption(f":orange[{escape(config)}]")
    return processes, how


def _panel(document: Document, runs: Runs, config: TrainConfig | str, moves: bool) -> None:
    found = _all(runs)
    if _moves(document, found) != moves:
        st.rerun()  # the whole page, which looks again while something moves
    going_on(
        document,
        {
            BEGINNING: _("Checking, and making the run's folder"),
            TAKING: _("Taking the weights"),
            LOOKING: _("Looking at the data"),
            SUITING: _("Looking at what is to be learned"),
        },
    )
    begun = checked(document, config)
    followed = f"{_FOLLOWED}:{document.id}"
    if begun and state.kept(followed, "") != begun.run:
        state.remember(followed, begun.run)
        pick(document, begun.run)
    deleted(RUN, runs.restore)
    if found:
        follow(document, found)
    elif BEGINNING not in tasks.running(document):
        st.caption(_("No run is here yet."))
