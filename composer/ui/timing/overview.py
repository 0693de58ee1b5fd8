"""The devices of this machine, what moves to one, and what does not mix: sections 5.6.1 to 5.6.3 of the book."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from composer.device_reports import DeviceReport, DevicesReport, MoveReport
from composer.errors import ComposerError
from composer.ui import state, tables
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape, show_error
from composer.ui.timing import asking
from composer.views.numbers import size

_MOVE = "devices:move"


def overview(document: Document, report: DevicesReport) -> None:
    """All of it."""
    st.html(tables.table(_("Devices"), _head(), [_row(each) for each in report.devices], numbers=(3, 4)))
    if report.note:
        st.caption(escape(report.note))
    one, every = escape(report.try_gpu), escape(", ".join(report.try_all_gpus))
    st.markdown(
        _("`try_gpu()` gives **{one}**, `try_all_gpus()` gives **[{every}]**; there are {count} GPUs.").format(
            one=one, every=every, count=report.gpus
        )
    )
    st.divider()
    _moving(document, report)
    st.divider()
    _mixing()


def _head() -> list[str]:
    return [_("device"), _("name"), _("by"), _("memory"), _("free"), _("capability"), _("computes in")]


def _row(each: DeviceReport) -> list[str]:
    name = each.name if each.cores is None else _("{name}, {cores} cores, torch uses {threads} threads").format(
        name=each.name, cores=each.cores, threads=each.threads
    )  # fmt: skip
    memory = (size(each.memory_total), size(each.memory_free))
    texts = (each.id, name, each.backend or "—", *memory, each.capability or "—", ", ".join(each.dtypes))
    return [tables.cell(text) for text in texts]


def _moving(document: Document, report: DevicesReport) -> None:
    st.markdown(f"**{_('Move')}**")
    with st.container(horizontal=True, vertical_alignment="bottom", key="move_form"):
        device = st.selectbox(_("To"), [each.id for each in report.devices], key="devices:to", width=160)
        always = st.checkbox(_("copy=True"), key="devices:copy", help=_("Copy even where the tensor is there already."))
        st.button(
            _("Send a tensor"), key="move_tensor", on_click=_do, args=(lambda: asking.move_tensor(device, always),)
        )
        st.button(
            _("Send the live model"), key="move_model", on_click=_do, args=(lambda: asking.try_move(document, device),),
            help=_("Tried on a copy: the live model stays where it is."),
        )  # fmt: skip
    done: MoveReport | ComposerError | None = state.kept(_MOVE, None)
    if isinstance(done, ComposerError):
        show_error(done, "move_failure")
    elif done:
        _show_move(done)


def _do(act: Callable[[], MoveReport]) -> None:
    try:
        state.remember(_MOVE, act())
    except ComposerError as error:
        state.remember(_MOVE, error)


def _show_move(done: MoveReport) -> None:
    call = f"x.to('{escape(done.device)}') is x"
    st.markdown(f"{escape(done.what)}: `{call}` → **{done.same}**")
    head = [_("name"), _("is a"), _("was on"), _("is on"), _("the same object"), _("the same memory")]
    rows = [
        [tables.cell(text) for text in (row.name, row.sort, row.before, row.after, _yes(row.same), _yes(row.shares))]
        for row in done.rows
    ]
    if rows:
        st.html(tables.table(_("What moved"), head, rows))


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


def _mixing() -> None:
    st.markdown(f"**{_('X + Y on two devices')}**")
    try:
        found = asking.mix()
    except ComposerError as error:
        show_error(error, "mix_failure")
        return
    st.markdown(_("X is on `{left}`, Y on `{right}`.").format(left=found.left, right=found.right))
    if found.error:
        st.code(found.error, language=None, wrap_lines=True)
    else:
        st.markdown(_("Torch computes it."))
    if found.stand_in:
        st.caption(_("There is no second device here: Y is on the meta device, which has shapes and no values."))
