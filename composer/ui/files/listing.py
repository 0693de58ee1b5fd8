"""The checkpoints of the workspace: looked into, downloaded, deleted with a way back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.errors import ComposerError
from composer.ui import state
from composer.ui.document import Document
from composer.ui.files import bundles
from composer.ui.files.looking import look_at
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
        st.caption(_("and {number:,} more").format(number=len(found) - _SHOWN))


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
            help=_("Delete {name}. It can be brought back.").format(name=name), on_click=_delete, args=(each.name,),
        )  # fmt: skip


def _delete(name: str) -> None:
    try:
        state.remember(_DELETED, state.documents().workspace.checkpoints.delete(name))
    except ComposerError as error:
        state.notify(str(error))


def _deleted() -> None:
    """What was deleted last, until it is brought back or let go."""
    trashed: Trashed | None = state.kept(_DELETED, None)
    if trashed is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="checkpoint_deleted"):
        st.markdown(f":material/delete: {_('Deleted {name}.').format(name=escape(trashed.id))}", width="stretch")
        st.button(
            _("Undo deletion"), icon=":material/undo:", key="restore_checkpoint", on_click=_restore, args=(trashed,)
        )
        st.button(
            _("Free its room"), icon=":material/delete_forever:", type="tertiary", key="discard_checkpoint",
            help=_("Gives its room on the disk free at once; otherwise it is kept for 30 days."), on_click=_discard,
            args=(trashed,),
        )  # fmt: skip


def _restore(trashed: Trashed) -> None:
    try:
        state.documents().workspace.checkpoints.restore(trashed)
    except ComposerError as error:
        state.notify(str(error))
    state.remember(_DELETED, None)


def _discard(trashed: Trashed) -> None:
    try:
        state.documents().workspace.checkpoints.discard(trashed)
    except ComposerError as error:
        state.notify(str(error))
    state.remember(_DELETED, None)
