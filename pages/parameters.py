"""Parameters: every parameter and buffer of the live model, what it holds, and what can be done to it."""

import streamlit as st

from composer.ui.opened import opened
from composer.ui.weights.page import page

document, report = opened()
with st.container(border=True, key="pane_parameters"):
    page(document, report)
