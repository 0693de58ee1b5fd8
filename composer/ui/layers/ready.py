"""Layers of the book that are ready: put into the design, or opened as a design of their own to be tried."""

from __future__ import annotations

from functools import cache

import streamlit as st

from composer.design.document import Input
from composer.design.edits.trees import chain
from composer.design.text import plain
from composer.templates import layers
from composer.ui import consent, library, state
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.layers.custom import custom_layers, look_at
from composer.ui.messages import escape


def ready(document: Document) -> None:
    """The menu."""
    with st.popover(_("From the book"), icon=":material/menu_book:", width="stretch"):
        for name in layers.names():
            _offer(document, name)


@cache
def first_shapes(definition: str) -> tuple[str, ...]:
    """Shapes of the inputs that a layer of the book can be tried with, by the name of its definition; else none."""
    for name in layers.names():
        layer = layers.load(name)
        if layer.definitions and layer.definitions[-1].name == definition and len(layer.clip.nodes) == 1:
            return tuple(map(_shape, layer.inputs))
    return ()


def _shape(given: Input) -> str:
    return ", ".join(str(dim) if isinstance(dim, int) else "2" for dim in given.shape)


def _offer(document: Document, name: str) -> None:
    layer = layers.load(name)
    with st.container(horizontal=True, vertical_alignment="center", key=f"ready_{name}"):
        text = f"**{escape(_(layer.title))}** :gray[{escape(layer.section)}]"
        st.markdown(text, width="stretch", help=escape(_(layer.help)))
        st.button(
            _("Add to the design"), key=f"take:{name}", type="tertiary", help=_("Puts it at the end of the design."),
            on_click=_take, args=(document, name),
        )  # fmt: skip
        st.button(
            _("Open"), key=f"open:{name}", type="tertiary", help=_("Opens a design of nothing but this layer."),
            on_click=_open, args=(name,),
        )  # fmt: skip


def _take(document: Document, name: str) -> None:
    clip, before = layers.load(name).clip, {each.name for each in document.design.definitions}
    paste = {"edit": "paste", "path": "", "index": len(chain(document.design.root)), "clip": plain(clip)}
    if not state.change(document, [paste]).changed:
        return
    new = [each for each in custom_layers(document.design) if each.name not in before]
    consent.allow_definitions(new)
    if new:
        look_at(new[-1].name)


def _open(name: str) -> None:
    design = layers.load(name).design()
    consent.allow(design)
    library.create(design)
