"""What is trained on: one of the data sets that go with the design, or a file of the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from composer.catalog.objectives import first_tensor
from composer.data_reports import Offered
from composer.design.document import Design, Input
from composer.design.nodes import Layer
from composer.errors import Fix, Problem
from composer.reports import ShapesReport, TensorType
from composer.training_reports import SuitedReport
from composer.ui import models, state, tasks
from composer.ui.document import Document
from composer.ui.going_on import outcome
from composer.ui.language import _
from composer.ui.messages import escape, show_problems
from composer.ui.training import asking
from composer.ui.training.data import data_key, own_files

SUITING = "suiting"
_OUTPUT = "objective"  # the code of problems of the output
_WIDENED = ("Linear", "LazyLinear")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The data that is chosen, and how it goes with the design: None while that is not known, or cannot be."""

    data: str
    suited: SuitedReport | None
    sets: Sequence[SuitedReport]
    titles: dict[str, str]

    @property
    def fits(self) -> bool:
        return self.suited is not None and not self.suited.problems


def choose(document: Document, report: ShapesReport, offered: Sequence[Offered]) -> Chosen:
    """The field in which data is chosen."""
    inputs, output = document.design.inputs, _output(report)
    sets = asking.suited_sets(inputs, output)
    files = state.documents().workspace.data
    titles = {each.name: each.title for each in offered}
    titles |= {str(files.path(each.name)): each.name for each in own_files()}
    unfit = [each.name for each in sets if each.problems]
    names = [*(each for each in titles if each not in unfit), *unfit]
    key = data_key(document)
    if state.first(key, usual(sets)) not in titles:
        state.remember(key, usual(sets))
    name = st.selectbox(
        _("Data"), names, key=key, width=240, format_func=titles.__getitem__,
        help=_("Bundled sets, and files that were brought below. The last ones do not fit this design."),
    )  # fmt: skip
    found = next((each for each in sets if each.name == name), None)
    return Chosen(name, found or _own(document, name, inputs, output), sets, titles)


def usual(sets: Sequence[SuitedReport]) -> str:
    """The data set that goes with the design best: one that fits, or at least goes in; without loss where one does."""
    return min(sets, key=_distance).name


def _distance(each: SuitedReport) -> tuple[int, bool]:
    goes_in = all(problem.code == _OUTPUT for problem in each.problems)
    return (2 if not goes_in else 1 if each.problems else 0), each.reduced


def explain(document: Document, chosen: Chosen) -> None:
    """Where the data does not fit: which part of it, what can be done, and what fits."""
    if chosen.suited is None:
        if not tasks.running(document):
            outcome(document, SUITING)
        return
    if not chosen.suited.problems:
        return
    problems = [_mended(document.design, each, chosen.suited.outputs) for each in chosen.suited.problems]
    show_problems(document, problems, "data")
    fitting = [each.name for each in chosen.sets if not each.problems]
    with st.container(horizontal=True, vertical_alignment="center", key="train_fitting"):
        if not fitting:
            st.caption(_("No bundled data fits this design. Change it as is offered, or bring data of your own below."))
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


def _own(document: Document, path: str, inputs: tuple[Input, ...], output: TensorType | None) -> SuitedReport | None:
    """How a person's file goes with the design; looked at once for each state of both."""
    about = path, Path(path).stat().st_mtime_ns, inputs, output
    known = tasks.of(document, SUITING)
    if known is None or (known.about != about and not known.running):
        known = tasks.begin(
            document, SUITING, "suited_data", about, pool=models.files(), data=path, inputs=inputs, output=output
        )
    return known.result if known.about == about else None


def _mended(design: Design, problem: Problem, outputs: int) -> Problem:
    """A problem of the output, with the size that its last layer should have."""
    last = design.root.children[-1] if design.root.children else None
    if problem.code != _OUTPUT or not isinstance(last, Layer) or last.kind not in _WIDENED:
        return problem
    edit = {"edit": "set_option", "path": last.id, "name": "out_features", "value": outputs}
    label = _("give {layer} {outputs} outputs").format(layer=last.id, outputs=outputs)
    return replace(problem, fixes=(Fix(label, (edit,)),))
