"""A parameter at several places beside its untied twin: what is one stays the same, what is not comes apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import streamlit as st

from composer.training_reports import ParameterRow, Row
from composer.ui import tables
from composer.ui.language import _
from composer.views import twins
from composer.views.training import color_of

_CHART = {"displaylogo": False, "scrollZoom": False}


Drawn: TypeAlias = tuple[str, Sequence[Row], str]
"""A run's name, its rows, and its color in all charts."""


def show_twins(runs: Sequence[tuple[str, Sequence[Row]]]) -> None:
    """Positions of one parameter in the first of `runs`, beside those of the next one that is its untied twin."""
    tied, *others = [(name, rows, color_of(number)) for number, (name, rows) in enumerate(runs)]
    for other in others:
        if found := twins.positions(tied[1], other[1]):
            _show(found, tied, other)
            return


def _show(positions: Sequence[twins.Position], tied: Drawn, twin: Drawn) -> None:
    seen, _other = twins.common(tied[1], twin[1])
    after = _("after step {step:,}").format(step=seen.step if seen else 0)
    st.markdown(f"**{_('One parameter at several places, and its untied twin')}**, {after}")
    head = [
        _("place"), _("is compared with"), _("tied: norm"), _("‖gradient‖"), _("difference"), _("untied: norm"),
        _("‖gradient‖"), _("difference"),
    ]  # fmt: skip
    rows = [
        [tables.cell(each.name), tables.cell(each.like or "—"), *_numbers(each.tied), *_numbers(each.twin)]
        for each in positions
    ]
    st.html(tables.table(_("Tied and untied"), head, rows, numbers=range(2, 8)))
    names = [each.name for each in positions if each.like]
    figure = twins.apart((tied, twin), names, _("‖difference‖"))
    st.plotly_chart(figure, key="train_apart", config=_CHART)
    if all(each.tied.apart == 0 for each in positions if each.like):
        st.caption(_("The tied one holds the very same numbers at each place. In the twin, which began with them and "
                     "sees the same data, each place goes its own way."))  # fmt: skip


def _numbers(row: ParameterRow) -> list[str]:
    return [tables.cell("—" if value is None else f"{value:.4g}") for value in (row.norm, row.gradient, row.apart)]
