"""The table of parameters and buffers, its totals, and the files of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from composer.reports import count_parameters
from composer.tensor_reports import HeldTensor, Statistics
from composer.ui import state
from composer.ui.document import Document
from composer.ui.language import _, plural
from composer.views.held import groups, held_csv, held_json, numbers, record, shown_shape
from composer.views.numbers import humanize
from composer.views.tints import COLORS, TINTS, parameter_tints

_NUMBERS = ("mean", "std", "min", "max", "norm")


def show_totals(rows: Sequence[HeldTensor], held: bool, gradients: Mapping[str, Statistics]) -> None:
    """How many parameters there are, tied ones once, and how many of them train; and the files."""
    tensors = [row.tensor for row in rows]
    with st.container(horizontal=True, vertical_alignment="center", key="totals"):
        _total(_("Parameters"), count_parameters(tensors))
        _total(_("trainable"), count_parameters(tensors, trainable=True))
        buffers = sum(not each.parameter for each in tensors)
        if buffers:
            text = plural("{number} buffer", "{number} buffers", buffers)
            st.markdown(f":gray[{text}]", width="content")
        if held:
            st.markdown(f":gray[{_('values of the live model')}]", width="content")
        st.space("stretch")
        _download(_("Table (.csv)"), lambda: held_csv(rows, gradients), "parameters.csv", "text/csv")
        _download(_("Table (.json)"), lambda: held_json(rows, gradients), "parameters.json", "application/json")


def _total(label: str, count: int | None) -> None:
    number = _("unknown") if count is None else f"{count:,}"
    st.markdown(f"{label} **{number}**", width="content", help=humanize(count) if count and count >= 1000 else None)


def _download(label: str, make: Any, file: str, mime: str) -> None:
    st.download_button(
        label, make, file, mime, key=f"download:{file}", type="tertiary", icon=":material/download:", on_click="ignore"
    )


def show_table(
    document: Document,
    found: Sequence[HeldTensor],
    rows: Sequence[HeldTensor],
    live: bool,
    gradients: Mapping[str, Statistics] | None = None,
) -> list[str]:
    """The table of `found`; the names of the rows that are chosen in it. Not `live`: nothing can be chosen.

    The statistics are those of the values, or of `gradients`.
    """
    if not found:
        st.caption(_("No parameter or buffer is called that."))
        return []
    st.caption(_shown(len(found), len(rows)))  # above: the table's own buttons float there, over no control
    same = groups(rows)
    tints = parameter_tints(document.design, {name: group[0] for name, group in same.items()})
    owners = {group[0]: tints.get(group[0], 0) for group in same.values()}
    known = {row.name: row.statistics for row in found} if gradients is None else gradients
    cells = [_cells(row, same, known.get(row.name)) for row in found]
    data = {name: [each[name] for each in cells] for name in cells[0]}
    options: dict[str, Any] = {
        "hide_index": True,
        "column_config": {"path": _path(found), **_columns(owners, gradients is not None)},
        "height": _height(len(found)),
    }
    if not live:
        st.dataframe(data, **options, key="weights_arriving")
        return []
    key = state.table_key(document.id, tuple(row.name for row in found))
    picked = st.dataframe(data, **options, key=key, on_select="rerun", selection_mode="multi-row")
    return [found[k].name for k in picked.selection.rows if k < len(found)]


def _shown(found: int, total: int) -> str:
    text = plural("{number} parameter or buffer", "{number} parameters and buffers", total)
    return text if found == total else _("{found:,} of {all}").format(found=found, all=text)


def _height(rows: int) -> int:
    return 38 + 35 * max(1, min(rows, 10))


def _cells(row: HeldTensor, same: Mapping[str, Sequence[str]], found: Statistics | None) -> dict[str, Any]:
    known = record(row)
    trains = {True: _("trains"), False: _("frozen"), None: _("buffer")}[known["requires_grad"]]
    cells = {"path": row.name, "shape": shown_shape(row.tensor), "count": known["count"], "trains": trains}
    if same:
        cells["tied"] = list(same.get(row.name, ())[:1])
    cells["values"] = list(found.histogram.counts) if found else None
    cells |= numbers(found)
    return {**cells, "dtype": known["dtype"], "device": known["device"]}


def _path(found: Sequence[HeldTensor]) -> Any:
    """The column of the paths, as wide as the longest: it is the end that tells them apart."""
    width = min(320, 24 + round(7.3 * max(len(row.name) for row in found)))
    return st.column_config.TextColumn(_("path"), pinned=True, width=width)


def _columns(owners: Mapping[str, int], gradients: bool) -> dict[str, Any]:
    column = st.column_config
    number = {name: column.NumberColumn(name, format="%.3g", width=96) for name in _NUMBERS}
    counts = {name: column.NumberColumn(name, format="localized", width=70) for name in ("zeros", "nan", "inf")}
    counts["nan"] = column.NumberColumn("NaN", format="localized", width=52)
    counts["inf"] = column.NumberColumn("±Inf", format="localized", width=52)
    colors = [COLORS["light"][tint % TINTS] for tint in owners.values()]
    tied = column.MultiselectColumn(
        _("tied"),
        options=list(owners),
        color=colors or None,
        help=_("What all these are one with"),
        width=130,
    )
    return {
        "shape": column.TextColumn(_("shape"), width=110),
        "count": column.NumberColumn(_("count"), format="localized", width=88),
        "trains": column.TextColumn(_("trains"), width=70, help=_("Whether it takes a gradient (requires_grad)")),
        "values": column.BarChartColumn(
            _("gradient") if gradients else _("values"),
            width=100,
            help=_("How the finite values spread from min to max"),
        ),
        **number,
        **counts,
        "tied": tied,
        "dtype": column.TextColumn("dtype", width=80),
        "device": column.TextColumn(_("device"), width=64),
    }
