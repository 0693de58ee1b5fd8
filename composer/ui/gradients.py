"""The Gradients page: what to run and against what, a Stop, and what was seen."""

from __future__ import annotations

import streamlit as st

from composer.catalog.objectives import fitting
from composer.reports import ShapesReport
from composer.ui import looking, sheets, state
from composer.ui.document import Document
from composer.ui.inputs import chosen, input_controls
from composer.ui.jobs import drawn_while
from composer.ui.language import _
from composer.ui.looking import Asked, Look
from composer.ui.messages import escape, show_error
from composer.ui.signals import RATE, show_report

_SAMPLES = 32
KINDS = ("SGD", "SGD with momentum", "Adam")
_PAGE = "grad"


def gradients(document: Document, report: ShapesReport) -> None:
    """The whole page. `report` is what the preview found of the design."""
    sheets.use("initialize.css", "gradients.css")
    look = document.gradients
    busy = look is not None and look.job.running
    drawn_while(busy, _panel, document, report)


def _panel(document: Document, report: ShapesReport, busy: bool) -> None:
    look = document.gradients
    running = look is not None and look.job.running
    if busy and not running:
        st.rerun()  # the whole page, which looks again and again while something runs
    _controls(document, report, running)
    if [each for each in report.problems if not each.notice]:
        st.caption(
            f":orange[{_('The design has problems, which Compose shows; with them there may be no gradients.')}]"
        )
    if look is None:
        st.caption(
            _(
                "One forward and backward pass on a copy of the live model: its parameters, buffers, gradients and "
                "random state stay what they are."
            )
        )
    elif running:
        text = _("Running forward and backward since {seconds:.0f} s").format(seconds=look.job.seconds)
        st.markdown(f":material/hourglass_top: {text}")
    else:
        _outcome(document, look)


def _controls(document: Document, report: ShapesReport, busy: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="grad_controls"):
        input_controls(document, _PAGE, _SAMPLES)
        st.number_input(_("Seed"), 0, 2**31, 0, key=f"{_PAGE}:seed", width=100)
        st.selectbox(
            _("Loss"),
            fitting(report.output),
            format_func=_loss_name,
            key=f"{_PAGE}:{document.id}:loss",
            help=_("Those that fit the output. Labels come from the digits; other targets are drawn with the seed."),
            width=225,
        )
        st.segmented_control(
            _("Mode"),
            ("train", "eval"),
            default="train",
            required=True,
            key=f"{_PAGE}:mode",
            help=_("In train mode dropout drops, and batch normalization takes the batch's own statistics."),
        )
        if busy:
            st.button(_("Stop"), icon=":material/stop:", key="stop", on_click=looking.stop, args=(document,))
            return
        st.button(
            _("Look"),
            icon=":material/play_arrow:",
            type="primary",
            key="look",
            help=_("Runs the live model forward and backward once, on a copy."),
            on_click=_look,
            args=(document,),
        )
        st.number_input(
            _("Learning rate"), 0.0, 1000.0, RATE, step=0.01, format="%g", key=f"{_PAGE}:rate", width=120,
            help=_("Of a step, and of update / weight below, rate·‖gradient‖/‖weight‖: how far a step moves it."),
        )  # fmt: skip
        st.selectbox(
            _("Optimizer"), KINDS, key=f"{_PAGE}:kind", width=170,
            help=_("Of a step. What it keeps from one step to the next can be saved with the model, on Files."),
        )  # fmt: skip
        st.button(
            _("Step"),
            icon=":material/skip_next:",
            key="step",
            help=_("Takes one step of the optimizer on this batch, and looks again. It can be taken back."),
            on_click=_look,
            args=(document, True),
        )  # fmt: skip


def _loss_name(name: str) -> str:
    words = {"sum": _("Sum of the outputs"), "squares": _("Mean of squares (MSE to 0)")}
    return words.get(name, name)


def _look(document: Document, step: bool = False) -> None:
    given = chosen(document, _PAGE)
    if given is None:
        state.notify(_("A shape is 1 to 8 whole numbers, such as 2, 20."))
        return
    seed, loss = state.widget(f"{_PAGE}:seed"), state.widget(f"{_PAGE}:{document.id}:loss")
    asked = Asked(*given, seed, loss, state.widget(f"{_PAGE}:mode") == "train")
    rate = float(state.kept(f"{_PAGE}:rate", RATE)) if step else None
    looking.begin(document, asked, rate, state.kept(f"{_PAGE}:kind", KINDS[0]))


def _outcome(document: Document, look: Look) -> None:
    if look.text != document.text:
        st.caption(f":orange[{_('The design has changed since this look.')}]")
    if look.job.stopped:
        st.markdown(_("It was stopped, and with it the model's process. A new one begins with initial values."))
    elif look.job.error:
        show_error(look.job.error, "look_failure", _("Nothing of the model was changed."))
    elif look.job.result:
        found = look.job.result
        if found.notice:
            st.caption(_("{why} A new one was started.").format(why=escape(found.notice)))
        show_report(document, found.report, found.initial)
