"""Running the model: on real handwritten digits or random values, in its own process, with a Stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import streamlit as st

from composer.design.document import Design
from composer.reports import RunReport
from composer.ui import consent, models, results
from composer.ui.document import Document
from composer.ui.jobs import Job
from composer.ui.language import _
from composer.ui.messages import escape, show_error

Data = Literal["digits", "random"]

_PATIENCE = 0.6  # seconds that a click waits for the result, which mostly comes sooner
_POLL = 0.4
_MOST = 64  # samples


@dataclass(frozen=True, slots=True)
class Ran:
    """A result. `initial`: the weights were those that the design begins with. `notice`: why live values were lost."""

    report: RunReport
    initial: bool
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the design that `text` says."""

    text: str
    job: Job[Ran]


def begin(document: Document, data: Data, samples: int, seed: int) -> Run:
    """Start a run of the document as it is now."""
    text, id = document.text, document.id

    def work() -> Ran:
        kernel = models.pool().get(id)
        report = kernel.call("run", text=text, data=data, samples=samples, seed=seed)
        return Ran(report, kernel.call("ping").initial, models.pool().take_notice(id))

    return Run(text, Job(work, lambda: models.pool().close(id)))


def running(document: Document, wrong: bool) -> None:
    """The controls, and the last result. `wrong`: the design has problems."""
    busy = document.run is not None and document.run.job.running
    st.fragment(_panel, run_every=_POLL if busy else None)(document, wrong, busy)


def _panel(document: Document, wrong: bool, busy: bool) -> None:
    run = document.run
    if busy != (run is not None and run.job.running):
        st.rerun()  # the whole page, which looks again and again while something runs
    _controls(document, wrong, run is not None and run.job.running)
    if wrong:
        st.caption(_("The model can be run when the design has no problems."))
    elif run is None:
        text = _("Run the model to see what it makes of real data.")
        initial = "" if models.changed(document.id) else _("It has its initial values until it is trained.")
        st.caption(f"{text} {initial}")
    elif run.job.running:
        st.markdown(f":material/hourglass_top: {_('Running since {seconds:.0f} s').format(seconds=run.job.seconds)}")
    if run is not None and not run.job.running:
        _outcome(document, run)


def _controls(document: Document, wrong: bool, busy: bool) -> None:
    names = {"digits": _("Handwritten digits"), "random": _("Random values")}
    with st.container(horizontal=True, vertical_alignment="bottom", key="run_controls"):
        data = st.segmented_control(
            _("Data"),
            get_args(Data),
            default=usual(document.design),
            required=True,
            label_visibility="collapsed",
            format_func=names.__getitem__,
            key=f"run:data:{document.id}",
        )
        samples = st.number_input(_("Samples"), 1, _MOST, 8, key="run:samples", width=120)
        seed = st.number_input(_("Seed"), 0, 2**31, 0, key="run:seed", width=120)
        if busy:
            st.button(_("Stop"), icon=":material/stop:", key="stop", on_click=_stop, args=(document,))
            return
        st.button(
            _("Run"),
            icon=":material/play_arrow:",
            type="primary",
            key="run",
            disabled=wrong,
            on_click=_start,
            args=(document, data, samples, seed),
        )


def usual(design: Design) -> Data:
    """The data that fits the design's inputs: digits for one input of images."""
    first, *others = design.inputs
    if not others and len(first.shape) == 4 and first.shape[1] in (1, 3) and first.dtype.startswith("float"):
        return "digits"
    return "random"


def _start(document: Document, data: Data, samples: int, seed: int) -> None:
    consent.allow(document.design)
    document.run = begin(document, data, samples, seed)
    document.run.job.wait(_PATIENCE)


def _stop(document: Document) -> None:
    if document.run:
        document.run.job.stop()


def _outcome(document: Document, run: Run) -> None:
    if run.text != document.text:
        st.caption(f":orange[{_('The design has changed since this run.')}]")
    if run.job.stopped:
        st.markdown(_("The run was stopped. The next one begins with initial values."))
    elif run.job.error:
        show_error(
            run.job.error, "run_failure", _("Run again: it starts the model's process anew, where that has ended.")
        )
    elif run.job.result:
        if run.job.result.notice:
            st.caption(_("{why} A new one was started.").format(why=escape(run.job.result.notice)))
        results.show(run.job.result.report, run.job.result.initial)
