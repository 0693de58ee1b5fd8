"""Files: checkpoints saved, looked into, loaded and compared; exports; parts reused; tensors by hand."""

import streamlit as st

from composer.ui.files.page import page
from composer.ui.opened import opened

document, report = opened()
with st.container(border=True, key="pane_files"):
    page(document, report)
