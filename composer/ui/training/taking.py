"""What came of taking the weights of a run, with a way back as long as nothing else has changed the values."""

from __future__ import annotations

import streamlit as st

from composer.ui import state, tasks
from composer.ui.document import Document
from composer.ui.going_on import outcome
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.training.asking import TAKING, Taken
from composer.ui.weights import asking


def taken(document: Document, run: str, busy: bool) -> None:
    """Tell it beside the run that it is of, unless the design or the values are others by now.

    While the page is `busy` with looking at runs, values are not looked at again.
    """
    task = tasks.of(document, TAKING)
    if task is None or task.running or task.about != run or task.text != document.text:
        return
    done = outcome(document, TAKING)
    if done is None:
        return
    found: Taken = done.result
    values = (asking.weights_of(document) if busy else asking.look(document)).of(document.text)
    if values is None or values.undo != found.undo:
        tasks.forget(document, TAKING)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="taken"):
        text = _("The live model has the weights of {name}, as after step {step:,}.")
        text = text.format(name=escape(found.run), step=found.step)
        st.markdown(f":material/check: {text}", width="content")
        if found.undo.startswith(f"weights of {found.run}"):
            st.button(_("Undo"), icon=":material/undo:", key="undo_take", on_click=_undo, args=(document,))


def _undo(document: Document) -> None:
    if refused := asking.undo(document):
        state.notify(refused)
    tasks.forget(document, TAKING)
