"""Tasks while they go on, each with its Stop, and what kept one from coming to an end."""

from __future__ import annotations

from collections.abc import Mapping

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


def going_on(document: Document, texts: Mapping[str, str]) -> None:
    """A bar for each task of these names that is running; `texts` say what they do."""
    for name, task in tasks.running(document).items():
        if name in texts:
            _progress(document, name, task, texts[name])


def outcome(document: Document, name: str) -> Task | None:
    """The task, where it came to an end with a result; else why there is none is told."""
    task = tasks.of(document, name)
    if task is None or task.running:
        return None
    if task.result is not None:
        return task
    if task.job.stopped:
        st.caption(_("It was stopped before it was done."))
    elif task.job.error:
        show_error(task.job.error, f"{name}_failure")
    return None


def _progress(document: Document, name: str, task: Task, text: str) -> None:
    share, said = _far(task.asking.last)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{name}_busy"):
        seconds = _("{seconds:.0f} s").format(seconds=task.job.seconds)
        text = _("{what}: stopping").format(what=text) if task.job.stopped else text
        st.progress(share, " · ".join(each for each in (text, said, seconds) if each))
        st.button(
            _("Stop"), icon=":material/stop:", key=f"stop:{name}", disabled=task.job.stopped, on_click=tasks.stop,
            args=(document, name),
        )  # fmt: skip


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
