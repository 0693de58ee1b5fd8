"""Below the panes: problems, code and a run of the model. Only what is looked at is worked out."""

from __future__ import annotations

import streamlit as st

from composer.reports import ShapesReport
from composer.ui import models
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape, show_problems, show_repair
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
            _code(document)
    with run:
        if run.open:
            running(document, bool(report.problems))


def _code(document: Document) -> None:
    source = models.source(document.text)
    if source.failure:
        st.caption(_("There is no code while the design has problems:"))
        st.markdown("  \n".join(map(escape, source.failure.splitlines()[:5])))
        return
    st.code(source.text, language="python", line_numbers=True)
