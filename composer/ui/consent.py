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
_stopped: set[str] = set()  # what was allowed, and took too long


def codes(design: Design) -> Iterator[str]:
    """The texts of the design's custom layers."""
    return (each.body.code for each in design.definitions if isinstance(each.body, Code))


def allow(design: Design) -> None:
    """From now on the code of this design may run, in whatever design it stands."""
    allow_definitions(design.definitions)


def allow_definitions(definitions: Iterable[Definition]) -> None:
    """From now on the code of these custom layers may run: a person wrote it here, or asked to run it."""
    texts = {each.body.code for each in definitions if isinstance(each.body, Code)}
    _allowed.update(texts)
    _stopped.difference_update(texts)


def stop(text: str) -> None:
    """Allow no more the code of the design that `text` says: it took too long. It runs when that is asked for again."""
    texts = set(codes(loads(text)))
    _allowed.difference_update(texts)
    _stopped.update(texts)


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
        stopped = not _stopped.isdisjoint(codes(document.design))
        text = plural(
            "This design has {number} custom layer, whose code has not run yet. What comes out of it is unknown.",
            "This design has {number} custom layers, whose code has not run yet. What comes out of them is unknown.",
            number,
        )
        if stopped:
            text = _("Code of custom layers did not come to an end in time and was stopped. What comes out is unknown.")
        st.markdown(f":material/{'timer_off' if stopped else 'code'}: {text}", width="stretch")
        st.button(
            _("Run it"), icon=":material/play_arrow:", key="allow_code", on_click=allow, args=(document.design,),
            help=_("It passed the gate: it can compute with tensors, and reach nothing else of this machine."),
        )  # fmt: skip
    return False
