"""What the code of a custom layer may use, from the very lists that the gate judges by."""

from __future__ import annotations

import html
from functools import cache

import streamlit as st

from composer.codegen.gate import published
from composer.ui.language import _


def show_help() -> None:
    """All of it, behind a click."""
    with st.expander(_("What code may use"), icon=":material/menu_book:"):
        st.caption(
            _(
                "def forward(self, x, …) returns the output; def init(self), where there is one, sets initial values. "
                "Read what is declared as self.<name>, and call layers. Nothing but this list is allowed:"
            )
        )
        st.html(_listed())


@cache
def _listed() -> str:
    items = "".join(f"<dt>{html.escape(topic)}</dt><dd>{_code(names)}</dd>" for topic, names in published().items())
    label = html.escape(_("What code may use"))
    return f'<div class="may-use" tabindex="0" role="region" aria-label="{label}"><dl>{items}</dl></div>'


def _code(names: tuple[str, ...]) -> str:
    return ", ".join(f"<code>{html.escape(name)}</code>" for name in names)
