"""The whole page: a tab for each thing that is done with files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from composer.reports import ShapesReport
from composer.tensor_reports import HeldTensor
from composer.ui import sheets, state, tasks
from composer.ui.document import Document
from composer.ui.files.bundles import ENDING
from composer.ui.files.comparing import COMPARING, comparing
from composer.ui.files.exporting import EXPORTING, exporting
from composer.ui.files.listing import checkpoints, listing, received
from composer.ui.files.loading import LOADING
from composer.ui.files.looking import LOOKING, looking
from composer.ui.files.moving import REUSING
from composer.ui.files.reusing import reusing
from composer.ui.files.saving import SAVING, saving
from composer.ui.files.shelf import shelf
from composer.ui.going_on import going_on
from composer.ui.jobs import drawn_while
from composer.ui.language import _
from composer.ui.uploading import uploader
from composer.ui.weights import asking
from composer.ui.weights.asking import Weights
from composer.ui.weights.page import going_on as looked_at
from composer.workspace import Checkpoint

_RATIO = (3, 5)


def page(document: Document, report: ShapesReport) -> None:
    """Draw it. `report` is what the preview found of the design."""
    sheets.use("initialize.css", "low.css", "files/files.css")
    waits = any(task.live for task in tasks.running(document).values())  # a look would only wait behind it
    weights = asking.weights_of(document) if waits else asking.look(document)
    drawn_while(_is_busy(document, weights), _panel, document, report, weights)


def _is_busy(document: Document, weights: Weights) -> bool:
    return weights.busy is not None or bool(tasks.running(document))


def _panel(document: Document, report: ShapesReport, weights: Weights, busy: bool) -> None:
    running = weights.busy  # asked once: what is drawn is of one moment
    if busy and not _is_busy(document, weights):
        st.rerun()  # the whole page, which looks again
    going_on(document, _texts())
    names = [_("Checkpoints"), _("Compare"), _("Export"), _("Reuse"), _("Tensors")]
    own, differences, exports, reuse, tensors = st.tabs(names, key=f"files:tab:{document.id}", on_change="rerun")
    found = checkpoints()
    files = [each for each in found if not each.name.endswith(ENDING)]
    if own.open:
        with own:
            looked_at(document, weights, running)
            rows, _modules, held = asking.present(document, weights, running, report)
            _checkpoints(document, rows, found, held)
    if differences.open:
        with differences:
            comparing(document, files)
    if exports.open:
        with exports:
            exporting(document)
    if reuse.open:
        with reuse:
            reusing(document, report)
    if tensors.open:
        with tensors:
            shelf(document, files)


def _texts() -> dict[str, str]:
    """What tasks do."""
    return {
        SAVING: _("Saving"), LOOKING: _("Looking into the file"), LOADING: _("Loading"), COMPARING: _("Comparing"),
        EXPORTING: _("Exporting"), REUSING: _("Taking the weights over"),
    }  # fmt: skip


def _checkpoints(
    document: Document, rows: tuple[HeldTensor, ...], found: Sequence[Checkpoint], held: bool
) -> None:  # fmt: skip
    """Saving and what there is; and what is looked at, as soon as it is known what the live model holds."""
    left, right = st.columns(_RATIO, gap="medium")
    with left:
        with st.container(border=True, key="files_save"):
            saving(document, rows)
        uploader(state.UPLOAD, partial(received, document))
        listing(document, found)
    with right:
        if held:
            looking(document, rows)
