"""Loading what was chosen of a file into the live model: all of it or nothing, as one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from composer.checkpoint_reports import FileReport, LoadReport, Pair, Part
from composer.matching.match import MatchReport, MatchRow
from composer.ui import state, tasks
from composer.ui.document import Document
from composer.ui.going_on import going_on
from composer.ui.gradients import KINDS
from composer.ui.language import _, plural
from composer.ui.messages import escape
from composer.ui.tasks import Task
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
        label = _("Load {some:,} of {all:,} tensors")
        st.button(
            label.format(some=len(pairs), all=sum(bool(row.name) for row in found.rows)), icon=":material/upload:",
            type="primary", key="load_state", disabled=not pairs,
            help=_("In one step, which can be taken back. Choose rows of the table to load only those.")
            if found.pairs() else _("Nothing of this file fits the model. A rule may give its keys the model's names."),
            on_click=_load, args=(document, name, part.path, pairs, missing if zero else (), optimizer),
        )  # fmt: skip
    done = going_on(document, LOADING, _("Loading"))
    if done and done.about == name:
        _show(document, done, done.result)


def _optimizer(document: Document, name: str, report: FileReport) -> dict[str, str]:
    """The optimizer of the file that is loaded too, and its kind; nothing where none is."""
    path = next((part.path for part in report.parts if part.sort == "optimizer"), None)
    if path is None:
        return {}
    key = f"files:optimizer:{document.id}:{name}"
    wanted = st.checkbox(_("Optimizer, of kind"), key=key, help=_("Steps on Gradients then go on from where it was."))
    kinds = list(KINDS)
    kind = st.selectbox(
        _("Kind of optimizer"), kinds, kinds.index(likely_kind(path, report)), key=f"{key}:kind", width=170,
        label_visibility="collapsed", disabled=not wanted,
    )  # fmt: skip
    return {"optimizer": path, "kind": kind} if wanted else {}


def likely_kind(path: str, report: FileReport) -> str:
    """Which kind of optimizer has such options."""
    options = {name.removeprefix(f"{path}.param_groups.0."): text for name, text in report.values}
    if any(name.startswith("betas") for name in options):
        return "Adam"
    return "SGD with momentum" if options.get("momentum", "0") not in ("0", "0.0") else "SGD"


def _load(
    document: Document, name: str, part: str, pairs: Sequence[Pair], zero: Sequence[str], optimizer: dict[str, str]
) -> None:
    path = str(state.documents().workspace.checkpoints.path(name))
    asked: dict[str, Any] = {"part": part, "pairs": tuple(pairs), "zero": tuple(zero), **optimizer}
    asked["slices"] = bool(state.kept(f"files:slices:{document.id}", False))
    tasks.begin(document, LOADING, "load_state", name, patience=2, text=document.text, path=path, **asked)


def _show(document: Document, task: Task, report: LoadReport) -> None:
    text = plural("Loaded {number} tensor.", "Loaded {number} tensors.", len(report.loaded))
    if report.zeroed:
        text += " " + plural("{number} is zero.", "{number} are zero.", len(report.zeroed))
    if report.kept:
        text += " " + plural("{number} kept its values.", "{number} kept their values.", len(report.kept))
    with st.container(horizontal=True, vertical_alignment="center", key="loaded"):
        st.markdown(f":material/check: {text}", width="content", help=escape(", ".join(report.kept[:20])) or None)
        known = asking.weights_of(document).of(document.text)
        if report.undoable and known and known.undo.startswith("load "):
            st.button(_("Undo"), icon=":material/undo:", key="undo_load", on_click=_undo, args=(document,))
        elif not report.undoable:
            st.caption(_("Too large to be kept for a way back."))
    for row in report.resolved:
        st.caption(_("{path} took its sizes from the file.").format(path=escape(row.path)))
    odd = [each for each in report.loaded if each.note or each.nan or each.inf]
    for each in odd[:_NOTES]:
        st.caption(f"{escape(each.name)}: {escape(_of(each.note, each.nan, each.inf))}")
    if len(odd) > _NOTES:
        st.caption(_("and {number:,} more").format(number=len(odd) - _NOTES))


def _of(note: str, nan: int | None, inf: int | None) -> str:
    parts = [
        note,
        _("{number} NaN").format(number=nan) if nan else "",
        _("{number} infinite").format(number=inf) if inf else "",
    ]
    return ", ".join(filter(None, parts))


def _undo(document: Document) -> None:
    refused = asking.undo(document)
    if refused:
        state.notify(refused)
    tasks.forget(document, LOADING)
