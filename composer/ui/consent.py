"""Code of custom layers runs only where a person has asked for it: opening a design never does.

What was asked for is known by its text, so the same code in a copy of the design needs no second answer, and code that
somebody changes elsewhere needs one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import streamlit as st

from composer.design.document import Definition, Design
from composer.design.nodes import Code
from composer.design.text import loads
from composer.ui.document import Document
from composer.ui.language import _, plural

_allowed: set[str] = set()


def codes(design: Design) -> Iterator[str]:
    """The texts of the design's custom layers."""
    return (each.body.code for each in design.definitions if isinstance(each.body, Code))


def allow(design: Design) -> None:
    """From now on the code of this design may run, in whatever design it stands."""
    _allowed.update(codes(design))


def allow_definitions(definitions: Iterable[Definition]) -> None:
    """From now on the code of these custom layers may run: a person wrote it here, or asked to run it."""
    _allowed.update(each.body.code for each in definitions if isinstance(each.body, Code))


def allowed(design: Design) -> bool:
    """Whether all code of the design may run; so it may where there is none."""
    return _allowed.issuperset(codes(design))


def allowed_in(text: str) -> bool:
    """Whether all code of the design that `text` says may run."""
    return '"Code"' not in text or allowed(loads(text))


def ask(document: Document) -> bool:
    """Whether the design's code may run; where it may not yet, a person is asked."""
    if allowed(document.design):
        return True
    number = sum(isinstance(each.body, Code) for each in document.design.definitions)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="consent"):
        text = plural(
            "This design has {number} custom layer, whose code has not run yet. What comes out of it is unknown.",
            "This design has {number} custom layers, whose code has not run yet. What comes out of them is unknown.",
            number,
        )
        st.markdown(f":material/code: {text}", width="stretch")
        st.button(
            _("Run it"), icon=":material/play_arrow:", key="allow_code", on_click=allow, args=(document.design,),
            help=_("It passed the gate: it can compute with tensors, and reach nothing else of this machine."),
        )  # fmt: skip
    return False
