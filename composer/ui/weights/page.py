"""The whole page: what is found, the table, what can be done to it, and one parameter opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from composer.reports import ShapesReport
from composer.tensor_reports import HeldTensor, ModuleReport
from composer.ui import sheets, state
from composer.ui.document import Document
from composer.ui.jobs import drawn_while
from composer.ui.language import _
from composer.ui.messages import escape, show_error
from composer.ui.weights import asking
from composer.ui.weights.acting import actions
from composer.ui.weights.asking import Look, Weights
from composer.ui.weights.compared import compared
from composer.ui.weights.opened import opened
from composer.ui.weights.seen import missing, seen
from composer.ui.weights.table import show_table, show_totals
from composer.views.finding import find
from composer.views.held import blocks
from composer.views.numbers import humanize


def page(document: Document, report: ShapesReport) -> None:
    """Draw it. `report` is what the preview found of the design."""
    sheets.use("initialize.css", "weights/weights.css")
    weights = asking.look(document)
    busy = weights.busy is not None
    drawn_while(busy, _panel, document, report, weights)


def _panel(document: Document, report: ShapesReport, weights: Weights, busy: bool) -> None:
    running = weights.busy  # asked once: what is drawn is of one moment
    if busy and not running:
        st.rerun()  # the whole page, which looks again
    rows, modules, held = asking.present(document, weights, running, report)
    if not rows:
        going_on(document, weights, running)
        st.markdown(_("This design has no parameters and no buffers."))
        return
    gradients = seen(document, rows)
    show_totals(rows, held, gradients.gradients if gradients else {})
    going_on(document, weights, running)
    found, narrowed = _found(document, rows, modules)
    of = state.kept(f"weights:of:{document.id}", "values")
    shown = (gradients.gradients if gradients else {}) if of == "gradient" else None
    chosen_rows = show_table(document, found, rows, live=not busy, gradients=shown)
    if busy:
        return
    chosen = actions(document, rows, found, chosen_rows, narrowed)
    one = chosen[-1] if chosen else found[0].name if len(found) == 1 else ""
    if of == "gradient" and not one:  # what is opened says it, too
        st.caption(escape(gradients.text) if gradients else missing())
    compared(document, [row for row in found if len(chosen_rows) < 2 or row.name in chosen_rows], shown)
    if one:
        opened(document, next(row for row in rows if row.name == one), weights, gradients)
    elif found:
        st.caption(_("Choose a parameter, in the table or by its name, to open it."))


def _found(
    document: Document, rows: Sequence[HeldTensor], modules: Mapping[str, ModuleReport]
) -> tuple[list[HeldTensor], bool]:
    """What is asked for in the block that is chosen, and whether that is less than everything."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="weights_find"):
        block = _block(document, rows, list(modules))
        text, regex = _asked(document)
        _side(document)
    try:
        met = set(find(text, [row.name for row in rows], modules, regex))
    except ValueError as error:
        met = set()
        st.caption(f":orange[{_('No regular expression: {why}').format(why=escape(str(error)))}]")
    found = [row for row in rows if row.name in met and (not block or row.name.startswith(f"{block}."))]
    return found, bool(text.strip() or block)


def _block(document: Document, rows: Sequence[HeldTensor], modules: Sequence[str]) -> str:
    """The nested blocks as a menu, indented, with the number of parameters of each."""
    tree = {path: (level, count) for path, level, count in blocks(rows, modules)}
    tree.setdefault("", (0, None))

    def label(path: str) -> str:
        level, count = tree[path]
        name = path.rpartition(".")[2] if path else document.design.name
        indent = "\u2003" * level
        return f"{indent}{name} · {humanize(count)}"

    paths = list(tree)
    key = f"weights:block:{document.id}"
    before = state.kept(key, "")
    labels = hash(tuple(map(label, paths)))  # a browser tells labels, and goes on with those of before a change
    chosen = st.selectbox(
        _("Block"),
        paths,
        paths.index(before) if before in paths else 0,
        format_func=label,
        key=f"{key}:{labels}",
        width=260,
    )
    state.remember(key, chosen)
    return chosen


def _asked(document: Document) -> tuple[str, bool]:
    regex = state.kept(f"weights:regex:{document.id}", False)
    text = st.text_input(
        _("Find"),
        key=f"weights:find:{document.id}",
        placeholder=r"^\d+\.weight$" if regex else "net[2].bias, *.weight",
        max_chars=200,
        help=_("A path, what Python would say of the model (net[0][1].bias), a glob (*.weight), or a part of a name."),
    )
    regex = st.checkbox(_("Regular expression"), key=f"weights:regex:{document.id}")
    return text, regex


def _side(document: Document) -> None:
    """Of what the table has statistics."""
    names = {"values": _("values"), "gradient": _("gradient")}
    st.segmented_control(
        _("Statistics of"),
        list(names),
        default="values",
        required=True,
        format_func=lambda name: names[name],
        key=f"weights:of:{document.id}",
    )


def going_on(document: Document, weights: Weights, running: Look | None) -> None:
    """What the look at the live model is doing, and why what was asked for did not come."""
    look = weights.look
    if running:
        done = running.arrived[-1] if running.arrived else None
        with st.container(horizontal=True, vertical_alignment="center", key="weights_busy"):
            if done:
                text = _("Measured {done} of {total}, {name} the last").format(
                    done=done.done, total=done.total, name=escape(done.name)
                )
            else:
                seconds = f"{running.job.seconds:.0f}"
                text = _("Building the model, or waiting for its run to end, since {seconds} s").format(seconds=seconds)
            st.markdown(f":material/hourglass_top: {text}", width="content")
            st.button(_("Stop"), icon=":material/stop:", key="stop", on_click=asking.stop, args=(document,))
        return
    if weights.notice:
        st.caption(_("{why} A new one was started.").format(why=escape(weights.notice)))
        weights.notice = ""
    if look is None or look.text != document.text or look.job.result:
        return
    if look.job.stopped:
        st.caption(_("It was stopped, and with it the model's process. A new one begins with initial values."))
    elif look.job.error:
        show_error(look.job.error, "failure")
    st.button(_("Try again"), icon=":material/refresh:", key="look_again", on_click=_again, args=(document,))


def _again(document: Document) -> None:
    asking.look(document, again=True)
