"""Recordings of an experiment: chosen from a list, over each other in one chart, in a table, in words, as files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from composer.errors import ComposerError
from composer.recordings.recording import Recording
from composer.recordings.text import dumps
from composer.ui import state
from composer.ui.language import _
from composer.ui.messages import escape
from composer.views import timing_figures
from composer.views.breakdowns import breakdown, shares
from composer.views.rooflines import roofline
from composer.views.timing_figures import Shown
from composer.views.timing_tables import findings, said, timing_csv, timing_rows
from composer.workspace import RecordingEntry, Trashed

_CHART = {"displaylogo": False, "scrollZoom": False}
_BARS = ("fetching", "dispatch")
_DELETED = "timing:deleted"
_MEGABYTES = 8


def results(kind: str, entries: Sequence[RecordingEntry]) -> None:
    """Those of the experiment `kind`."""
    _deleted()
    mine = {each.id: each.recording for each in entries if each.recording and each.recording.experiment == kind}
    broken = [each for each in entries if each.problem]
    for each in broken:
        st.caption(f":orange[{escape(each.id)}: {escape(each.problem)}]")
    if not mine:
        st.caption(_("Nothing was timed yet. Run it, or bring a recording from another machine."))
        return
    chosen = _chosen(kind, mine)
    shown = [(_called(id, mine) if len(chosen) > 1 else "", mine[id]) for id in chosen]
    if not shown:
        return
    _charts(kind, shown)
    for _name, recording in shown:
        st.caption(escape(said(recording)))
        for text in findings(recording):
            st.caption(f":material/arrow_right: {escape(text)}")
    _table(kind, shown)
    _files(chosen, mine, shown)


def _called(id: str, mine: dict[str, Recording]) -> str:
    recording = mine[id]
    stopped = _(", stopped") if recording.stopped else ""
    return f"{recording.machine.cpu}, {recording.date[:16].replace('T', ' ')}{stopped}"


def _chosen(kind: str, mine: dict[str, Recording]) -> list[str]:
    """The recordings that are drawn; the last one at first."""
    key = f"timing:shown:{kind}"
    before = [id for id in state.kept(key, state.kept(f"{key}:last", [])) if id in mine]
    fresh = state.kept(f"timing:fresh:{kind}", "")
    if fresh in mine and fresh not in before:
        before = [fresh, *before]
        state.remember(f"timing:fresh:{kind}", "")
    state.remember(key, before or list(mine)[:1])
    names = {id: f"{mine[id].design} {_called(id, mine)}".strip() for id in mine}
    times = Counter(names.values())  # a browser tells names apart, not ids
    labels = {id: f"{name} ({id})" if times[name] > 1 else name for id, name in names.items()}
    chosen = st.multiselect(
        _("Recordings"), list(mine), key=key, format_func=labels.__getitem__,
        help=_("Any number of them, from this machine or others, in the same chart."),
    )  # fmt: skip
    state.remember(f"{key}:last", chosen)  # the widget's own goes when another experiment is looked at
    return chosen


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
    for name, recording in shown:
        for number, found in enumerate(each for each in recording.breakdowns if not each.failure):
            words = {"forward": _("forward"), "backward": _("backward")}
            title = _("Where the time goes: {what}, batch of {batch} on {device}").format(
                what=words[found.what], batch=found.batch, device=recording.named(found.device)
            )
            st.markdown(f"**{escape(title)}** {escape(name)}")
            st.plotly_chart(breakdown(found), key=f"timing:parts:{name}:{number}", config=_CHART)


def _table(kind: str, shown: Shown) -> None:
    with st.expander(_("Table"), key=f"timing:table:{kind}"):
        st.dataframe(timing_rows(shown), hide_index=True, column_config=_columns(shown[0][1].axis), placeholder="")


def _columns(axis: str) -> dict[str, Any]:
    column = st.column_config
    time = {
        name: column.NumberColumn(f"{title} (µs)", format="%.4g", width=110)
        for name, title in (("median", _("median")), ("low", _("quartile")), ("high", _("quartile 3")))
    }
    return {
        "series": column.TextColumn(_("series"), width=300),
        "x": column.NumberColumn(axis, format="localized", width=90),
        **time,
        "count": column.NumberColumn(_("samples"), format="localized", width=80),
        "gflops": column.NumberColumn("GFLOP/s", format="%.4g", width=90),
        "memory": column.NumberColumn(_("peak (MiB)"), format="%.4g", width=100),
        "failure": column.TextColumn(_("failed"), width=260),
    }


def _files(chosen: Sequence[str], mine: dict[str, Recording], shown: Shown) -> None:
    with st.container(horizontal=True, key="timing_files"):
        for id in chosen:
            st.download_button(
                f"{id}.json", partial(dumps, mine[id]), f"{id}.json", "application/json", key=f"timing:json:{id}",
                icon=":material/download:", type="tertiary", on_click="ignore",
                help=_("The recording, with every sample"),
            )  # fmt: skip
            st.button(
                _("Delete {name}").format(name=escape(id)), icon=":material/delete:", type="tertiary",
                key=f"timing:drop:{id}", on_click=_delete, args=(id,),
            )  # fmt: skip
        named = [(id, mine[id]) for id in chosen]
        st.download_button(
            _("Samples (.csv)"), lambda: timing_csv(named), "samples.csv", "text/csv", key="timing:csv",
            icon=":material/download:", type="tertiary", on_click="ignore",
        )  # fmt: skip
        parts = [
            asdict
            for _name, recording in shown
            for asdict in map(_parts, (each for each in recording.breakdowns if not each.failure))
        ]
        if parts:
            st.download_button(
                _("Layers (.json)"), lambda: json.dumps(parts, indent=1), "layers.json", "application/json",
                key="timing:layers_json", icon=":material/download:", type="tertiary", on_click="ignore",
            )  # fmt: skip


def _parts(found: Any) -> dict[str, Any]:
    rows = [{"path": row.path, "kind": row.kind, "seconds": row.seconds, "share": row.part} for row in shares(found)]
    return {"pass": found.what, "device": found.device, "batch": found.batch, "whole": found.total, "parts": rows}


def upload() -> None:
    """A place for a recording of another machine."""
    st.file_uploader(
        _("Bring a recording (.json)"), type="json", key="timing:upload", max_upload_size=_MEGABYTES, on_change=_take
    )


def _take() -> None:
    file = state.widget("timing:upload")
    if file is None:
        return
    try:
        recordings = state.documents().workspace.recordings
        id = recordings.add(file.name, file.getvalue())
        kind = recordings.load(id).experiment
    except ComposerError as error:
        state.notify(f"{file.name}: {error}")
        return
    state.remember(f"timing:fresh:{kind}", id)
    state.remember("timing:kind", kind)


def _delete(id: str) -> None:
    try:
        state.remember(_DELETED, state.documents().workspace.recordings.delete(id))
    except ComposerError as error:
        state.notify(str(error))


def _deleted() -> None:
    trashed: Trashed | None = state.kept(_DELETED, None)
    if trashed is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="recording_deleted"):
        st.markdown(f":material/delete: {_('Deleted {name}.').format(name=escape(trashed.id))}", width="stretch")
        st.button(
            _("Undo deletion"), icon=":material/undo:", key="restore_recording", on_click=_restore, args=(trashed,)
        )


def _restore(trashed: Trashed) -> None:
    try:
        state.documents().workspace.recordings.restore(trashed)
    except ComposerError as error:
        state.notify(str(error))
    state.remember(_DELETED, None)
