"""Data to train on: a person's own files brought here, and a first look at what is chosen."""

from __future__ import annotations

import base64
import html
from functools import partial

import streamlit as st

from composer.data_reports import PreviewReport
from composer.errors import ComposerError
from composer.ui import models, state, tables, tasks
from composer.ui.document import Document
from composer.ui.going_on import outcome
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.training.columns import chosen_columns
from composer.ui.trashing import delete, deleted
from composer.ui.uploading import uploader
from composer.views.numbers import size
from composer.views.wording import shorten
from composer.workspace import StoredFile

LOOKING = "previewing"
_CELL = 24
_KIND = "data file"


def data_key(document: Document) -> str:
    """The key of the widget in which data is chosen."""
    return f"train:data:{document.id}"


def own_files() -> tuple[StoredFile, ...]:
    """The person's own files; none where the folder cannot be read, which is told."""
    try:
        return state.documents().workspace.data.all()
    except ComposerError as error:
        st.caption(escape(str(error)))
        return ()


def about_data(document: Document, data: str) -> None:
    """A look at what is chosen, when that is asked for, and a place for other data."""
    with st.expander(_("Data: a look, and data of your own"), key="train:look_data", on_change="rerun") as part:
        if not part.open:
            return
        st.button(
            _("Look at it"), icon=":material/search:", key="look_data", on_click=_look, args=(document, data),
            help=_("What is in it, how it is split, and what of it would be learned."),
        )  # fmt: skip
        about = data, chosen_columns(document, data)
        known = tasks.of(document, LOOKING)
        if known and known.about == about:
            done = outcome(document, LOOKING)
            if done:
                _show(done.result)
        uploader("upload_data", partial(_received, document), to="data")
        st.caption(_("Tables (.csv), arrays (.npz), or a zip of images in a folder for each class."))
        deleted(_KIND, state.documents().workspace.data.restore)
        for each in own_files():
            _row(document, each)


def _row(document: Document, each: StoredFile) -> None:
    name = escape(each.name)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"data_file:{each.name}"):
        st.button(
            f"{name} :gray[{size(each.nbytes)} · {each.modified.astimezone():%Y-%m-%d %H:%M}]", type="tertiary",
            icon=":material/database:", width="stretch", key=f"use_file:{each.name}", on_click=_use,
            args=(document, each.name), help=_("Choose {name} to train on.").format(name=name),
        )  # fmt: skip
        st.button(
            _("Delete {name}").format(name=name), icon=":material/delete:", type="tertiary",
            key=f"drop_data:{each.name}", on_click=delete,
            args=(state.documents().workspace.data, _KIND, each.name),
            help=_("Delete {name}. It can be brought back.").format(name=name),
        )  # fmt: skip


def _look(document: Document, data: str) -> None:
    options = chosen_columns(document, data)
    tasks.begin(
        document, LOOKING, "preview_data", (data, options), pool=models.files(), text=document.text, data=data,
        options=options,
    )  # fmt: skip


def _use(document: Document, name: str) -> None:
    state.remember(data_key(document), str(state.documents().workspace.data.path(name)))


def _received(document: Document, name: str) -> None:
    _use(document, name)
    _look(document, str(state.documents().workspace.data.path(name)))


def _show(report: PreviewReport) -> None:
    parts = [_("{train:,} to train with, {test:,} to test with").format(train=report.train, test=report.test)]
    parts += ["×".join(map(str, shape)) or _("a number") for shape in report.shapes]
    st.markdown(f"**{escape(report.name)}** · {' · '.join(parts)}")
    if report.text:
        st.caption(escape(report.text))
    if report.problem:
        st.caption(f":orange[{escape(report.problem)}]")
    if report.classes:
        rows = [
            [tables.cell(each.name), tables.cell(f"{each.train:,}"), tables.cell(f"{each.test:,}")]
            for each in report.classes
        ]
        st.html(tables.table(_("Classes"), [_("class"), _("train"), _("test")], rows, numbers=(1, 2)))
    if report.columns:
        head = [_("column"), _("is"), _("holds"), _("missing"), _("different")]
        rows = [
            [
                tables.cell(text)
                for text in (each.name, each.role, each.kind, f"{each.missing:,}", f"{each.different:,}")
            ]
            for each in report.columns
        ]
        st.html(tables.table(_("Columns"), head, rows, numbers=(3, 4)))
    if report.rows and len(report.rows) < 30:
        st.caption(escape(" / ".join(shorten(" ".join(row), _CELL * 3) for row in report.rows[:5])))
    if report.pictures:
        cards = [_picture(each.label, each.png) for each in report.pictures[:40]]
        st.html(f'<div class="predictions" role="group" aria-label="{_("Images")}">{"".join(cards)}</div>')


def _picture(label: str, png: bytes) -> str:
    address = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    return f'<figure><img src="{address}" alt=""><figcaption>{html.escape(label)}</figcaption></figure>'
