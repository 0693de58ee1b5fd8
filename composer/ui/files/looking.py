"""Looking into a checkpoint before it is loaded: what it holds, and which of it goes where."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.checkpoint_reports import FileReport, Part
from composer.errors import ComposerError
from composer.matching.match import MatchReport, match
from composer.matching.parts import best_part
from composer.matching.rename import Rename
from composer.reports import TensorReport
from composer.tensor_reports import HeldTensor
from composer.ui import models, state, tasks
from composer.ui.document import Document
from composer.ui.files.loading import LOADING, loading
from composer.ui.files.matched import matched
from composer.ui.files.renaming import renaming
from composer.ui.going_on import outcome
from composer.ui.language import _, plural
from composer.ui.messages import escape, show_error
from composer.views.numbers import size
from composer.views.wording import shorten

LOOKING = "looking"
_VALUES = 20
_ANSWER = 30.0  # seconds that the live model has to answer


def look_at(document: Document, name: str) -> None:
    """Open a checkpoint of the workspace in a process of its own, and see what is in it."""
    path = state.documents().workspace.checkpoints.path(name)
    state.remember(f"files:slices:{document.id}", False)
    tasks.forget(document, LOADING)
    tasks.begin(document, LOOKING, "examine", name, pool=models.files(), path=str(path))


def looking(document: Document, rows: Sequence[HeldTensor]) -> None:
    """What was found in the file that is looked at, beside what the live model holds: `rows`."""
    done = outcome(document, LOOKING)
    if done is None:
        if tasks.of(document, LOOKING) is None:
            st.caption(
                _("Look at a checkpoint to see what is in it, and which of it fits the model. Nothing is loaded yet.")
            )
        return
    name, report = str(done.about), done.result
    st.markdown(f"**{escape(name)}** · {_said(report)}")
    if not any(part.tensors for part in report.parts):
        st.markdown(_("There is no tensor in it."))
        return
    model = [row.tensor for row in rows]
    part = _part(document, report, model)
    _show_facts(report, part)
    renames = renaming(document, name, part, model)
    try:
        found = _match(document, part, model, renames)
    except ComposerError as error:
        show_error(error, "match_failure")
        return
    chosen = matched(document, name, found)
    loading(document, name, report, part, found, chosen)


def _match(document: Document, part: Part, model: Sequence[TensorReport], renames: Sequence[Rename]) -> MatchReport:
    """Which tensor goes where. Of layers that wait for their sizes the live model itself has to be asked."""
    slices = bool(state.kept(f"files:slices:{document.id}", False))
    waits = any(task.live for task in tasks.running(document).values())
    if waits or all(each.shape is not None for each in model):
        return match(model, part, renames, slices)
    kernel = models.pool().get(document.id)
    found: MatchReport = kernel.call(
        "look_state", timeout=_ANSWER, text=document.text, part=part, renames=tuple(renames), slices=slices
    )
    return found


def _said(report: FileReport) -> str:
    tensors = sum(len(part.tensors) for part in report.parts)
    text = plural("{number} tensor", "{number} tensors", tensors)
    return f"{report.format} · {size(report.nbytes)} · {text}"


def _part(document: Document, report: FileReport, model: Sequence[TensorReport]) -> Part:
    """The part that is chosen; at first the one that fits the model best."""
    parts = {part.path: part for part in report.parts}
    if len(parts) == 1:
        return report.parts[0]
    best = best_part(report.parts, model) or report.parts[0]

    def label(path: str) -> str:
        part = parts[path]
        return f"{path or _('the whole file')} · {_(part.sort)} · {len(part.tensors):,}"

    path = st.selectbox(
        _("Part of the file"), list(parts), list(parts).index(best.path), format_func=label,
        key=f"files:part:{document.id}:{hash(tuple(parts))}", width=420,
    )  # fmt: skip
    return parts[path]


def _show_facts(report: FileReport, part: Part) -> None:
    """What else is in the file, and what is odd about its values."""
    facts = [*report.values, *sorted((key, text) for key, text in report.metadata.items() if key != "format")]
    if facts:
        shown = ", ".join(f"{escape(name)} = {escape(shorten(text, 60))}" for name, text in facts[:_VALUES])
        more = plural("and {number} more", "and {number} more", len(facts) - _VALUES) if len(facts) > _VALUES else ""
        st.caption(f"{_('Also in it:')} {shown} {more}")
    odd = [each for each in part.tensors if each.statistics and each.statistics.finite < each.statistics.count]
    if odd:
        text = plural(
            "{number} tensor has values that are not a number or infinite",
            "{number} tensors have values that are not a number or infinite",
            len(odd),
        )
        names = ", ".join(escape(each.name) for each in odd[:3]) + (" …" if len(odd) > 3 else "")
        st.caption(f":orange[:material/warning: {text}: {names}]")
