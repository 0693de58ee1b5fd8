"""What is trained on: one of the data sets that go with the design, or a file of the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from composer.catalog.objectives import first_tensor
from composer.data_reports import DataOptions, Offered
from composer.design.document import Design, Input
from composer.design.nodes import Layer
from composer.errors import Fix, Problem
from composer.reports import ShapesReport, TensorType
from composer.training.config import TrainConfig
from composer.training_reports import SuitedReport
from composer.ui import models, state, tasks
from composer.ui.document import Document
from composer.ui.going_on import outcome
from composer.ui.holding import held
from composer.ui.language import _
from composer.ui.messages import escape, show_problems
from composer.ui.tasks import Task
from composer.ui.training import asking
from composer.ui.training.columns import column_fields
from composer.ui.training.data import data_key, own_files

SUITING = "suiting"
_OUTPUT = "objective"  # the code of problems of the output
_WIDENED = ("Linear", "LazyLinear")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The data that is chosen, and how it goes with the design: None where that is not known (yet: `waits`)."""

    data: str
    suited: SuitedReport | None
    waits: bool
    options: DataOptions
    sets: Sequence[SuitedReport]
    titles: dict[str, str]

    @property
    def fits(self) -> bool:
        return self.suited is not None and not self.suited.problems


def choose(document: Document, report: ShapesReport, offered: Sequence[Offered], last: TrainConfig) -> Chosen:
    """The field in which data is chosen, and for a table its columns; they begin with those of `last`."""
    inputs, output = document.design.inputs, _output(report)
    sets = asking.suited_sets(inputs, output)
    files = state.documents().workspace.data
    titles = {each.name: each.title for each in offered}
    titles |= {str(files.path(each.name)): each.name for each in own_files()}
    unfit = [each.name for each in sets if each.problems]
    names = [*(each for each in titles if each not in unfit), *unfit]
    key = held(data_key(document), document.id, last.data if last.data in titles else usual(sets), titles)
    marked = titles | {name: _("{title} (does not fit)").format(title=titles[name]) for name in unfit}
    name = st.selectbox(
        _("Data"), names, key=key, width=240, format_func=marked.__getitem__,
        help=_("Bundled sets, and files that were brought below."),
    )  # fmt: skip
    found = next((each for each in sets if each.name == name), None)
    if found:
        return Chosen(name, found, False, DataOptions(), sets, titles)
    options = column_fields(document, name, last)
    task = _own(document, name, inputs, output, options)
    return Chosen(name, task.result if task else None, task is None or task.running, options, sets, titles)


def usual(sets: Sequence[SuitedReport]) -> str:
    """The data set that goes with the design best: one that fits, or at least goes in; without loss where one does."""
    return min(sets, key=_distance).name


def _distance(each: SuitedReport) -> tuple[int, bool]:
    goes_in = all(problem.code == _OUTPUT for problem in each.problems)
    return (2 if not goes_in else 1 if each.problems else 0), each.reduced


def explain(document: Document, chosen: Chosen) -> None:
    """Where the data does not fit: which part of it, what can be done, and what fits."""
    if chosen.suited is None:
        if not chosen.waits:
            outcome(document, SUITING)
        return
    if not chosen.suited.problems:
        return
    problems = [_mended(document.design, each, chosen.suited.outputs) for each in chosen.suited.problems]
    show_problems(document, problems, "data")
    fitting = [each.name for each in chosen.sets if not each.problems]
    with st.container(horizontal=True, vertical_alignment="center", key="train_fitting"):
        if not fitting:
            offers = any(each.fixes for each in problems)
            advice = _("Change it as is offered, or bring data") if offers else _("Bring data")
            st.caption(_("No bundled data fits this design. {advice} of your own below.").format(advice=advice))
            return
        st.caption(_("Fits this design:"), width="content")
        for name in fitting:
            st.button(
                escape(chosen.titles[name]), key=f"use_data:{name}", type="tertiary", icon=":material/database:",
                on_click=state.remember, args=(data_key(document), name),
            )  # fmt: skip


def _output(report: ShapesReport) -> TensorType | None:
    found = first_tensor(report.output)
    return found if isinstance(found, TensorType) else None


def _own(
    document: Document, path: str, inputs: tuple[Input, ...], output: TensorType | None, options: DataOptions
) -> Task | None:
    """The look at how a file goes with the design, once for each state of both; None while another one runs."""
    about = path, Path(path).stat().st_mtime_ns, inputs, output, options
    known = tasks.of(document, SUITING)
    if known is None or (known.about != about and not known.running):
        known = tasks.begin(
            document, SUITING, "suited_data", about, pool=models.files(), data=path, inputs=inputs, output=output,
            options=options,
        )  # fmt: skip
    return known if known.about == about else None


def _mended(design: Design, problem: Problem, outputs: int) -> Problem:
    """A problem of the output, with the size that its last layer should have."""
    last = design.root.children[-1] if design.root.children else None
    if problem.code != _OUTPUT or not isinstance(last, Layer) or last.kind not in _WIDENED:
        return problem
    edit = {"edit": "set_option", "path": last.id, "name": "out_features", "value": outputs}
    label = _("give {layer} {outputs} outputs").format(layer=last.id, outputs=outputs)
    return replace(problem, fixes=(Fix(label, (edit,)),))
