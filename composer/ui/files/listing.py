"""The checkpoints of the workspace: looked into, downloaded, deleted with a way back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.errors import ComposerError
from composer.ui import state, tasks
from composer.ui.document import Document
from composer.ui.files import bundles
from composer.ui.files.looking import LOOKING, look_at
from composer.ui.files.taking import take
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.trashing import delete, deleted
from composer.views.numbers import size
from composer.views.wording import shorten
from composer.workspace import Checkpoint

_NAME = 40
_SHOWN = 30
_KIND = "checkpoint"


def checkpoints() -> tuple[Checkpoint, ...]:
    """All of them, the last changed first; none where the folder cannot be read, which is told."""
    try:
        return state.documents().workspace.checkpoints.all()
    except ComposerError as error:
        st.caption(escape(str(error)))
        return ()


def listing(document: Document, found: Sequence[Checkpoint]) -> None:
    """A row for each."""
    store = state.documents().workspace.checkpoints
    deleted(_KIND, store.restore, store.discard)
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
    delete(state.documents().workspace.checkpoints, _KIND, name)
    looked = tasks.of(document, LOOKING)
    if looked and looked.about == name:
        tasks.forget(document, LOOKING)
