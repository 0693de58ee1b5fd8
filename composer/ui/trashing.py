"""What this tab deleted from a folder of the workspace, with a way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import streamlit as st

from composer.errors import ComposerError
from composer.ui import state
from composer.ui.language import _
from composer.ui.messages import escape
from composer.workspace import Trashed

Act = Callable[[Trashed], object]


class Folder(Protocol):
    """What things are deleted from, and brought back to."""

    def delete(self, name: str, /) -> Trashed | None:
        """Delete something, where it is there."""

    def restore(self, trashed: Trashed, /) -> str:
        """Bring it back, and say its name."""


def delete(folder: Folder, kind: str, name: str) -> None:
    """Delete something of a `kind`, in a callback; where that is refused it is told."""
    try:
        trashed = folder.delete(name)
    except ComposerError as error:
        state.notify(str(error))
        return
    if trashed:
        state.remember(_key(kind), [trashed, *state.kept(_key(kind), [])])


def deleted(kind: str, restore: Act, discard: Act | None = None) -> None:
    """What was deleted of a `kind`, until it is brought back by `restore` or its room is given free by `discard`."""
    for trashed in state.kept(_key(kind), []):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"gone:{kind}:{trashed.file}"):
            st.markdown(f":material/delete: {_('Deleted {name}.').format(name=escape(trashed.id))}", width="stretch")
            st.button(
                _("Undo deletion"), icon=":material/undo:", key=f"restore:{kind}:{trashed.file}", on_click=_settle,
                args=(kind, trashed, restore),
            )  # fmt: skip
            if discard:
                st.button(
                    _("Free its room"), icon=":material/delete_forever:", type="tertiary",
                    key=f"discard:{kind}:{trashed.file}", on_click=_settle, args=(kind, trashed, discard),
                    help=_("Gives its room on the disk free at once; otherwise it is kept for 30 days."),
                )  # fmt: skip


def _settle(kind: str, trashed: Trashed, act: Act) -> None:
    try:
        act(trashed)
    except ComposerError as error:
        state.notify(str(error))
    state.remember(_key(kind), [each for each in state.kept(_key(kind), []) if each != trashed])


def _key(kind: str) -> str:
    return f"deleted:{kind}"
