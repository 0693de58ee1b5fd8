"""The custom layers of a design, one of them chosen, and what can be done with it as a whole."""

from __future__ import annotations

import streamlit as st

from composer.design.document import Definition
from composer.ui import state
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.layers import custom
from composer.ui.layers.ready import ready
from composer.ui.messages import escape


def listing(document: Document, chosen: Definition | None) -> None:
    """The list, with buttons below."""
    names = [each.name for each in custom.custom_layers(document.design)]
    if chosen is not None:
        key = f"layers:{document.id}"
        state.remember(key, chosen.name)
        label = _("Custom layers")
        st.radio(label, names, key=key, format_func=escape, on_change=lambda: custom.look_at(state.widget(key)))
    new, icon = _("New layer"), ":material/add:"
    st.button(new, icon=icon, key="new_layer", width="stretch", on_click=custom.add, args=(document,))
    ready(document)
    if chosen is not None:
        _whole(document, chosen)


def _whole(document: Document, chosen: Definition) -> None:
    st.button(
        _("Use in the design"),
        icon=":material/add_to_photos:",
        key="use_layer",
        width="stretch",
        help=_("Puts an instance of {name} at the end of the design.").format(name=escape(chosen.name)),
        on_click=custom.use,
        args=(document, chosen),
    )
    st.button(
        _("Delete"),
        icon=":material/delete:",
        key="delete_layer",
        width="stretch",
        help=_("Takes {name} out of the design. Undo brings it back.").format(name=escape(chosen.name)),
        on_click=custom.remove,
        args=(document, chosen.name),
    )
