"""The checkpoints of the workspace: looked into, downloaded, deleted with a way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from composer.errors import ComposerError
from composer.ui import state, tasks
from composer.ui.document import Document
from composer.ui.files import bundles
from composer.ui.files.looking import LOOKING, look_at
from composer.ui.files.taking import take
from composer.ui.language import _
from composer.ui.messages import escape
from composer.views.numbers import size
from composer.views.wording import shorten
from composer.workspace import Checkpoint, Trashed

_NAME = 40
_SHOWN = 30
_DELETED = "files:deleted"


def checkpoints() -> tuple[Checkpoint, ...]:
    """All of them, the last changed first; none where the folder cannot be read, which is told."""
    try:
        return state.documents().workspace.checkpoints.all()
    except ComposerError as error:
        st.caption(escape(str(error)))
        return ()


def listing(document: Document, found: Sequence[Checkpoint]) -> None:
    """A row for each."""
    _deleted()
    if not found:
        st.caption(_("No checkpoint is here yet: save the live model, or bring a file."))
    for each in found[:_SHOWN]:
        _row(document, each)
    if len(found) > _SHOWN:
        with st.expander(
            _("{number:,} more").format(number=len(found) - _SHOWN), key="more_files", on_change="rerun"
        ) as more:
            for each in found[_SHOWN:] if more.open else ():
                _row(document, each)


def received(document: Document, name: str) -> None:
    """A file has come in: look into it, or open it where it is a bundle."""
    if name.endswith(bundles.ENDING):
        bundles.open_bundle(name)
    else:
        look_at(document, name)


def _row(document: Document, each: Checkpoint) -> None:
    name = escape(shorten(each.name, _NAME))
    text = f"{name} :gray[{size(each.nbytes)} · {each.modified.astimezone():%Y-%m-%d %H:%M}]"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"checkpoint:{each.name}"):
        if each.name.endswith(bundles.ENDING):
            st.button(
                text, icon=":material/open_in_new:", type="tertiary", width="stretch", key=f"open:{each.name}",
                help=_("Open {name} as a new design, with its weights.").format(name=name),
                on_click=bundles.open_bundle, args=(each.name,),
            )  # fmt: skip
        else:
            st.button(
                text, icon=":material/search:", type="tertiary", width="stretch", key=f"look:{each.name}",
                help=_("Look into {name}. Nothing is loaded yet.").format(name=name), on_click=look_at,
                args=(document, each.name),
            )  # fmt: skip
        take(_("Download {name}").format(name=name), state.documents().workspace.checkpoints.path(each.name), each.name)
        st.button(
            _("Delete {name}").format(name=name), icon=":material/delete:", type="tertiary", key=f"drop:{each.name}",
            help=_("Delete {name}. It can be brought back.").format(name=name), on_click=_delete,
            args=(document, each.name),
        )  # fmt: skip


def _delete(document: Document, name: str) -> None:
    try:
        trashed = state.documents().workspace.checkpoints.delete(name)
    except ComposerError as error:
        state.notify(str(error))
        return
    if trashed:
        state.remember(_DELETED, [trashed, *state.kept(_DELETED, [])])
    looked = tasks.of(document, LOOKING)
    if looked and looked.about == name:
        tasks.forget(document, LOOKING)


def _deleted() -> None:
    """What this tab deleted, until it is brought back or its room is given free."""
    for trashed in state.kept(_DELETED, []):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"deleted:{trashed.file}"):
            st.markdown(f":material/delete: {_('Deleted {name}.').format(name=escape(trashed.id))}", width="stretch")
            st.button(
                _("Undo deletion"), icon=":material/undo:", key=f"restore:{trashed.id}", on_click=_settle,
                args=(trashed, state.documents().workspace.checkpoints.restore),
            )  # fmt: skip
            st.button(
                _("Free its room"), icon=":material/delete_forever:", type="tertiary", key=f"discard:{trashed.id}",
                help=_("Gives its room on the disk free at once; otherwise it is kept for 30 days."),
                on_click=_settle, args=(trashed, state.documents().workspace.checkpoints.discard),
            )  # fmt: skip


def _settle(trashed: Trashed, act: Callable[[Trashed], object]) -> None:
    try:
        act(trashed)
    except ComposerError as error:
        state.notify(str(error))
    state.remember(_DELETED, [each for each in state.kept(_DELETED, []) if each != trashed])
