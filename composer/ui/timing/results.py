"""Recordings of an experiment: chosen from a list, over each other in one chart, in a table, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from composer.recordings.recording import Recording
from composer.recordings.settings import OF_A_DESIGN
from composer.ui import state
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.timing.keeping import deleted_recordings, files
from composer.views import timing_figures
from composer.views.breakdowns import breakdown, explained, part_rows
from composer.views.recording_names import full_names, told_apart
from composer.views.rooflines import roofless, roofline
from composer.views.timing_figures import Shown
from composer.views.timing_tables import timing_rows
from composer.views.timing_words import findings, notes, said
from composer.workspace import RecordingEntry

_CHART = {"displaylogo": False, "scrollZoom": False}
_LETTER = 7  # pixels
_BARS = ("fetching", "dispatch")


def results(kind: str, entries: Sequence[RecordingEntry], design: str) -> None:
    """Those of the experiment `kind`, at first the last one; of one that times designs, the last one of `design`."""
    deleted_recordings()
    mine = {each.id: each.recording for each in entries if each.recording and each.recording.experiment == kind}
    for each in entries:
        if each.problem:
            st.caption(f":orange[{escape(each.id)}: {escape(each.problem)}]")
    if not mine:
        st.caption(_("Nothing was timed yet. Run it, or bring a recording from another machine."))
        return
    chosen = _chosen(kind, mine, design)
    if not chosen:
        return
    names = told_apart({id: mine[id] for id in chosen})
    shown = [(names[id], mine[id]) for id in chosen]
    _charts(kind, shown)
    if timing_figures.has_few(shown):
        st.caption(_("Open marks and hatched bars have fewer than 3 samples: their quartiles say little."))
    st.caption("  \n".join(map(escape, notes(mine[id] for id in chosen))))
    for id in chosen:
        _breakdowns(id, names[id], mine[id])
    for name, recording in shown:
        st.caption(f"**{escape(name)}**: {escape(said(recording))}" if name else escape(said(recording)))
        for text in findings(recording):
            st.caption(f":material/arrow_right: {escape(text)}")
    _table(kind, shown)
    files({id: mine[id] for id in chosen})


def _chosen(kind: str, mine: dict[str, Recording], design: str) -> list[str]:
    """The recordings that are drawn. A new one takes the place of the one before, unless several were chosen."""
    of = design if kind in OF_A_DESIGN else ""
    key = f"timing:shown:{kind}" + (f":{of}" if of else "")
    before = [id for id in state.kept(key, state.kept(f"{key}:last", [])) if id in mine]
    fresh, brought = _new(f"timing:fresh:{kind}", mine), _new(f"timing:brought:{kind}", mine)
    if fresh and fresh not in before:
        before = [fresh, *before] if len(before) > 1 else [fresh]
    if brought and brought not in before:
        before = [brought, *before]
    usual = next((id for id, each in mine.items() if not of or each.design == of), None)
    state.remember(key, before or ([usual] if usual else []))
    labels = full_names(mine)  # a browser tells names apart, not ids
    chosen = st.multiselect(
        _("Recordings"), list(mine), key=key, format_func=labels.__getitem__,
        help=_("Any number of them, from this machine or others, in the same chart."),
    )  # fmt: skip
    state.remember(f"{key}:last", chosen)  # the widget's own goes when another experiment is looked at
    if not chosen:
        st.caption(_("{design} was not timed yet. Run it, or choose a recording of another design.").format(
            design=escape(of)
        ))  # fmt: skip
    return chosen


def _new(key: str, mine: dict[str, Recording]) -> str:
    """The recording that is there since the last run of the page, once."""
    id: str = state.kept(key, "")
    if id not in mine:
        return ""
    state.remember(key, "")
    return id


def _charts(kind: str, shown: Shown) -> None:
    if not any(each for _name, recording in shown for each in timing_figures.drawn(recording)):
        st.caption(_("No point could be timed; why is said below."))
        return
    if kind in _BARS:
        st.plotly_chart(
            timing_figures.bars(shown, relative=kind == "dispatch"), key=f"timing:bars:{kind}", config=_CHART
        )
        return
    ways = timing_figures.measures(kind)
    measure = ways[0]
    if len(ways) > 1:
        names = {"seconds": _("time"), "per second": _("rate")}
        measure = st.segmented_control(
            _("Of"), ways, default=ways[0], required=True, format_func=names.__getitem__, key=f"timing:of:{kind}",
            label_visibility="collapsed",
        )  # fmt: skip
    st.plotly_chart(timing_figures.curves(shown, measure), key=f"timing:curves:{kind}", config=_CHART)
    roof = roofline(shown)
    if roof:
        st.markdown(f"**{_('Against what the device reaches at most')}**")
        st.plotly_chart(roof, key=f"timing:roof:{kind}", config=_CHART)
    for text in roofless(shown):
        st.caption(escape(text))


def _breakdowns(id: str, name: str, recording: Recording) -> None:
    words = {"forward": _("forward"), "backward": _("backward")}
    for number, found in enumerate(each for each in recording.breakdowns if not each.failure):
        title = _("Where the time goes: {what}, batch of {batch} on {device}").format(
            what=words[found.what], batch=found.batch, device=recording.named(found.device)
        )
        st.markdown(f"**{escape(title)}** {escape(name)}")
        st.plotly_chart(breakdown(found), key=f"timing:parts:{id}:{number}", config=_CHART)
        st.caption(escape(explained(found)))
        with st.expander(_("Every layer and op"), key=f"timing:every:{id}:{number}"):
            st.dataframe(part_rows(found), hide_index=True, column_config=_part_columns())


def _table(kind: str, shown: Shown) -> None:
    with st.expander(_("Table"), key=f"timing:table:{kind}"):
        rows = timing_rows(shown)
        columns = _columns(shown[0][1].axis, longest=max(map(len, rows["series"])))
        st.dataframe(rows, hide_index=True, column_config=columns, placeholder="")


def _columns(axis: str, longest: int) -> dict[str, Any]:
    column = st.column_config
    time = {
        name: column.NumberColumn(f"{title} (µs)", format="%.4g")
        for name, title in (("median", _("median")), ("low", _("lower quartile")), ("high", _("upper quartile")))
    }
    return {
        "series": column.TextColumn(_("series"), width=longest * _LETTER),
        "x": column.NumberColumn(axis, format="localized"),
        **time,
        "count": column.NumberColumn(_("samples"), format="localized"),
        "gflops": column.NumberColumn("GFLOP/s", format="%.4g"),
        "memory": column.NumberColumn(_("peak (MiB)"), format="%.4g"),
        "remark": column.TextColumn(_("remark")),
    }


def _part_columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "path": column.TextColumn(_("path")),
        "kind": column.TextColumn(_("layer or op")),
        "time": column.NumberColumn(_("time (µs)"), format="%.4g"),
        "part": column.NumberColumn(_("part (%)"), format="%.2f"),
    }
