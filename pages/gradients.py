"""Gradients: one forward and backward pass, looked into; the model stays as it is."""

import streamlit as st

from composer.ui.gradients import gradients
from composer.ui.opened import opened

document, report = opened()
with st.container(border=True, key="pane_gradients"):
    gradients(document, report)
