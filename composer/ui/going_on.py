"""A task while it goes on, and what kept it from coming to an end."""

from __future__ import annotations

import streamlit as st

from composer.checkpoint_reports import Written
from composer.reports import Progress
from composer.tensor_reports import Measured
from composer.ui import tasks
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape, show_error
from composer.ui.tasks import Task
from composer.views.numbers import size


def going_on(document: Document, name: str, text: str) -> Task | None:
    """The task, where it came to an end with a result; else how far it is, or why there is none.

    `text` says what is going on.
    """
    task = tasks.of(document, name)
    if task is None:
        return None
    if task.running:
        _progress(document, name, task, text)
    elif task.job.error:
        show_error(task.job.error, f"{name}_failure")
    elif task.result is not None:
        return task
    return None


def _progress(document: Document, name: str, task: Task, text: str) -> None:
    share, said = _far(task.heard.last)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{name}_busy"):
        seconds = _("{seconds:.0f} s").format(seconds=task.job.seconds)
        st.progress(share, f"{text} · {said} · {seconds}" if said else f"{text} · {seconds}")
        st.button(_("Stop"), icon=":material/stop:", key="stop", on_click=tasks.stop, args=(document, name))


def _far(event: object) -> tuple[float, str]:
    """How much of it is done, from 0 to 1, and what was done last."""
    match event:
        case Written(name, done, total):
            of = _("{done} of {total}").format(done=size(done), total=size(total))
            return (done / total if total else 1.0), f"{escape(name)}, {of}"
        case Measured(name, _statistics, done, total):
            return done / max(total, 1), f"{escape(name)}, {done:,} / {total:,}"
        case Progress(text, done, total):
            return (done / total if total else 0.0), escape(text)
    return 0.0, ""
