"""What stands above every page: the design that is open, its history, and whether it is saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st

from composer.ui import handler, library, mirroring, state
from composer.ui.document import Document
from composer.ui.downloads import downloads
from composer.ui.following import follow
from composer.ui.handler import Outcome
from composer.ui.language import _
from composer.ui.messages import escape, show_notices, show_trouble
from composer.views.wording import shorten

_FOLDER = Path(__file__).parent
ICON = str(_FOLDER / "icon.svg")
_LOGO = str(_FOLDER / "logo.svg")
_NAME = 40  # characters of a name that fit
_RECENT = 8


def show() -> None:
    """Draw the header."""
    st.html(_styles())
    st.logo(_LOGO, size="large")
    document = state.document()
    show_notices()
    if document is None:
        mirroring.alone()
        library.show_deleted()
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="header"):
        _designs(document)
        name = document.history.undo_name
        _step("undo", _("Undo"), ":material/undo:", name, handler.undo, document)
        name = document.history.redo_name
        _step("redo", _("Redo"), ":material/redo:", name, handler.redo, document)
        _saved(document)
        st.space("stretch")
        with st.popover(_("Export"), icon=":material/download:", key="export", on_change="rerun") as menu:
            if menu.open:
                downloads(document)
        follow(document)
    library.show_deleted()
    show_trouble(document)


@cache
def _styles() -> str:
    return f"<style>{(_FOLDER / 'style.css').read_text(encoding='utf-8')}</style>"


def _designs(document: Document) -> None:
    """The menu of designs: what it holds is looked up when it opens."""
    name = escape(shorten(document.design.name, _NAME))
    with st.popover(name, icon=":material/account_tree:", key=state.DESIGNS, on_change="rerun") as menu:
        if not menu.open:
            return
        _rename(document)
        listed = library.entries()
        library.rows(listed[:_RECENT], library.labels(listed), "switch", own=document.id)
        st.button(
            _("Duplicate"),
            icon=":material/content_copy:",
            key="duplicate",
            width="stretch",
            on_click=library.duplicate,
            args=(document,),
        )
        st.button(_("New or open…"), icon=":material/add:", key="new", width="stretch", on_click=state.close)
        library.upload(f"upload:{document.id}")


def _rename(document: Document) -> None:
    """A field for the design's name. Its key has the name: a page that does not know a new one yet says nothing."""
    name = document.design.name
    key = f"name:{document.id}:{name}"
    st.text_input(_("name"), name, key=key, max_chars=100, on_change=_commit_name, args=(document, key))


def _commit_name(document: Document, key: str) -> None:
    name = state.widget(key).strip()
    if name:
        state.change(document, [{"edit": "set_design", "name": name}])


def _step(
    key: str,
    label: str,
    icon: str,
    name: str,
    act: Callable[[Document], Outcome],
    document: Document,
) -> None:
    """A button that goes one step through the history, and says which."""
    st.button(
        label,
        icon=icon,
        key=key,
        type="tertiary",
        disabled=not name,
        help=f"{label}: {escape(shorten(name, 80))}" if name else label,
        on_click=lambda: _act(act, document),
    )


def _act(act: Callable[[Document], Outcome], document: Document) -> None:
    act(document)


def _saved(document: Document) -> None:
    if document.trouble:
        st.markdown(f":orange[:material/sync_problem: {_('not saved')}]", width="content")
    elif not mirroring.indicator():
        st.markdown(f":gray[:material/cloud_done: {_('saved')}]", width="content")
