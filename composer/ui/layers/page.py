"""The page: the list of custom layers, the one that is looked at, and its trial."""

from __future__ import annotations

import streamlit as st

from composer.ui import sheets
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.layers.custom import looked_at
from composer.ui.layers.form import form
from composer.ui.layers.help import show_help
from composer.ui.layers.listing import listing
from composer.ui.layers.trial import trial
from composer.ui.layers.writing import writing
from composer.ui.storing import storing


def page(document: Document) -> None:
    """The whole page. Nothing runs of the design's code until a trial is asked for."""
    sheets.use("initialize.css", "layers/layers.css")
    chosen = looked_at(document.design)
    with st.container(key="layers"):
        left, middle, right = st.columns([5, 15, 12], gap="medium")
    if chosen is not None:  # components first: what comes after slow code fades while the page is drawn
        with middle:
            writing(document, chosen)
            form(document, chosen)
        with right:
            trial(document, chosen)
            show_help()
    with left:
        listing(document, chosen)
    with st.expander(_("Where a chain keeps its layers"), key="storage_switch", on_change="rerun") as part:
        if part.open:
            storing(document)
    if chosen is None:
        with middle:
            st.markdown(f"**{_('This design has no custom layer yet.')}**")
            text = _(
                "A custom layer is code of your own between the layers of torch: it declares parameters, and its "
                "forward computes with them. A new one passes on what it gets, and runs at once."
            )
            st.markdown(text)
        with right:
            show_help()
