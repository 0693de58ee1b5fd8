"""Initialize by rules: the cards, which parameters they fill, a trial, and what came of it."""

from __future__ import annotations

import streamlit as st

from composer.catalog.objectives import fitting
from composer.reports import ShapesReport
from composer.ui import state
from composer.ui.document import Document
from composer.ui.inputs import chosen, input_controls
from composer.ui.jobs import clicked, drawn_while
from composer.ui.language import _
from composer.ui.messages import show_error
from composer.ui.schemes import filling
from composer.ui.schemes.cards import has_drafts, rules
from composer.ui.schemes.filling import Filling
from composer.ui.schemes.results import show_filled, show_signals, show_summary, show_waiting

_SAMPLES = 32
_PAGE = "init"


def schemes(document: Document, report: ShapesReport) -> None:
    """The whole panel. `report` is what the preview found of the design."""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        rules(document, report)
    with right:
        busy = document.filling is not None and document.filling.job.running
        drawn_while(busy, _panel, document, report)


def _panel(document: Document, report: ShapesReport, busy: bool) -> None:
    asked = document.filling
    running = asked is not None and asked.job.running
    if busy and not running:
        st.rerun()  # the whole page, which looks again
    _controls(document, report, running)
    found = None
    if any(not each.notice for each in report.problems):
        text = _("The design has problems, which Compose shows; with them there may be no signals.")
        st.caption(f":orange[{text}]")
    if asked is None:
        st.caption(_("Try shows what the rules would do, and changes nothing. Initialize does it, in one step."))
    elif running:
        text = _("Filling since {seconds:.0f} s").format(seconds=asked.job.seconds)
        st.markdown(f":material/hourglass_top: {text}")
    else:
        found = _outcome(document, asked)
    show_filled(document, report, found)


def _controls(document: Document, report: ShapesReport, busy: bool) -> None:
    why_not = _why_not(document, report)
    with st.container(horizontal=True, vertical_alignment="bottom", key="init_controls"):
        input_controls(document, _PAGE, _SAMPLES)
        if busy:
            st.button(_("Stop"), icon=":material/stop:", key="stop", on_click=filling.stop, args=(document,))
            return
        tried = clicked(
            _("Try"),
            "try_rules",
            icon=":material/science:",
            disabled=bool(why_not),
            help=why_not or _("Shows values and signals as they are and as the rules would make them, on a copy."),
        )
        wanted = clicked(
            _("Initialize"),
            "initialize",
            icon=":material/casino:",
            type="primary",
            disabled=bool(why_not),
            help=why_not or _("Gives the live model these values. What no rule names stays as it is, to the bit."),
        )
    if tried or wanted:  # not in a callback: what was typed in a card before the click is in the design only now
        _begin(document, report, trial=tried)
        st.rerun()


def _why_not(document: Document, report: ShapesReport) -> str:
    """Why there is nothing to be filled; "" where there is."""
    if not document.design.initializers:
        return _("There is no rule yet: each layer keeps the initial values of its own.")
    if any("initializer rule" in f"{each.expected} {each.received}" for each in report.problems):
        return _("A rule has a problem, which it shows.")
    if has_drafts(document.design):
        return _("A field of a rule holds what it cannot take.")
    if not any(row.rules for row in report.tensors):
        return _("The rules name no parameter of this design.")
    return ""


def _begin(document: Document, report: ShapesReport, trial: bool) -> None:
    given = chosen(document, _PAGE)
    if given is None:
        state.notify(_("A shape is 1 to 8 whole numbers, such as 2, 20."))
        return
    data, samples, inputs = given
    loss = next(iter(fitting(report.output)), "sum")
    signal = {"data": data, "samples": samples, "inputs": inputs, "seed": 0, "loss": loss, "training": True}
    filling.begin(document, trial, signal)


def _outcome(document: Document, asked: Filling) -> Filling | None:
    """What came of it; where it is of the design as it is now, for the table."""
    if asked.job.stopped:
        st.markdown(_("It was stopped, and with it the model's process. A new one begins with initial values."))
    elif asked.job.error:
        show_error(asked.job.error, "filling_failure", _("Nothing of the model was changed."))
    elif asked.job.result:
        show_summary(document, asked, asked.job.result)
        if asked.text == document.text:
            show_waiting(asked.job.result)
            show_signals(asked.job.result)
            return asked
    return None
