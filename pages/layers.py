"""Layers: custom layers of the design, written and tried out."""

import streamlit as st

from composer.ui import state
from composer.ui.layers.page import page
from composer.ui.start import start

document = state.document()
if document is None:
    start()
    st.stop()
with st.container(border=True, key="pane_layers"):
    page(document)
