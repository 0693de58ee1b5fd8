"""The whole page: devices, and the experiments."""

from __future__ import annotations

import streamlit as st

from composer.device_reports import DevicesReport
from composer.errors import ComposerError
from composer.ui import sheets, state, tasks
from composer.ui.document import Document
from composer.ui.going_on import going_on, outcome
from composer.ui.jobs import drawn_while
from composer.ui.language import _
from composer.ui.messages import escape, show_error
from composer.ui.timing import asking
from composer.ui.timing.asking import MOVING, TIMING
from composer.ui.timing.forms import experiments, form
from composer.ui.timing.keeping import upload
from composer.ui.timing.overview import overview
from composer.ui.timing.results import results


def page(document: Document) -> None:
    """Draw it."""
    sheets.use("initialize.css", "low.css", "timing/timing.css")
    drawn_while(_is_busy(document), _panel, document)


def _is_busy(document: Document) -> bool:
    return not tasks.running(document).keys().isdisjoint((TIMING, MOVING))


def _panel(document: Document, busy: bool) -> None:
    if busy and not _is_busy(document):
        st.rerun()  # the whole page, with what was found
    key, experiments_tab = f"timing:tab:{document.id}", _("Experiments")
    if TIMING in tasks.running(document):
        state.first(key, experiments_tab)  # where a reload finds it
    here, timed = st.tabs([_("Devices"), experiments_tab], key=key, on_change="rerun")
    try:
        report = asking.devices()
    except ComposerError as error:
        show_error(error, "devices_failure")
        return
    if here.open:
        with here:
            overview(document, report)
    if timed.open:
        with timed:
            _experiments(document, report)


def _experiments(document: Document, report: DevicesReport) -> None:
    names = experiments()
    kind = st.segmented_control(
        _("Experiment"), list(names), default=state.kept("timing:kind", "matmul"), required=True,
        format_func=names.__getitem__, key="timing:kind", label_visibility="collapsed",
    )  # fmt: skip
    asked = form(kind, report)
    task = tasks.of(document, TIMING)
    with st.container(horizontal=True, vertical_alignment="center", key="timing_run"):
        st.button(
            _("Run"), icon=":material/timer:", type="primary", key="time_it",
            disabled=isinstance(asked, str) or bool(task and task.running),
            help=asked if isinstance(asked, str) else _("In a process of its own. The live model is left alone."),
            on_click=None if isinstance(asked, str) else asking.begin,
            args=() if isinstance(asked, str) else (document, asked),
        )  # fmt: skip
    if isinstance(asked, str):
        st.caption(escape(asked))
    going_on(document, {TIMING: _("Timing")})
    done = outcome(document, TIMING)
    if done:
        state.remember(f"timing:fresh:{done.about}", done.result)
        tasks.forget(document, TIMING)
    try:
        entries = state.documents().workspace.recordings.all()
    except ComposerError as error:
        show_error(error, "recordings_failure")
        return
    results(kind, entries, document.design.name)
    upload()
