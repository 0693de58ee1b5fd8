"""Below the panes: problems, code and a run of the model. Only what is looked at is worked out."""

from __future__ import annotations

import streamlit as st

from composer.reports import ShapesReport
from composer.ui.code import show_code
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import show_problems, show_repair
from composer.ui.running import running


def panels(document: Document, report: ShapesReport) -> None:
    """The three panels, one at a time."""
    problems, code, run = st.tabs([_("Problems"), _("Code"), _("Run")], key="panel", on_change="rerun")
    with problems:
        if problems.open:
            if not report.problems:
                st.markdown(f":green[:material/check_circle:] {_('No problems: shapes fit from input to output.')}")
            show_repair(document, report.problems)
            show_problems(document, report.problems, "all")
    with code:
        if code.open:
            show_code(document, report)
    with run:
        if run.open:
            running(document, not all(each.notice for each in report.problems))
