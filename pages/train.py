"""Train: watch the model learn, here or on many machines."""

import streamlit as st

from composer.ui.opened import opened
from composer.ui.training.page import page

document, report = opened()
with st.container(border=True, key="pane_train"):
    page(document, report)
