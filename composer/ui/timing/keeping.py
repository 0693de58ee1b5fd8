"""Recordings as files: taken away, brought, deleted, and brought back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from composer.errors import ComposerError
from composer.recordings.recording import Breakdown, Recording
from composer.recordings.text import dumps
from composer.ui import state
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.trashing import delete, deleted
from composer.views.breakdowns import shares
from composer.views.timing_tables import timing_csv

_KIND = "recording"
_REFUSED = "timing:refused"
_MEGABYTES = 8


def files(shown: Mapping[str, Recording]) -> None:
    """Ways to take these away, by id, and to delete them."""
    with st.container(horizontal=True, key="timing_files"):
        for id, recording in shown.items():
            st.download_button(
                f"{id}.json", partial(dumps, recording), f"{id}.json", "application/json", key=f"timing:json:{id}",
                icon=":material/download:", type="tertiary", on_click="ignore",
                help=_("The recording, with every sample"),
            )  # fmt: skip
            st.button(
                _("Delete {name}").format(name=escape(id)), icon=":material/delete:", type="tertiary",
                key=f"timing:drop:{id}", on_click=delete,
                args=(state.documents().workspace.recordings, _KIND, id),
            )  # fmt: skip
        st.download_button(
            _("Samples (.csv)"), lambda: timing_csv(list(shown.items())), "samples.csv", "text/csv", key="timing:csv",
            icon=":material/download:", type="tertiary", on_click="ignore",
        )  # fmt: skip
        parts = [_parts(each) for found in shown.values() for each in found.breakdowns if not each.failure]
        if parts:
            st.download_button(
                _("Layers (.json)"), lambda: json.dumps(parts, indent=1), "layers.json", "application/json",
                key="timing:layers_json", icon=":material/download:", type="tertiary", on_click="ignore",
            )  # fmt: skip


def _parts(found: Breakdown) -> dict[str, Any]:
    rows = [{"path": row.path, "kind": row.kind, "seconds": row.seconds, "share": row.part} for row in shares(found)]
    return {"pass": found.what, "device": found.device, "batch": found.batch, "whole": found.total, "parts": rows}


def upload() -> None:
    """A place for a recording of another machine, and why the last one was refused."""
    st.file_uploader(
        _("Bring a recording (.json)"), type="json", key="timing:upload", max_upload_size=_MEGABYTES, on_change=_take
    )
    refused = state.kept(_REFUSED, "")
    if refused:
        st.error(escape(refused))


def _take() -> None:
    file = state.widget("timing:upload")
    state.remember(_REFUSED, "")
    if file is None:
        return
    try:
        recordings = state.documents().workspace.recordings
        id = recordings.add(file.name, file.getvalue())
    except ComposerError as error:
        state.remember(_REFUSED, f"{file.name}: {error}")
        return
    _bring(id)


def _bring(id: str) -> None:
    """Show it."""
    kind = state.documents().workspace.recordings.load(id).experiment
    state.remember(f"timing:brought:{kind}", id)
    state.remember("timing:kind", kind)


def deleted_recordings() -> None:
    """What was deleted, and a way back."""
    deleted(_KIND, lambda trashed: _bring(state.documents().workspace.recordings.restore(trashed)))
