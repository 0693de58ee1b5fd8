"""Initialization that can be watched: what the live model holds, a dry run, and what can be made of its sizes."""

from __future__ import annotations

import streamlit as st

from composer.codegen.finish import has_lazy
from composer.errors import DesignError
from composer.reports import LiveReport, ShapesReport
from composer.ui import live as live_models
from composer.ui import state
from composer.ui.document import Document
from composer.ui.inputs import chosen, input_controls
from composer.ui.jobs import drawn_while
from composer.ui.language import _, plural
from composer.ui.live import Asked, Live
from composer.ui.messages import escape, show_error
from composer.ui.parameters import show_log, show_parameters

_FEW = 3  # reasons at once


def initialize(document: Document, report: ShapesReport) -> None:
    """The whole page. `report` is what the preview found of the design."""
    live = live_models.look(document)
    busy = live.busy is not None
    drawn_while(busy, _panel, document, report, live)


def _panel(document: Document, report: ShapesReport, live: Live, busy: bool) -> None:
    if busy and live.busy is None:
        st.rerun()  # the whole page, which looks again
    known = live.known[1] if live.known and live.known[0] == document.text else None
    _controls(document, known, live.busy)
    _outcome(document, live)
    if report.problems:
        text = "The design has {number} problem, which Compose shows."
        st.caption(f":orange[{plural(text, text.replace('problem', 'problems'), len(report.problems))}]")
    show_parameters(document.design, report, known)
    if known and (known.resolved or has_lazy(document.design)):
        show_log(known.resolved)
        _stay_lazy(known)


def _stay_lazy(known: LiveReport) -> None:
    """What Make concrete would leave as it is, where it would do something."""
    if known.edits and known.left:
        why = "; ".join(f"**{escape(path)}**, {escape(why)}" for path, why in list(known.left.items())[:_FEW])
        st.caption(_("Make concrete leaves lazy: {why}").format(why=why))


def _controls(document: Document, known: LiveReport | None, busy: Asked | None) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="dry_controls"):
        input_controls(document)
        if busy:
            st.button(_("Stop"), icon=":material/stop:", key="stop", on_click=live_models.stop, args=(document,))
        else:
            st.button(
                _("Dry run"),
                icon=":material/play_arrow:",
                type="primary",
                key="dry_run",
                help=_("Runs the live model once: lazy layers take their sizes from what comes in, and their values."),
                on_click=_dry_run,
                args=(document,),
            )
        why_not = _no_edits(document, known)
        st.button(
            _("Make concrete"),
            icon=":material/lock:",
            key="make_concrete",
            disabled=bool(why_not) or busy is not None,
            help=why_not or _("Writes the sizes that lazy layers have into the design, in one step. Values are kept."),
            on_click=_make_concrete,
            args=(document,),
        )
        why_not = _no_reset(document, known)
        st.button(
            _("Reset to lazy"),
            icon=":material/restart_alt:",
            key="reset",
            disabled=bool(why_not) or busy is not None,
            help=why_not or _("Builds the live model anew: lazy layers wait again, and all present values are lost."),
            on_click=live_models.reset,
            args=(document,),
        )


def _no_edits(document: Document, known: LiveReport | None) -> str:
    """Why no size can be written into the design; "" where some can."""
    if not has_lazy(document.design):
        return _("The design has no lazy layer.")
    if known is None or not known.resolved:
        return _("No lazy layer has sizes yet: a dry run gives them.")
    if not known.edits:
        return "; ".join(f"{escape(path)}: {escape(why)}" for path, why in list(known.left.items())[:_FEW])
    return ""


def _no_reset(document: Document, known: LiveReport | None) -> str:
    """Why there is nothing to make lazy again; "" where there is."""
    if not has_lazy(document.design):
        return _("The design has no lazy layer. Undo takes back what Make concrete did.")
    if known is None or not known.resolved:
        return _("All lazy layers wait for their first input already.")
    return ""


def _dry_run(document: Document) -> None:
    asked = chosen(document)
    if asked is None:
        state.notify(_("A shape is 1 to 8 whole numbers, such as 2, 20."))
        return
    live_models.dry_run(document, *asked)


def _make_concrete(document: Document) -> None:
    known = live_models.live_of(document).known
    if known is None or known[0] != document.text:
        state.notify(_("The design changed meanwhile: look at the sizes again."))
        return
    state.change(document, known[1].edits, label=_("make the lazy layers concrete"))


def _outcome(document: Document, live: Live) -> None:
    """What is going on, and what came of what was done last."""
    if live.busy:
        st.markdown(f":material/hourglass_top: {_going_on(live.busy)}")
        return
    if live.notice:
        st.caption(_("{why} A new one was started.").format(why=escape(live.notice)))
    for asked in (live.action, live.look):
        if asked is None or asked.text != document.text:
            continue
        if asked.job.stopped:
            st.caption(_("It was stopped, and with it the model's process. A new one begins with initial values."))
        elif asked.job.error:
            _failure(asked)
        elif asked.what == "dry run":
            st.caption(_("The last dry run went through."))
    if live.look and live.look.failed and live.look.text == document.text:
        st.button(_("Try again"), icon=":material/refresh:", key="look_again", on_click=_look_again, args=(document,))


def _look_again(document: Document) -> None:
    live_models.look(document, again=True)


def _going_on(busy: Asked) -> str:
    seconds, last = f"{busy.job.seconds:.0f}", busy.progress.last
    if last:
        text = _("Dry run since {seconds} s: {done} of {total} lazy layers have sizes, {path} the last")
        return text.format(seconds=seconds, done=last.done, total=last.total, path=escape(last.text))
    if busy.what == "dry run":
        return _("Dry run since {seconds} s").format(seconds=seconds)
    return _("Building the model, or waiting for its run to end, since {seconds} s").format(seconds=seconds)


def _failure(asked: Asked) -> None:
    error, note = asked.job.error, ""
    if isinstance(error, DesignError) and any(each.code == "outgrown" for each in error.problems):
        note = _("It took its sizes from an earlier input. Reset to lazy lets it take them from this one.")
    elif asked.what == "dry run":
        note = _("Nothing of the model was changed.")
    if error:
        show_error(error, f"failure_{asked.what.replace(' ', '_')}", note)
