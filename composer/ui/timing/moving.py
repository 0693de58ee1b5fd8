"""Sending a tensor, and the live model, to a device: sections 5.6.2 and 5.6.3 of the book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from composer.device_reports import DevicesReport, Moved, MoveReport
from composer.errors import ComposerError
from composer.ui import state, tables, tasks
from composer.ui.document import Document
from composer.ui.going_on import going_on, outcome
from composer.ui.language import _, plural
from composer.ui.messages import escape, show_error
from composer.ui.timing import asking
from composer.ui.timing.asking import MOVING, Home
from composer.views.numbers import duration, size

_TENSOR = "devices:move"
_NAMES = 6


def moving(document: Document, report: DevicesReport, home: Home) -> None:
    """Both."""
    ids = [each.id for each in report.devices]
    st.markdown(f"**{_('Move the live model')}**")
    _model(document, ids, home)
    st.divider()
    st.markdown(f"**{_('Send a tensor')}**")
    _tensor(ids)


def _model(document: Document, ids: list[str], home: Home) -> None:
    task = tasks.of(document, MOVING)
    with st.container(horizontal=True, vertical_alignment="bottom", key="move_model_form"):
        device = st.selectbox(_("To"), ids, key="devices:model_to", width=160)
        st.button(
            _("Move the live model"), key="move_model", on_click=asking.move, args=(document, device),
            disabled=bool(task and task.running),
            help=_("With its gradients and what its optimizer keeps. What is done with it from then on is done there."),
        )  # fmt: skip
    if home.device:
        st.markdown(_("The live model is on **{device}**.").format(device=escape(home.device)))
    st.caption(
        _("A device is no value: values stay the same to the bit, and there is nothing to undo. Move it back instead.")
        if len(ids) > 1
        else _("This machine has only its CPU, so there is nowhere else to go. Sent there, it is what it was.")
    )
    going_on(document, {MOVING: _("Moving")})
    done = outcome(document, MOVING)
    if done and home.device in ("", done.result.device):  # not of a model that is gone
        _came(done.result)


def _came(report: MoveReport) -> None:
    st.markdown(_moved(report) if report.moved else _stayed(report))
    if report.left:
        st.markdown(f":orange[:material/warning: {_left(report)}]")
    if report.outputs:
        places = escape(", ".join(dict.fromkeys(report.outputs)))
        st.markdown(_("Its outputs for random values are on **{devices}**.").format(devices=places))
    if report.error:
        st.markdown(_("On random values it does not run there:"))
        st.code(report.error, language=None, wrap_lines=True)
    if report.rows:
        with st.expander(_("Every tensor"), key="moved_rows"):
            _rows(report.rows)


def _moved(report: MoveReport) -> str:
    count, nbytes = len(report.moved), sum(row.nbytes for row in report.moved)
    what = plural("{number} tensor", "{number} tensors", count)
    text = _("{model} went to **{device}**: {what}, {size}, in {seconds}.").format(
        model=escape(report.what), device=escape(report.device), what=what, size=size(nbytes),
        seconds=duration(report.seconds),
    )  # fmt: skip
    same = all(row.same for row in report.moved if row.sort == "parameter")
    also = [_("Every parameter is the same object as before, with its values there.")] if same else []
    if report.gradients:
        also.append(_("Gradients went with their parameters."))
    if report.optimizer:
        also.append(_("So did what the optimizer keeps ({optimizer}).").format(optimizer=escape(report.optimizer)))
    return " ".join((text, *also))


def _stayed(report: MoveReport) -> str:
    device = escape(report.device)
    if not report.rows:
        return _("{model} has no tensors: it computes where its inputs are.").format(model=escape(report.what))
    return _(
        "{model} was on **{device}** already: nothing was copied. `model.to('{device}') is model`, and of each of its "
        "{count} parameters and buffers `x.to('{device}') is x`."
    ).format(model=escape(report.what), device=device, count=f"{len(report.rows) - len(report.left):,}")


def _left(report: MoveReport) -> str:
    names = escape(", ".join(row.name for row in report.left[:_NAMES]))
    more = " …" if len(report.left) > _NAMES else ""
    return _(
        "Left behind: {names}{more}. Plain tensors are neither parameters nor buffers, so `to` does not know of them."
    ).format(names=names, more=more)


def _tensor(ids: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="move_form"):
        device = st.selectbox(_("To"), ids, key="devices:to", width=160, on_change=_forget)
        always = st.checkbox(
            _("copy=True"), key="devices:copy", help=_("Copy even where the tensor is there already."),
            on_change=_forget,
        )  # fmt: skip
        st.button(_("Send a tensor"), key="move_tensor", on_click=_send, args=(device, always))
    done: _Sent | ComposerError | None = state.kept(_TENSOR, None)
    if isinstance(done, ComposerError):
        show_error(done, "move_failure")
    elif done:
        report = done.report
        call = f"x.to('{escape(report.device)}'{', copy=True' if done.always else ''})"
        st.markdown(f"{escape(report.what)}: `{call} is x` → **{report.same}**")
        _rows(report.rows, _("tensor"))


@dataclass(frozen=True, slots=True)
class _Sent:
    """A tensor that was sent, and whether with copy=True."""

    report: MoveReport
    always: bool


def _forget() -> None:
    """What is shown is no answer to another question."""
    state.remember(_TENSOR, None)


def _send(device: str, always: bool) -> None:
    try:
        state.remember(_TENSOR, _Sent(asking.move_tensor(device, always), always))
    except ComposerError as error:
        state.remember(_TENSOR, error)


def _rows(moved: Sequence[Moved], sort: str = "") -> None:
    """A table; `sort` is what all of them are, where they are nothing of a module."""
    head = [_("name"), _("is a"), _("was on"), _("is on"), _("the same object"), _("the same memory")]
    rows = [
        [
            tables.cell(text)
            for text in (row.name, sort or row.sort, row.before, row.after, _yes(row.same), _yes(row.shares))
        ]
        for row in moved
    ]
    st.html(tables.table(_("What moved"), head, rows))


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")
