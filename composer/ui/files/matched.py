"""The table of what of a file goes where: filtered, and chosen from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from composer.matching.match import MatchReport, MatchRow, State
from composer.ui.document import Document
from composer.ui.language import _
from composer.views.matching import matching_csv, matching_rows

_HEIGHT = 12  # rows at once


def words() -> dict[State, str]:
    """States for people."""
    return {
        "matched": _("matched"), "tied": _("tied"), "missing": _("missing"), "unexpected": _("unexpected"),
        "shape differs": _("shape differs"), "dtype differs": _("dtype differs"), "ambiguous": _("ambiguous"),
    }  # fmt: skip


def matched(document: Document, name: str, found: MatchReport) -> list[MatchRow]:
    """The table; the rows that are chosen in it, or all that are shown where none is."""
    said, counts = words(), found.counts()
    with st.container(horizontal=True, vertical_alignment="center", key="match_filter"):
        states = st.pills(
            _("Show"), list(counts), selection_mode="multi", key=f"files:states:{document.id}:{name}",
            format_func=lambda each: f"{said[each]} {counts[each]:,}", label_visibility="collapsed",
        )  # fmt: skip
        text = st.text_input(
            _("Find"), key=f"files:find:{document.id}:{name}", placeholder=_("part of a name"), max_chars=200,
            width=200, label_visibility="collapsed",
        )  # fmt: skip
        st.download_button(
            _("Table (.csv)"), lambda: matching_csv(found.rows), f"{name}.csv", "text/csv", key="match_csv",
            type="tertiary", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    rows = [row for row in found.rows if (not states or row.state in states) and (text in row.name or text in row.key)]
    if not rows:
        st.caption(_("No key is called that."))
        return []
    key = f"files:table:{document.id}:{hash(tuple((row.name, row.key, row.state) for row in rows))}"
    picked = st.dataframe(
        matching_rows(rows, said), hide_index=True, column_config=_columns(), column_order=_order(rows),
        on_select="rerun", selection_mode="multi-row", height=38 + 35 * min(len(rows), _HEIGHT), key=key,
    )  # fmt: skip
    return [rows[k] for k in picked.selection.rows if k < len(rows)] or rows


def _order(rows: Sequence[MatchRow]) -> list[str]:
    """Columns in the order of what a person asks first; that of the file's names only where one is another."""
    differ = any(row.key and row.name and row.key != row.name for row in rows)
    unknown = any(not row.name for row in rows)
    return ["state", "name", *(["key"] if differ or unknown else []), "note", "shape", "dtype"]


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "state": column.TextColumn(_("state"), width=94, pinned=True),
        "name": column.TextColumn(_("in the model"), width=180),
        "key": column.TextColumn(_("in the file"), width=180),
        "note": column.TextColumn(_("what happens"), width=300),
        "shape": column.TextColumn(_("shape"), width=100, help=_("The model's ← the file's, where they differ")),
        "dtype": column.TextColumn("dtype", width=74),
    }
