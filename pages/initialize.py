"""Initialize: what the live model holds, and how its lazy layers get their sizes and values."""

import streamlit as st

from composer.codegen.finish import has_lazy
from composer.ui import sheets, state
from composer.ui.initialize import initialize
from composer.ui.language import _
from composer.ui.opened import opened
from composer.ui.schemes.panel import schemes

document, report = opened()
sheets.use("initialize.css")
with st.container(border=True, key="pane_initialize"):
    names = [_("Sizes of lazy layers"), _("Initial values")]
    first = state.first(f"init:first:{document.id}", names[0] if has_lazy(document.design) else names[1])
    sizes, values = st.tabs(names, default=first, key=f"init:tab:{document.id}", on_change="rerun")
    if sizes.open:
        with sizes:
            initialize(document, report)
    if values.open:
        with values:
            schemes(document, report)
