"""Where no design is open: begin with a template, a file, or one of the designs made before."""

from __future__ import annotations

from functools import cache

import streamlit as st

from composer import templates
from composer.design.document import Design, Input
from composer.design.nodes import Sequential
from composer.ui import library, state
from composer.ui.files.bundles import ENDING, open_bundle
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.uploading import uploader
from composer.views.wording import shorten

_FEW = 8
_UPLOAD = "upload"


def start() -> None:
    """Everything that a design can begin with."""
    st.subheader(_("What would you like to build?"), anchor=False)
    st.markdown(
        _("Choose a network to begin with. You see its shapes, its code and its graph, and can change all of it.")
    )
    left, right = st.columns([3, 1], gap="medium")
    with left.grid(min_column_width=230, gap="small"):
        _card_of(
            _("Empty design"), _("Nothing yet but an input: drag layers in, or press Enter in the palette."), empty()
        )
        for name in ordered():
            _card(name, templates.load(name))
    with right:
        _recent()
        _upload()


@cache
def ordered() -> tuple[str, ...]:
    """The templates, the smaller networks first."""
    return tuple(sorted(templates.names(), key=lambda name: len(templates.text(name))))


def empty() -> Design:
    """A design to begin from nothing: images as the handwritten digits are, and a chain without layers."""
    return Design(name=_("Untitled"), inputs=(Input(shape=("N", 1, 28, 28)),), root=Sequential())


def _card(name: str, design: Design) -> None:
    _card_of(name, design.description, design)


def _card_of(name: str, text: str, design: Design) -> None:
    with st.container(border=True, height="stretch", key=f"card:{name}"):
        st.markdown(f"**{escape(design.name)}**")
        st.caption(escape(text))
        label = _("Use {name}").format(name=shorten(design.name, 30))
        st.button(label, key=f"use:{name}", on_click=library.create, args=(design,), width="stretch")


def _recent() -> None:
    st.markdown(f"**{_('Your designs')}**")
    listed = library.entries()
    names = library.labels(listed)
    if not listed:
        st.caption(_("What you make is saved at once, and listed here."))
    library.rows(listed[:_FEW], names, "recent")
    if len(listed) > _FEW:
        label = _("{number:,} more").format(number=len(listed) - _FEW)
        with st.expander(label, key="more", on_change="rerun") as more:
            if more.open:
                library.rows(listed[_FEW:], names, "recent")


def _upload() -> None:
    st.markdown(f"**{_('Open a design file')}**")
    library.upload(_UPLOAD)
    st.markdown(f"**{_('Open a design with its weights')}**")
    uploader(state.UPLOAD, open_bundle, (ENDING,))
    st.caption(_("Both are plain data: opening one runs nothing of it."))
