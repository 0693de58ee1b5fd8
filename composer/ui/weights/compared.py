"""Histograms of several parameters at once: of those that are chosen, or else of all that are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from composer.tensor_reports import HeldTensor, Statistics
from composer.ui.document import Document
from composer.ui.language import _
from composer.views import comparing

_CHART = {"displaylogo": False, "scrollZoom": False}


def compared(document: Document, rows: Sequence[HeldTensor], gradients: Mapping[str, Statistics] | None) -> None:
    """Draw them. With `gradients`, those are compared in place of the values."""
    known = {row.name: row.statistics if gradients is None else gradients.get(row.name) for row in rows}
    there = comparing.drawable([(name, found) for name, found in known.items() if found])
    if len(there) < 2:
        return
    title = _("Histograms of {number:,} side by side").format(number=len(there))
    with st.expander(title, key=f"weights:compare:{document.id}", on_change="rerun") as part:
        if not part.open:
            return
        ways = {"ridges": _("Ridges"), "overlaid": _("Overlaid")}
        with st.container(horizontal=True, vertical_alignment="bottom", key="weights_compare"):
            way = st.segmented_control(
                _("Drawn as"), list(ways), default="ridges", required=True, format_func=ways.__getitem__,
                key=f"weights:way:{document.id}",
            )  # fmt: skip
            logarithmic = way == "overlaid" and st.toggle(_("Logarithmic"), key=f"weights:compare_log:{document.id}")
        most = comparing.RIDGES if way == "ridges" else comparing.OVERLAID
        if len(there) > most:
            text = _("The first {shown} of {all:,}: choose others in the table, or find fewer.")
            st.caption(text.format(shown=most, all=len(there)))
        figure = comparing.ridges(there) if way == "ridges" else comparing.overlaid(there, bool(logarithmic))
        st.plotly_chart(figure, key="weights_compared", config=_CHART)
