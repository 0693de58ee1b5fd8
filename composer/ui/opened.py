"""The design that a page is about, with what its preview finds."""

from __future__ import annotations

import streamlit as st

from composer.reports import ShapesReport
from composer.ui import consent, models, state
from composer.ui.document import Document
from composer.ui.files import bundles
from composer.ui.language import _
from composer.ui.messages import show_failure
from composer.ui.start import start


def opened() -> tuple[Document, ShapesReport]:
    """The open design and its report. Where none is open the page ends here, with what a design can begin with."""
    document = state.document()
    if document is None:
        start()
        st.stop()
    with st.spinner(_("Finding shapes …"), show_time=True):
        found = models.preview(document.text)
    if found.failure:
        show_failure(found.failure)
    if not consent.ask(document):
        st.stop()
    bundles.restoring(document)
    return document, found.report
