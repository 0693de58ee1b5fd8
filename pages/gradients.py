"""Gradients: one forward and backward pass, looked into; the model stays as it is."""

import streamlit as st

from composer.ui import models, state
from composer.ui.gradients import gradients
from composer.ui.language import _
from composer.ui.messages import show_failure
from composer.ui.start import start

document = state.document()
if document is None:
    start()
    st.stop()

with st.spinner(_("Finding shapes …"), show_time=True):
    found = models.preview(document.text)
if found.failure:
    show_failure(found.failure)
with st.container(border=True, key="pane_gradients"):
    gradients(document, found.report)
