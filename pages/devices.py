"""Devices: where tensors live, and honest timings on what is there."""

import streamlit as st

from composer.ui.opened import opened
from composer.ui.timing.page import page

document, _report = opened()
with st.container(border=True, key="pane_devices"):
    page(document)
