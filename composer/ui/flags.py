"""What is suspicious in a look at gradients, in words, each with the threshold that it is told by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from composer.signals import DEAD, FACTOR, FEW, FLAT, SATURATED, Flag, GradientsReport
from composer.ui.language import _
from composer.ui.messages import escape

_FEW_PLACES = 4


def words() -> Mapping[Flag, tuple[str, str]]:
    """A short name for each flag, and what it means."""
    return {
        "identical": (
            _("identical units"),
            _("All rows of the weight are the same, and so are those of its gradient, up to rounding: training cannot "
              "tell these units apart, as after a constant initialization."),
        ),
        "zero": (_("zero gradient"), _("Every entry of the gradient is exactly 0: a step changes nothing here.")),
        "not-finite": (_("not finite"), _("Infinite values or NaN.")),
        "dead": (
            _("dead units"),
            _("At least {share:.0%} of a ReLU's units are 0 for the whole batch.").format(share=DEAD),
        ),
        "saturated": (
            _("saturated"),
            _("At least {share:.0%} of the outputs are in the outer {flat:.0%} of the range, at either end.").format(
                share=SATURATED, flat=FLAT
            ),
        ),
        "vanishing-signal": (
            _("vanishing signal"),
            _("The output's standard deviation is less than 1/{factor:,.0f} of the first layer's.").format(
                factor=FACTOR
            ),
        ),
        "exploding-signal": (
            _("exploding signal"),
            _("The output's standard deviation is more than {factor:,.0f} times the first layer's.").format(
                factor=FACTOR
            ),
        ),
        "vanishing-gradient": (
            _("vanishing gradient"),
            _("The gradient that comes back is less than 1/{factor:,.0f} of that at the last layer.").format(
                factor=FACTOR
            ),
        ),
        "exploding-gradient": (
            _("exploding gradient"),
            _("The gradient that comes back is more than {factor:,.0f} times that at the last layer.").format(
                factor=FACTOR
            ),
        ),
    }  # fmt: skip


def names(flags: Sequence[Flag]) -> str:
    """The short names of flags."""
    return ", ".join(words()[flag][0] for flag in flags)


def meanings(flags: Sequence[Flag]) -> str:
    """What flags mean."""
    return " ".join(words()[flag][1] for flag in flags)


def show_flags(report: GradientsReport) -> None:
    """A line for each flag that was raised, with where and why; or that there was none."""
    if not report.flags:
        text = _("Nothing is flagged: no dead, saturated, identical, vanishing or exploding layer by our thresholds.")
        st.markdown(f":green[:material/check_circle:] {text}")
    with st.container(gap=None, key="flags"):
        for flag, places in report.flags.items():
            name, why = words()[flag]
            listed = ", ".join(f"**{escape(each or _('the model'))}**" for each in places[:_FEW_PLACES])
            if len(places) > _FEW_PLACES:
                listed += " " + _("and {number:,} more").format(number=len(places) - _FEW_PLACES)
            st.markdown(f":orange[:material/warning: **{name}**] {listed}. :gray[{escape(why)}]")
    if "dead" in report.flags and report.samples < FEW:
        st.caption(_("With so few samples a unit can be 0 for all of them by chance: look with more."))
