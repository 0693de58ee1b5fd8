"""The whole page: a tab for each thing that is done with files."""

from __future__ import annotations

from functools import partial

import streamlit as st

from composer.reports import ShapesReport
from composer.tensor_reports import HeldTensor
from composer.ui import sheets, state
from composer.ui.document import Document
from composer.ui.files.bundles import ENDING
from composer.ui.files.comparing import comparing
from composer.ui.files.exporting import exporting
from composer.ui.files.listing import checkpoints, listing, received
from composer.ui.files.looking import looking
from composer.ui.files.reusing import reusing
from composer.ui.files.saving import saving
from composer.ui.files.shelf import shelf
from composer.ui.jobs import drawn_while
from composer.ui.language import _
from composer.ui.uploading import uploader
from composer.ui.weights import asking
from composer.ui.weights.asking import Weights
from composer.ui.weights.page import going_on


def page(document: Document, report: ShapesReport) -> None:
    """Draw it. `report` is what the preview found of the design."""
    sheets.use("initialize.css", "files/files.css")
    weights = asking.look(document)
    drawn_while(_is_busy(document, weights), _panel, document, report, weights)


def _is_busy(document: Document, weights: Weights) -> bool:
    return weights.busy is not None or any(task.running for task in document.tasks.values())


def _panel(document: Document, report: ShapesReport, weights: Weights, busy: bool) -> None:
    running = weights.busy  # asked once: what is drawn is of one moment
    if busy and not _is_busy(document, weights):
        st.rerun()  # the whole page, which looks again
    names = [_("Checkpoints"), _("Compare"), _("Export"), _("Reuse"), _("Tensors")]
    own, differences, exports, reuse, tensors = st.tabs(names, key=f"files:tab:{document.id}", on_change="rerun")
    state_files = [each for each in checkpoints() if not each.name.endswith(ENDING)]
    if own.open:
        with own:
            going_on(document, weights, running)
            rows, _modules, held = asking.present(document, weights, running, report)
            _checkpoints(document, rows, held)
    if differences.open:
        with differences:
            comparing(document, state_files)
    if exports.open:
        with exports:
            exporting(document)
    if reuse.open:
        with reuse:
            reusing(document, report)
    if tensors.open:
        with tensors:
            shelf(document, state_files)


def _checkpoints(document: Document, rows: tuple[HeldTensor, ...], held: bool) -> None:
    """Saving and what there is; and what is looked at, as soon as it is known what the live model holds."""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        with st.container(border=True, key="files_save"):
            saving(document, rows)
        uploader(state.UPLOAD, partial(received, document))
        listing(document, checkpoints())
    with right:
        if held:
            looking(document, rows)
