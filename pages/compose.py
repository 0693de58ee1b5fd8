"""Compose: the design as a tree, a graph, a form and code."""

import streamlit as st

from composer.ui import consent, models, state
from composer.ui.editor import show_editor
from composer.ui.files import bundles
from composer.ui.inspector import inspector
from composer.ui.language import _
from composer.ui.messages import show_failure
from composer.ui.panels import panels
from composer.ui.start import start
from composer.ui.views import begin_graph, show_graph

document = state.document()
if document is None:
    start()
    st.stop()

with st.spinner(_("Finding shapes …"), show_time=True):
    found = models.preview(document.text)
state.keep_selection(document)
with st.container(key="panes"):
    tree, graph, form = st.columns([18, 13, 10], gap="small")
drawing = begin_graph(document)
with tree.container(border=True, key="pane_tree"):
    show_editor(document, found.report)
with form.container(border=True, key="pane_inspector"):
    inspector(document, found.report)
with graph.container(border=True, key="pane_graph"):
    show_graph(document, drawing)
consent.ask(document)
bundles.restoring(document)
if found.failure:
    show_failure(found.failure)
with st.container(border=True, key="pane_below"):
    panels(document, found.report)
