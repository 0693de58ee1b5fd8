"""Parts of the design with their weights, in front of a new head: exercise 2 of section 5.5.4."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.design.document import Design
from composer.design.edits.trees import chain
from composer.design.nodes import Node, Repeat
from composer.design.paths import walk
from composer.design.reuse import first, head_of
from composer.reports import ShapesReport, TensorType, ValueType
from composer.ui import library, state
from composer.ui.document import Document
from composer.ui.files.moving import NEW, REUSING, Moved, copy, share
from composer.ui.going_on import outcome
from composer.ui.language import _, plural
from composer.ui.messages import escape
from composer.views.wording import shorten

_PATHS = 500


def reusing(document: Document, report: ShapesReport) -> None:
    """The form, and what came of it."""
    if not chain(document.design.root):
        st.caption(_("This design has no layers yet."))
        return
    st.caption(_("Take the first layers, or any block, with their weights, and put a new head behind them."))
    _form(document, report)
    done = outcome(document, REUSING)
    if done:
        _show(done.result)


def _form(document: Document, report: ShapesReport) -> None:
    key = f"files:reuse:{document.id}"
    with st.container(horizontal=True, vertical_alignment="bottom", key="reuse_form"):
        what, paths = _parts(document, key)
        words = {"copy": _("a copy"), "shared": _("shared, with a second head here")}
        how = st.selectbox(
            _("As"), list(words) if what == "first" else ["copy"], key=f"{key}:how:{what}", width=250,
            format_func=words.__getitem__,
            help=_(
                "Copies have values of their own. Shared layers are the same modules, so that training one head moves "
                "both: that takes one model, and so one design."
            ),
        )  # fmt: skip
        target, frozen = (_target(document, key), _frozen(key)) if how == "copy" else (NEW, False)
        units = st.number_input(
            _("Outputs of the new head"), 0, 100_000, 10, key=f"{key}:units", width=180, help=_("0 for no head.")
        )
        head = _head(report, paths, units)
        asked = (len(paths), head) if how == "shared" else (report, list(paths), target, head, frozen)
        st.button(
            _("Reuse"), icon=":material/content_copy:", type="primary", key="reuse", disabled=not paths,
            on_click=share if how == "shared" else copy, args=(document, *asked),
        )  # fmt: skip
    named = shorten(", ".join(paths), 120) or _("nothing")
    kinds = ", ".join(each.kind for each in head) or _("no head")
    st.caption(escape(_("{paths}, then {head}").format(paths=named, head=kinds)))


def _parts(document: Document, key: str) -> tuple[str, Sequence[str]]:
    """How parts are chosen, and their paths."""
    words = {"first": _("the first layers"), "part": _("parts")}
    what = st.segmented_control(
        _("Take"), list(words), default="first", required=True, key=f"{key}:what", format_func=words.__getitem__
    )
    if what == "first":
        most = len(chain(document.design.root))
        count = st.number_input(_("How many"), 1, most, max(1, most - 1), key=f"{key}:count", width=120)
        return what, first(document.design, count)
    hint = _("paths of blocks or layers")
    return what, st.multiselect(_("Parts"), _paths(document.design), key=f"{key}:paths", placeholder=hint)


def _frozen(key: str) -> bool:
    return st.checkbox(_("Frozen"), key=f"{key}:frozen", help=_("What is taken is not trained."))


def _paths(design: Design) -> list[str]:
    """Every node that has a place of its own in the tree, each instance of a Repeat too."""
    found: list[str] = []
    for path, node in walk(design.root):
        if path and len(found) < _PATHS:
            found.append(path)
        if isinstance(node, Repeat) and isinstance(node.times, int):
            found += [f"{path}.{k}" for k in range(1, min(node.times, 100))]
    return found


def _target(document: Document, key: str) -> str:
    entries = [entry for entry in library.entries() if entry.id != document.id and not entry.problem]
    names = {NEW: _("a new design"), **library.labels(entries)}
    return st.selectbox(_("In"), list(names), key=f"{key}:target", format_func=names.__getitem__, width=200)


def _head(report: ShapesReport, paths: Sequence[str], units: int) -> tuple[Node, ...]:
    """A head that takes what comes out of the last part: of more than two dimensions it is flattened first."""
    if not units:
        return ()
    value: ValueType | None = report.outputs.get(paths[-1]) if paths else None
    if not isinstance(value, TensorType) or len(value.dims) < 2:
        return head_of(units, None, flatten=False)
    last = value.dims[-1] if len(value.dims) == 2 else None
    return head_of(units, last if isinstance(last, int) else None, flatten=len(value.dims) > 2)


def _show(done: Moved) -> None:
    with st.container(border=True, key="reused"):
        text = plural("{number} tensor went along to", "{number} tensors went along to", done.loaded)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/check: {text} **{escape(done.name)}**", width="content")
            st.button(
                _("Open it"), icon=":material/open_in_new:", key="open_reused", on_click=state.show, args=(done.id,)
            )
        for old, new in done.moved:
            st.caption(escape(old if old == new else f"{old} → {new}"))
        if done.kept:
            names = escape(shorten(", ".join(done.kept), 200))
            st.caption(_("With values of their own: {names}").format(names=names))
