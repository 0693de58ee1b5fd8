"""The statistics of one parameter and of its gradient, side by side in a table; every number exactly on hover."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.tensor_reports import HeldTensor, Statistics
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.tables import cell, table
from composer.ui.weights.seen import Seen, missing
from composer.views.numbers import humanize


def show_numbers(row: HeldTensor, seen: Seen | None) -> None:
    """Draw them. `seen`: what the last look at gradients saw."""
    assert row.statistics
    heads = ("", "mean", "std", "min", "max", "norm", _("zeros"), "NaN", "+Inf", "−Inf")
    rows = [_line(_("values"), row.statistics)]
    gradient = seen.gradients.get(row.name) if seen else None
    if gradient:
        rows.append(_line(_("gradient"), gradient))
    st.html(table(_("Statistics"), heads, rows, numbers=range(1, len(heads))))
    for each in filter(None, (row.statistics, gradient)):
        if each.finite < each.count:
            text = _("{number:,} of {count:,} values are finite; the numbers and the histogram are of those.")
            st.caption(f":orange[{text.format(number=each.finite, count=each.count)}]")
    if row.tensor.parameter:
        st.caption(escape(_of_gradient(row, seen)))


def _line(name: str, found: Statistics) -> Sequence[str]:
    if found.of:
        name = _("{name}, magnitudes").format(name=name)
    numbers = (found.mean, found.std, found.low, found.high, found.norm)
    counts = (found.zeros, found.nan, found.plus_inf, found.minus_inf)
    return cell(name), *(cell(_short(each), "", _exactly(each)) for each in (*numbers, *counts))


def _short(number: float | int | None) -> str:
    if number is None:
        return "–"
    return humanize(number) if isinstance(number, int) and number >= 0 else f"{number:.4g}".replace("-", "−")


def _exactly(number: float | int | None) -> str:
    if number is None:
        return ""
    return f"{number:,}" if isinstance(number, int) else repr(number)


def _of_gradient(row: HeldTensor, seen: Seen | None) -> str:
    """What its gradient is of, or why there is none."""
    if seen is None:
        return _("It is frozen: it gets no gradient.") if not row.tensor.trainable else missing()
    standing = seen.of[row.name].standing if row.name in seen.of else "trained"
    if standing == "frozen":
        return _("No gradient: it is frozen. {look}").format(look=seen.text)
    if standing == "unused":
        return _("No gradient: the loss does not depend on it. {look}").format(look=seen.text)
    return seen.text
