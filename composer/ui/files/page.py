"""The whole page: a tab for each thing that is done with files."""

from __future__ import annotations

import streamlit as st

from composer.reports import ShapesReport
from composer.tensor_reports import HeldTensor
from composer.ui import sheets
from composer.ui.document import Document
from composer.ui.files.bundles import ENDING
from composer.ui.files.exporting import exporting
from composer.ui.files.listing import checkpoints, listing
from composer.ui.files.looking import looking
from composer.ui.files.reusing import reusing
from composer.ui.files.saving import saving
from composer.ui.files.shelf import shelf
from composer.ui.jobs import drawn_while
from composer.ui.language import _
from composer.ui.weights import asking


def page(document: Document, report: ShapesReport) -> None:
    """Draw it. `report` is what the preview found of the design."""
    sheets.use("initialize.css", "files/files.css")
    busy = any(task.running for task in document.tasks.values())
    drawn_while(busy, _panel, document, report)


def _panel(document: Document, report: ShapesReport, busy: bool) -> None:
    if busy and not any(task.running for task in document.tasks.values()):
        st.rerun()  # the whole page, which looks again
    names = [_("Checkpoints"), _("Export"), _("Reuse"), _("Tensors")]
    own, exports, reuse, tensors = st.tabs(names, key=f"files:tab:{document.id}", on_change="rerun")
    if own.open:
        with own:
            _checkpoints(document, _rows(document, report))
    if exports.open:
        with exports:
            exporting(document)
    if reuse.open:
        with reuse:
            reusing(document, report)
    if tensors.open:
        with tensors:
            shelf(document, [each for each in checkpoints() if not each.name.endswith(ENDING)])


def _rows(document: Document, report: ShapesReport) -> tuple[HeldTensor, ...]:
    """What the live model holds, or is going to hold where that is not known yet."""
    weights = asking.look(document)
    rows, _modules, _held = asking.present(document, weights, weights.busy, report)
    return rows


def _checkpoints(document: Document, rows: tuple[HeldTensor, ...]) -> None:
    left, right = st.columns([2, 3], gap="medium")
    with left:
        with st.container(border=True, key="files_save"):
            saving(document, rows)
        listing(document, checkpoints())
    with right:
        looking(document, rows)
