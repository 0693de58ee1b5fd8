"""What was found before a run: why it was not begun, and the memory that it needs against what is free."""

from __future__ import annotations

import streamlit as st

from composer.training.config import TrainConfig
from composer.training_reports import CheckReport, TrainingMemory
from composer.ui import state, tables, tasks
from composer.ui.document import Document
from composer.ui.going_on import outcome
from composer.ui.language import _
from composer.ui.messages import escape, show_problems
from composer.ui.training.asking import BEGINNING, Begun
from composer.ui.training.form import BATCH
from composer.views.numbers import size

_TOO_MUCH = "memory"


def checked(document: Document, config: TrainConfig | str) -> Begun | None:
    """Tell what came of asking for a run like this, where that is not long ago; what was begun, once."""
    task = tasks.of(document, BEGINNING)
    if task and not task.running and task.about != config:
        tasks.forget(document, BEGINNING)  # another one is asked for by now
        return None
    done = outcome(document, BEGINNING)
    if done is None:
        return None
    begun: Begun = done.result
    problems = [each for each in begun.report.problems if each.code != _TOO_MUCH]
    show_problems(document, problems, "check")
    if begun.report.memory:
        asked = config.batch_size if isinstance(config, TrainConfig) else begun.report.memory.batch
        _memory(begun.report, begun.report.memory, asked)
    return begun if begun.run else None


def _memory(report: CheckReport, needed: TrainingMemory, asked: int) -> None:
    """The estimate; where it does not fit all of its parts, and the largest batch that does. `asked`: the batch."""
    free = size(report.free) if report.free is not None else _("an unknown amount")
    if report.fits is None:
        text = _("Needs about {needed} of memory; {free} are free.")
        st.caption(text.format(needed=size(needed.total), free=free))
        return
    with st.container(border=True, width=520, key="too_much"):
        text = _("Batch {batch:,} needs about {needed} of memory; {free} are free.")
        if needed.batch < asked:
            text = _("Batch {batch:,}, all samples that are trained on, needs about {needed}; {free} are free.")
        text = text.format(batch=needed.batch, needed=size(needed.total), free=free)
        st.markdown(f":material/memory: {escape(text)}")
        rows = [[tables.cell(name), tables.cell(size(nbytes))] for name, nbytes in _parts(needed)]
        st.html(tables.table(_("Memory"), [_("what"), _("needs")], rows, numbers=(1,)))
        if report.fits:
            st.button(
                _("Use batch {batch:,}").format(batch=report.fits), icon=":material/compress:", key="use_batch",
                help=_("The largest that was found to fit."), on_click=state.remember, args=(BATCH, report.fits),
            )  # fmt: skip
        else:
            st.caption(_("Not even one sample fits: use a smaller design, smaller inputs or another device."))


def _parts(needed: TrainingMemory) -> list[tuple[str, int]]:
    return [
        (_("parameters and buffers"), needed.parameters),
        (_("gradients"), needed.gradients),
        (_("what the optimizer keeps"), needed.optimizer),
        (_("activations and the batch"), needed.activations),
    ]
