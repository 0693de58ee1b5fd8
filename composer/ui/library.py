"""The designs of the workspace as a person handles them: opening, duplicating, uploading, deleting with a way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from composer.design.document import Design
from composer.design.text import loads
from composer.errors import ComposerError, DesignError
from composer.ui import state
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.state import Deleted
from composer.views.wording import shorten
from composer.workspace import Entry

_MEGABYTES = 8
_NAME = 40  # characters of a name that fit
_PROBLEM = 300


def entries() -> tuple[Entry, ...]:
    """All designs; none where the folder cannot be read, which is told."""
    try:
        return state.documents().entries()
    except ComposerError as error:
        st.caption(escape(str(error)))
        return ()


def labels(listed: Sequence[Entry]) -> dict[str, str]:
    """For each id the name of the design, with the id behind it where another has the same name."""
    times = Counter(entry.name for entry in listed)
    return {
        entry.id: shorten(entry.name, _NAME) + (f" ({entry.id})" if times[entry.name] > 1 else "") for entry in listed
    }


def rows(listed: Sequence[Entry], names: dict[str, str], where: str, own: str = "") -> None:
    """A row for each design: a button that opens it, and one that deletes it. `own` is open already."""
    for entry in listed:
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"design:{where}:{entry.id}"):
            _open_button(entry, names[entry.id], where, entry.id == own)
            st.button(
                _("Delete {name}").format(name=escape(names[entry.id])),
                icon=":material/delete:",
                key=f"delete:{where}:{entry.id}",
                type="tertiary",
                help=_("Delete {name}. It can be brought back.").format(name=escape(names[entry.id])),
                on_click=delete,
                args=(entry,),
            )


def _open_button(entry: Entry, name: str, where: str, own: bool) -> None:
    icon = ":material/error:" if entry.problem else ":material/check:" if own else ":material/draft:"
    st.button(
        f"{escape(name)} :gray[{entry.modified.astimezone():%Y-%m-%d %H:%M}]",
        key=f"{where}:{entry.id}",
        type="tertiary",
        icon=icon,
        width="stretch",
        help=escape(shorten(entry.problem, _PROBLEM)) or None,
        disabled=bool(entry.problem),
        on_click=state.show,
        args=(entry.id,),
    )


def create(design: Design) -> None:
    """Make a new design of another, and open it."""
    try:
        state.show(state.documents().create(design).id)
    except ComposerError as error:
        state.notify(str(error))


def duplicate(document: Document) -> None:
    """Make a copy of the design that is open, and open that."""
    try:
        state.show(state.documents().duplicate(document).id)
    except ComposerError as error:
        state.notify(str(error))


def delete(entry: Entry) -> None:
    """Delete a design at once, and keep what it takes to bring it back."""
    try:
        trashed = state.documents().delete(entry.id)
    except ComposerError as error:
        state.notify(str(error))
        return
    was_open = state.open_id() == entry.id
    if was_open:
        state.close()
    if trashed is None:
        state.notify(_("{name} was deleted already.").format(name=entry.name))
    else:
        state.note_deleted(Deleted(entry.name, trashed, was_open))


def bring_back() -> None:
    """Undo the last deletion."""
    deleted = state.deleted()
    state.note_deleted(None)
    if deleted is None:
        return
    try:
        id = state.documents().restore(deleted.trashed)
    except ComposerError as error:
        state.notify(str(error))
        return
    if deleted.was_open:
        state.show(id)


def show_deleted() -> None:
    """What was deleted last, until it is brought back or let go."""
    deleted = state.deleted()
    if deleted is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="deleted"):
        name = escape(shorten(deleted.name, _NAME))
        st.markdown(f":material/delete: {_('Deleted {name}.').format(name=name)}", width="stretch")
        st.button(_("Undo deletion"), icon=":material/undo:", key="bring_back", on_click=bring_back)
        dismiss = _("Dismiss")
        st.button(dismiss, icon=":material/close:", type="tertiary", key="dismiss", on_click=_dismiss, help=dismiss)


def _dismiss() -> None:
    state.note_deleted(None)


def upload(key: str) -> None:
    """A place for a design file, which is opened as a new design."""
    st.file_uploader(
        _("Design file (.json)"),
        type="json",
        key=key,
        label_visibility="collapsed",
        max_upload_size=_MEGABYTES,
        on_change=_take,
        args=(key,),
    )


def _take(key: str) -> None:
    """Open what was uploaded, or say why it is no design."""
    file = state.widget(key)
    if file is None:
        return
    try:
        create(loads(file.getvalue()))
    except DesignError as error:
        for problem in error.problems[:3]:
            state.notify(f"{file.name}: {problem}")
