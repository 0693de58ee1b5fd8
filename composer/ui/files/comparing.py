"""Two checkpoints beside each other, or the live model and one: what differs, by how much, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from composer.checkpoint_reports import ComparedReport, DiffRow, DiffState
from composer.matching.sides import Side
from composer.ui import models, state, tasks
from composer.ui.document import Document
from composer.ui.files.renaming import renames_of
from composer.ui.going_on import outcome
from composer.ui.language import _, plural
from composer.ui.messages import escape
from composer.views.differing import differing_csv, differing_figure, differing_rows
from composer.workspace import Checkpoint

COMPARING = "comparing"
_LIVE = ""
_HEIGHT = 10  # rows at once


def _words() -> dict[DiffState, str]:
    return {
        "differs": _("differs"), "equal": _("equal"), "shape differs": _("shape differs"),
        "only left": _("only left"), "only right": _("only right"),
    }  # fmt: skip


def comparing(document: Document, checkpoints: Sequence[Checkpoint]) -> None:
    """What is compared, and what came of it."""
    if not checkpoints:
        st.caption(_("No checkpoint is here yet: save the live model, change it, and compare it with what it was."))
        return
    key = f"files:compare:{document.id}"
    names = [_LIVE, *(each.name for each in checkpoints)]
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare_form"):
        left = st.selectbox(_("Left"), names, format_func=_called, key=f"{key}:left", width=300)
        right = st.selectbox(_("Right"), names, 1, format_func=_called, key=f"{key}:right", width=300)
        st.button(
            _("Compare"), icon=":material/difference:", type="primary", key="compare", disabled=left == right,
            help=_("Name by name, in double precision. Rules for names that a file has are used."),
            on_click=_compare, args=(document, left, right),
        )  # fmt: skip
    done = outcome(document, COMPARING)
    if done:
        _show(document, done.about, done.result, changed=done.text != document.text)


def _called(name: str) -> str:
    return name or _("the live model")


def _compare(document: Document, left: str, right: str) -> None:
    sides = [_side(document, name) for name in (left, right)]
    pool = models.pool() if _LIVE in (left, right) else models.files()
    tasks.begin(
        document, COMPARING, "compare_states", (left, right), patience=2, pool=pool, text=document.text, left=sides[0],
        right=sides[1],
    )  # fmt: skip


def _side(document: Document, name: str) -> Side:
    if not name:
        return Side()
    return Side(str(state.documents().workspace.checkpoints.path(name)), renames_of(document, name))


def _show(document: Document, names: tuple[str, str], report: ComparedReport, changed: bool) -> None:
    if changed and _LIVE in names:
        st.caption(f":orange[{_('The design has changed since this comparison.')}]")
    titles = [
        f"{_called(name)} ({part})" if part else _called(name) for name, part in zip(names, report.parts, strict=True)
    ]
    rows = _filtered(document, report.diff.rows, report.diff.counts(), f"{names[0] or 'live'}-{names[1] or 'live'}.csv")
    if all(row.state == "equal" for row in report.diff.rows):
        st.markdown(f":material/check: {_('All values are equal, to the bit.')}")
    if not rows:
        return
    key = f"files:differing:{document.id}:{hash(tuple(row.name for row in rows))}"
    picked = st.dataframe(
        differing_rows(rows, _words()), hide_index=True, column_config=_columns(titles), on_select="rerun",
        selection_mode="single-row", height=38 + 35 * min(len(rows), _HEIGHT), key=key, placeholder="",
    )  # fmt: skip
    chosen = [rows[k] for k in picked.selection.rows if k < len(rows)]
    _overlay(document, next(iter(chosen or [row for row in rows if row.difference]), None), (titles[0], titles[1]))


def _filtered(document: Document, rows: Sequence[DiffRow], counts: dict[DiffState, int], file: str) -> list[DiffRow]:
    words = _words()
    with st.container(horizontal=True, vertical_alignment="center", key="compare_filter"):
        states = st.pills(
            _("Show"), list(counts), selection_mode="multi", key=f"files:differ:{document.id}",
            format_func=lambda each: f"{words[each]} {counts[each]:,}", label_visibility="collapsed",
        )  # fmt: skip
        st.download_button(
            _("Table (.csv)"), lambda: differing_csv(rows), file, "text/csv", key="compare_csv", type="tertiary",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    return [row for row in rows if not states or row.state in states]


def _columns(titles: Sequence[str]) -> dict[str, Any]:
    column = st.column_config
    return {
        "state": column.TextColumn(_("state"), width=94, pinned=True),
        "name": column.TextColumn(_("name"), width=230),
        "largest": column.NumberColumn(_("largest difference"), format="%.3g", width=130, help=_("of any value")),
        "relative": column.NumberColumn(
            _("relative"), format="%.3g", width=100, help=_("‖left − right‖ / ‖right‖, the norms of all values")
        ),
        "values": column.NumberColumn(_("values that differ"), format="localized", width=130),
        "where": column.TextColumn(_("largest at"), width=110),
        "shape": column.TextColumn(_("shape"), width=130, help=f"{titles[0]} | {titles[1]}"),
        "dtype": column.TextColumn("dtype", width=130, help=f"{titles[0]} | {titles[1]}"),
    }


def _overlay(document: Document, row: DiffRow | None, titles: tuple[str, str]) -> None:
    """Histograms of the row that is chosen, or of the one that differs most."""
    if row is None:
        return
    logarithmic = st.toggle(_("Logarithmic"), key=f"files:differing_log:{document.id}")
    figure = differing_figure(row, titles, logarithmic)
    if figure is None:
        return
    st.plotly_chart(figure, key="differing", config={"displaylogo": False, "scrollZoom": False})
    found = row.difference
    if found and (found.nan or found.both_nan):
        text = plural(
            "{number} value is not a number on one side only.", "{number} values are not a number on one side only.",
            found.nan,
        )  # fmt: skip
        st.caption(escape(text))
