"""Trying a custom layer out: what goes in, what comes out, its gradients, and the source it becomes."""

from __future__ import annotations

import math

import streamlit as st

from composer.codegen.alone import classes_of, reached, source_of_definitions
from composer.codegen.judging import examined
from composer.design.document import Definition
from composer.errors import DesignError
from composer.trial_reports import GradientCheck, TriedReport, TriedTensor
from composer.ui.document import Document
from composer.ui.inputs import sizes_of
from composer.ui.jobs import clicked, drawn_while
from composer.ui.language import _, plural
from composer.ui.layers import texts, trying
from composer.ui.layers.custom import code_of
from composer.ui.layers.ready import first_shapes
from composer.ui.layers.trying import Given, Trial
from composer.ui.messages import escape, show_error
from composer.views.rows import bars

_DTYPES = ("float32", "int64", "bool")
_SHAPE = "2, 5"
_WAVES = 8
_PARAMETERS = 10  # that are told
_WRONG: Given = ((), "")


def trial(document: Document, definition: Definition) -> None:
    """The panel."""
    busy = document.trial is not None and document.trial.job.running
    drawn_while(busy, _panel, document, definition)


def _panel(document: Document, definition: Definition, busy: bool) -> None:
    going_on = document.trial is not None and document.trial.job.running
    if busy and not going_on:
        st.rerun()  # the whole page, where the code shows the line of an error
    st.markdown(f"**{_('Try it')}**")
    _controls(document, definition, going_on)
    if document.trial is None or document.trial.definition.name != definition.name:
        st.caption(_("Runs the layer alone, on random values, and checks its gradients."))
    elif going_on:
        text = _("Running since {seconds:.0f} s").format(seconds=document.trial.job.seconds)
        st.markdown(f":material/hourglass_top: {text}")
    else:
        _outcome(document.trial, definition)
    _source(document, definition)


def _controls(document: Document, definition: Definition, going_on: bool) -> None:
    prefix = f"try:{document.id}:{definition.name}"
    optional = {each.name for each in examined(definition).inputs if each.optional}
    shapes = first_shapes(definition.name)
    inputs = [
        _input(f"{prefix}:{name}", name, shapes[k] if k < len(shapes) else _SHAPE, name in optional)
        for k, name in enumerate(code_of(definition).input_names)
    ]
    options = {}
    with st.container(horizontal=True, vertical_alignment="bottom", key="try_controls"):
        for each in definition.options:
            first = 1 if each.default is None else each.default
            help = escape(each.help) or None
            key = f"{prefix}:option:{each.name}:{each.default}"
            options[each.name] = int(
                st.number_input(escape(each.name), value=first, step=1, key=key, help=help, width=110)
            )
        seed = int(st.number_input(_("Seed"), 0, 2**31, 0, key="try:seed", width=110))
        help = _("Empty: random values. 3, 10 is a signal along the last dimension: a sine of 3 periods and one of 10.")
        text = st.text_input(_("Signal"), key="try:waves", placeholder="3, 10", help=help, max_chars=60, width=110)
        waves = waves_of(text)
        if going_on:
            st.button(_("Stop"), icon=":material/stop:", key="stop", on_click=trying.stop, args=(document,))
            return
        refused = not examined(definition).accepted
        why = _("The code has lines that cannot run.") if refused else None
        label, icon = _("Try"), ":material/play_arrow:"
        asked = clicked(label, "try", icon=icon, type="primary", disabled=refused, help=why)
    given = [each for each in inputs if each != _WRONG]
    if waves is None:
        st.caption(f":orange[{_('expects numbers of periods, such as 3, 10')}]")
    elif asked and len(given) == len(inputs):
        trying.begin(document, definition, options, given, seed, waves)
        st.rerun()


def waves_of(text: str) -> tuple[float, ...] | None:
    """The numbers of periods that a person wrote; None where they are none."""
    try:
        found = tuple(float(part) for part in text.replace(",", " ").split())
    except ValueError:
        return None
    return found if len(found) <= _WAVES and all(math.isfinite(each) for each in found) else None


def _input(key: str, name: str, first: str, optional: bool) -> Given:
    """The shape and dtype that are given for an input; None where it is left out, `_WRONG` where that is no shape."""
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{key}:row"):
        help = _("Sizes from the batch on, such as 2, 5. Empty: an optional input is left out.")
        label = _("Shape of {input}").format(input=escape(name))
        text = st.text_input(label, first, key=f"{key}:shape", help=help, width=190)
        label = _("dtype of {input}").format(input=escape(name))
        dtype = st.selectbox(label, _DTYPES, key=f"{key}:dtype", width=130)
    if not text.strip() and optional:
        return None
    sizes = sizes_of(text)
    if sizes is None:
        st.caption(f":orange[{_('expects 1 to 8 whole numbers, such as 2, 20')}]")
        return _WRONG
    return sizes, str(dtype)


def _outcome(found: Trial, definition: Definition) -> None:
    if found.definition != definition:
        st.caption(f":orange[{_('The layer has changed since this trial.')}]")
    if found.job.stopped:
        st.markdown(_("The trial was stopped."))
    elif found.job.error:
        show_error(found.job.error, "try_failure")
    elif found.job.result:
        _report(found.job.result)


def _report(report: TriedReport) -> None:
    if report.error:
        where = _("line {line} of the code").format(line=report.line) if report.line else _("outside of the code")
        with st.container(border=True, key="try_failure"):
            st.markdown(f":red[:material/error:] **{where}**: {escape(report.error)}")
        return
    for each in report.outputs:
        name = f"{_('output')} {each.name}".strip()
        st.markdown(f"**{escape(name)}** {_told(each)}")
        st.html(texts.values(each.values, name))
        if len(each.row) > 1:
            with st.expander(_("Magnitudes of the first row"), key=f"try:row:{name}", on_change="rerun") as part:
                if part.open:
                    st.plotly_chart(bars(each.row, name), key=f"try_bars:{name}", config={"displaylogo": False})
    if report.gradient:
        st.markdown(_gradient(report.gradient))
    number = len(report.parameters)
    text = plural("{number} parameter", "{number} parameters", number)
    rows = ", ".join(f"{escape(each.name)} {_told(each)}" for each in report.parameters[:_PARAMETERS])
    more = ", …" if number > _PARAMETERS else ""
    st.markdown(f"{text}{': ' if rows else ''}{rows}{more}")
    st.caption(_("{ms:.2f} ms for a forward pass, in eval mode").format(ms=1000 * report.seconds))


def _told(each: TriedTensor) -> str:
    shape = "×".join(map(str, each.shape)) if each.shape else _("a number")
    return f"{shape} :gray[{each.dtype}]"


def _gradient(check: GradientCheck) -> str:
    if check.verdict == "passes":
        return f":green[:material/check_circle:] {_('Gradients are right (gradcheck, float64).')}"
    if check.verdict == "fails":
        text = _("Gradients are wrong (gradcheck, float64): {why}.")
        return f":red[:material/error:] {text.format(why=escape(check.why))}"
    text = _("Gradients were not checked: {why}.")
    return f":gray[:material/do_not_disturb_on:] {text.format(why=escape(check.why))}"


def _source(document: Document, definition: Definition) -> None:
    with st.expander(_("Source as it is exported"), icon=":material/code:"):
        try:
            text = classes_of(source_of_definitions(reached(document.design, definition.name)))
            st.html(texts.source(text, _("Source of {name}").format(name=definition.name)))
        except DesignError as error:
            st.caption(_("There is none while the layer has problems:"))
            st.markdown("  \n".join(map(escape, str(error).splitlines()[:5])))
