"""The code of a design, whose lines lead to the nodes they are of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import streamlit as st

from composer.reports import ShapesReport
from composer.ui import models, state
from composer.ui.document import Document
from composer.ui.highlight import highlight
from composer.ui.language import _, plural
from composer.ui.messages import escape
from composer.ui.views import component

_REASONS = 5  # why there is no code: so many of them fit


def show_code(document: Document, report: ShapesReport) -> None:
    """The code with the lines of what is selected, or why there is none."""
    source = models.source(document.text)
    if source.failure:
        st.caption(_("There is no code while the design has problems:"))
        st.markdown("  \n".join(map(escape, source.failure.splitlines()[:_REASONS])))
        return
    wrong = [each for each in report.problems if not each.notice]
    if wrong:
        warning = plural(
            "This code will fail when it is run: the design has {number} problem.",
            "This code will fail when it is run: the design has {number} problems.",
            len(wrong),
        )
        st.markdown(f":orange[:material/warning:] {warning}")
    component("code")(
        key=state.CODE,
        data={
            "lines": _lines(source.text),
            "about": source.report.about,
            "selected": state.selected(),
            "marked": list(_marked(source)),
            "words": _words(document.design.name),
        },
        on_select_change=lambda: state.select_from(state.CODE),
    )


@lru_cache(maxsize=8)
def _lines(text: str) -> list[list[str]]:
    return highlight(text)


def _marked(source: models.Source) -> Iterator[tuple[int, int]]:
    """Ranges of lines of what is selected. The design itself is everything: nothing would stand out."""
    for path in state.selection():
        yield from source.report.spans.get(path, ()) if path else ()


def _words(name: str) -> dict[str, str]:
    return {
        "code": _("Code of {name}").format(name=name),
        "copy": _("Copy"),
        "copied": _("Copied"),
        "refused": _("The browser does not let us copy: the code is selected, press Ctrl+C"),
    }
