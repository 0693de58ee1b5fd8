"""Tensors made by hand: saved and loaded as section 5.5.1 of the book does it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from composer.catalog.options import DTYPES
from composer.checkpoint_reports import Format
from composer.errors import ComposerError
from composer.shelf_reports import ShelfItem, ShelfReport
from composer.ui import models, state, tables, tasks
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape, show_error
from composer.views.numbers import size
from composer.workspace import Checkpoint

_ANSWER = 30.0  # seconds until the shelf has to be there
_HOW = {
    "arange": ("4", "0, 1, 0.1"), "rand": ("2, 3", "2, 3"), "randn": ("2, 3", "2, 3"), "zeros": ("4", "2, 3"),
    "ones": ("2, 3", "2, 3"), "text": ("[[1, 2], [3, 4]]", "[[1, 2], [3, 4]]"),
}  # fmt: skip


def shelf(document: Document, checkpoints: Sequence[Checkpoint]) -> None:
    """What can be made, what there is, and what can be done with it. `checkpoints` are files to load from."""
    st.caption(
        _("Make tensors, put them into a list or a dict, save and load them, and look whether they come back the same.")
    )
    if any(task.live for task in tasks.running(document).values()):
        st.caption(_("The model's process, which holds them, is busy with something else."))
        return
    _making(document)
    try:
        report: ShelfReport = _ask(document, "shelf")
    except ComposerError as error:
        show_error(error, "shelf_failure")
        return
    if len(report.items) > 1:
        _collecting(document, report)
    for item in reversed(report.items):
        _item(document, item)
    _loading(document, checkpoints)


def _making(document: Document) -> None:
    key = "shelf:make"
    with st.container(horizontal=True, vertical_alignment="bottom", key="shelf_make"):
        name = st.text_input(_("Name"), "x", key=f"{key}:name", max_chars=60, width=110)
        how = st.selectbox(
            _("Made by"),
            list(_HOW),
            key=f"{key}:how",
            width=130,
            format_func=lambda each: f"torch.{each}" if each != "text" else _("typed values"),
        )
        usual, example = _HOW[how]
        given = st.text_input(_("of"), usual, key=f"{key}:given:{how}", placeholder=example, width=220)
        dtype = st.selectbox(
            _("dtype"),
            ("", *DTYPES),
            key=f"{key}:dtype",
            width=130,
            format_func=lambda each: each or _("torch's choice"),
        )
        seed = st.number_input(_("Seed"), 0, 2**31, 0, key=f"{key}:seed", width=100) if how in ("rand", "randn") else 0
        asked = {"name": name, "how": how, "given": given, "dtype": dtype, "seed": seed}
        st.button(
            _("Make"), icon=":material/add:", type="primary", key="shelf_make_button", on_click=_do,
            args=(document, "shelf_make"), kwargs=asked,
        )  # fmt: skip


def _collecting(document: Document, report: ShelfReport) -> None:
    tensors = [item.name for item in report.items if item.sort == "tensor"]
    with st.container(horizontal=True, vertical_alignment="bottom", key="shelf_collect"):
        chosen = st.multiselect(
            _("Put together"), tensors, key=f"shelf:chosen:{document.id}", placeholder=_("tensors, in order")
        )
        name = st.text_input(_("as"), "xy", key="shelf:as", max_chars=60, width=110)
        for sort, label in (("list", _("A list")), ("dict", _("A dict"))):
            st.button(
                label, key=f"shelf_{sort}", disabled=not chosen, on_click=_do, args=(document, "shelf_collect"),
                kwargs={"name": name, "sort": sort, "names": chosen},
            )  # fmt: skip


def _item(document: Document, item: ShelfItem) -> None:
    with st.container(border=True, key=f"shelf:{item.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            text = f"**{escape(item.name)}** · {_(item.sort)} · {size(item.nbytes)}"
            st.markdown(text, width="stretch")
            for format, why_not in (
                ("pt", ""),
                ("safetensors", "" if item.sort == "dict" else _("It holds tensors by name: make a dict.")),
            ):
                st.button(
                    _("Save .{ending}").format(ending=format), icon=":material/save:", type="tertiary",
                    key=f"shelf_save:{item.name}:{format}", disabled=bool(why_not), help=why_not or None,
                    on_click=_save, args=(document, item.name, format),
                )  # fmt: skip
            st.button(
                _("Remove {name}").format(name=escape(item.name)), icon=":material/close:", type="tertiary",
                key=f"shelf_remove:{item.name}", on_click=_do, args=(document, "shelf_remove"),
                kwargs={"name": item.name},
            )  # fmt: skip
        head = [_("key"), _("shape"), "dtype", _("values")]
        rows = [
            [
                tables.cell(row.key or "—"),
                tables.cell("×".join(map(str, row.shape)) or _("scalar")),
                tables.cell(row.dtype),
                tables.cell(row.text, "exact", row.text),
            ]
            for row in item.tensors
        ]
        st.html(tables.table(item.name, head, rows))


def _loading(document: Document, checkpoints: Sequence[Checkpoint]) -> None:
    if not checkpoints:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="shelf_load"):
        file = st.selectbox(_("File"), [each.name for each in checkpoints], key="shelf:file", width=300)
        name = st.text_input(_("Load it as"), "x2", key="shelf:into", max_chars=60, width=110)
        st.button(
            _("Load"), icon=":material/upload:", key="shelf_load_button", on_click=_load, args=(document, name, file)
        )


def _ask(document: Document, verb: str, **arguments: Any) -> Any:
    return models.pool().get(document.id).call(verb, timeout=_ANSWER, **arguments)


def _do(document: Document, verb: str, **arguments: Any) -> None:
    _told(partial(_ask, document, verb, **arguments))


def _save(document: Document, name: str, format: Format) -> None:
    def save() -> None:
        checkpoints = state.documents().workspace.checkpoints
        file = checkpoints.new_name(f"{name}.{format}")
        _ask(document, "shelf_save", name=name, path=str(checkpoints.path(file)), format=format)
        state.notify(_("Saved {name}.").format(name=file))

    _told(save)


def _load(document: Document, name: str, file: str) -> None:
    path = str(state.documents().workspace.checkpoints.path(file))
    _told(partial(_ask, document, "shelf_load", name=name, path=path))


def _told(act: Any) -> None:
    """Do something; what keeps it from being done is said."""
    try:
        act()
    except ComposerError as error:
        state.notify(str(error))
