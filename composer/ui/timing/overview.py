"""The devices of this machine, what moves to one, and what does not mix: sections 5.6.1 to 5.6.3 of the book."""

from __future__ import annotations

import streamlit as st

from composer.device_reports import DeviceReport, DevicesReport
from composer.errors import ComposerError
from composer.ui import tables
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape, show_error
from composer.ui.timing import asking
from composer.ui.timing.asking import Home
from composer.ui.timing.moving import moving
from composer.views.numbers import size


def overview(document: Document, report: DevicesReport) -> None:
    """All of it."""
    home = _home(document)
    rows = [_row(each, each.id == home.device) for each in report.devices]
    st.html(tables.table(_("Devices"), _head(), rows, numbers=(3, 4)))
    if home.notice:
        st.caption(_("{why} A new one was started, on the CPU.").format(why=escape(home.notice)))
    if report.note:
        st.caption(escape(report.note))
    one, every = escape(report.try_gpu), escape(", ".join(report.try_all_gpus))
    st.markdown(
        _("`try_gpu()` gives **{one}**, `try_all_gpus()` gives **[{every}]**; there are {count} GPUs.").format(
            one=one, every=every, count=report.gpus
        )
    )
    st.divider()
    moving(document, report, home)
    st.divider()
    _mixing()


def _head() -> list[str]:
    return [_("device"), _("name"), _("by"), _("memory"), _("free"), _("capability"), _("computes in")]


def _home(document: Document) -> Home:
    try:
        return asking.home(document)
    except ComposerError as error:
        show_error(error, "home_failure")
        return Home("")


def _row(each: DeviceReport, home: bool) -> list[str]:
    name = each.name if each.cores is None else _("{name}, {cores} cores, torch uses {threads} threads").format(
        name=each.name, cores=each.cores, threads=each.threads
    )  # fmt: skip
    memory = (size(each.memory_total), size(each.memory_free))
    id = _("{device} · the live model").format(device=each.id) if home else each.id
    texts = (id, name, each.backend or "—", *memory, each.capability or "—", ", ".join(each.dtypes))
    return [tables.cell(text) for text in texts]


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
