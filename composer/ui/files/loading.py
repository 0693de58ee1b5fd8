"""Loading what was chosen of a file into the live model: all of it or nothing, as one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from composer.checkpoint_reports import FileReport, LoadedTensor, LoadReport, Part, StoredTensor
from composer.matching.match import MatchReport, MatchRow
from composer.ui import state, tasks
from composer.ui.document import Document
from composer.ui.going_on import outcome
from composer.ui.language import _, plural
from composer.ui.messages import escape
from composer.ui.weights import asking

LOADING = "loading"
_NOTES = 6


def loading(
    document: Document, name: str, report: FileReport, part: Part, found: MatchReport, rows: Sequence[MatchRow]
) -> None:
    """What remains to be said, the button, and what came of it. `rows` are those that are chosen."""
    pairs = found.pairs({row.name for row in rows if row.loads})
    missing = [row.name for row in found.rows if row.state == "missing" and row.reason and row.shape is not None]
    with st.container(horizontal=True, vertical_alignment="center", key="load_row"):
        zero = bool(missing) and st.checkbox(
            plural("Set {number} missing to zero", "Set {number} missing to zero", len(missing)),
            key=f"files:zero:{document.id}:{name}",
            help=_("Otherwise they keep the values that they have: {names}").format(
                names=escape(", ".join(missing[:5]) + (" …" if len(missing) > 5 else ""))
            ),
        )
        if any(row.state == "shape differs" for row in found.rows):
            st.checkbox(
                _("Load slices where sizes differ"), key=f"files:slices:{document.id}",
                help=_("A tensor of other sizes gives the values that both have room for, from the first on."),
            )  # fmt: skip
        optimizer = _optimizer(document, name, report)
        asked = {"part": part.path, "pairs": pairs, "zero": tuple(missing) if zero else (), **optimizer}
        label = _("Load {some:,} of {all:,} tensors")
        st.button(
            label.format(some=len(pairs), all=sum(bool(row.name) for row in found.rows)), icon=":material/upload:",
            type="primary", key="load_state", disabled=not pairs,
            help=_("In one step, which can be taken back. Choose rows of the table to load only those.")
            if found.pairs() else _("Nothing of this file fits the model. A rule may give its keys the model's names."),
            on_click=_load, args=(document, document.text, name, asked),
        )  # fmt: skip
    done = outcome(document, LOADING)
    if done and done.about[0] == name:
        _show(document, part, done.result, optimizer=bool(done.about[1]))


def _optimizer(document: Document, name: str, report: FileReport) -> dict[str, str]:
    """The optimizer of the file that is loaded too; nothing where none is."""
    path = next((part.path for part in report.parts if part.sort == "optimizer"), None)
    if path is None:
        return {}
    key = f"files:optimizer:{document.id}:{name}"
    wanted = st.checkbox(_("Optimizer"), key=key, help=_("Steps on Gradients then go on from where it was."))
    return {"optimizer": path} if wanted else {}


def _load(document: Document, text: str, name: str, asked: dict[str, Any]) -> None:
    """Load what was chosen when the design was what `text` says."""
    if text != document.text:
        state.notify(_("The design has changed since this was drawn: look at what fits now."))
        return
    path = str(state.documents().workspace.checkpoints.path(name))
    slices = bool(state.kept(f"files:slices:{document.id}", False))
    about = (name, asked.get("optimizer"))
    tasks.begin(document, LOADING, "load_state", about, patience=2, text=text, path=path, slices=slices, **asked)


def _show(document: Document, part: Part, report: LoadReport, optimizer: bool) -> None:
    stored = {each.name: each for each in part.tensors}
    text = plural("Loaded {number} tensor.", "Loaded {number} tensors.", len(report.loaded))
    if report.zeroed:
        text += " " + plural("{number} is zero.", "{number} are zero.", len(report.zeroed))
    if report.kept:
        text += " " + plural("{number} kept its values.", "{number} kept their values.", len(report.kept))
    if optimizer:
        text += " " + _("So was what the optimizer kept.")
    with st.container(horizontal=True, vertical_alignment="center", key="loaded"):
        st.markdown(f":material/check: {text}", width="content", help=escape(", ".join(report.kept[:20])) or None)
        known = asking.weights_of(document).of(document.text)
        if report.undoable and known and known.undo.startswith("load "):
            st.button(_("Undo"), icon=":material/undo:", key="undo_load", on_click=_undo, args=(document,))
        elif not report.undoable:
            st.caption(_("Too large to be kept for a way back."))
    for row in report.resolved:
        st.caption(
            _("{path} took its sizes from the file, and keeps them when the load is taken back.").format(
                path=escape(row.path)
            )
        )
    odd = [(each.name, text) for each in report.loaded if (text := _of(each, stored[each.key]))]
    for name, text in odd[:_NOTES]:
        st.caption(f"{escape(name)}: {escape(text)}")
    if len(odd) > _NOTES:
        st.caption(_("and {number:,} more").format(number=len(odd) - _NOTES))


def _of(loaded: LoadedTensor, stored: StoredTensor) -> str:
    """What is to be known of values that were loaded; how many are not finite was counted in the file."""
    found = stored.statistics
    nan, inf = (found.nan, found.plus_inf + found.minus_inf) if found else (0, 0)
    parts = [loaded.note]
    parts += [_("{number:,} NaN").format(number=nan)] if nan else []
    parts += [_("{number:,} infinite").format(number=inf)] if inf else []
    return ", ".join(filter(None, parts))


def _undo(document: Document) -> None:
    refused = asking.undo(document)
    if refused:
        state.notify(refused)
    tasks.forget(document, LOADING)
