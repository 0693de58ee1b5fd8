"""What can be taken away of a design: its code, its document, its picture. Made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from composer.design.names import class_name
from composer.ui import models, views
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape
from composer.views.wording import shorten


def downloads(document: Document) -> None:
    """A button for each file."""
    text = document.text
    name = class_name(document.design.name)
    code = models.source(text)
    _button(_("Code"), f"{name}.py", "text/x-python", lambda: code.text, code.failure)
    _button(_("Design"), f"{name}.json", "application/json", lambda: text)
    _button(_("Graph"), f"{name}.svg", "image/svg+xml", lambda: views.drawing(text, "svg"))
    _button(_("Graph"), f"{name}.png", "image/png", lambda: views.drawing(text, "png"))
    _button(_("Graph"), f"{name}.pdf", "application/pdf", lambda: views.drawing(text, "pdf"))
    _button(_("Graph"), f"{name}.dot", "text/vnd.graphviz", lambda: views.dot_text(text))


def _button(label: str, file: str, mime: str, make: Callable[[], str | bytes], why_not: str = "") -> None:
    ending = file.rpartition(".")[2]
    st.download_button(
        f"{label} (.{ending})",
        make,
        file_name=file,
        mime=mime,
        key=f"download:{ending}",
        icon=":material/download:",
        type="tertiary",
        width="stretch",
        on_click="ignore",
        disabled=bool(why_not),
        help=escape(shorten(why_not, 200)) or None,
    )
