"""Parameters: every parameter and buffer of the live model, what it holds, and what can be done to it."""

import streamlit as st

from composer.ui import models, state
from composer.ui.language import _
from composer.ui.messages import show_failure
from composer.ui.start import start
from composer.ui.weights.page import page

document = state.document()
if document is None:
    start()
    st.stop()

with st.spinner(_("Finding shapes …"), show_time=True):
    found = models.preview(document.text)
if found.failure:
    show_failure(found.failure)
with st.container(border=True, key="pane_parameters"):
    page(document, found.report)
