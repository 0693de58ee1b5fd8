"""What the rules did, or would do: signals of both sides, and the values of each parameter before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from composer.design.document import Rule
from composer.initial_reports import FilledReport, InitializedReport
from composer.reports import ShapesReport, TensorReport, TensorType
from composer.ui import state
from composer.ui.document import Document
from composer.ui.language import _, plural
from composer.ui.messages import escape
from composer.ui.schemes.filling import Filling
from composer.ui.tables import cell, table, tinted
from composer.ui.weights import asking
from composer.views import initialized
from composer.views.signals import number
from composer.views.tints import parameter_tints

_SHOWN = 500  # rows
_FEW = 4  # names at once
_CHART = {"displaylogo": False, "scrollZoom": False}


def show_summary(document: Document, asked: Filling, report: InitializedReport) -> None:
    """What was done, and the way back."""
    count = len(report.rows)
    if asked.text != document.text:
        st.caption(f":orange[{_('The design has changed since.')}]")
    if asked.undone:
        st.markdown(_("It was taken back: the values are those of before."))
        return
    if not report.done:
        text = plural("The rules would fill {number} parameter. Nothing was changed.",
                      "The rules would fill {number} parameters. Nothing was changed.", count)  # fmt: skip
        st.markdown(text)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="filled"):
        text = plural("{number} parameter was filled.", "{number} parameters were filled.", count)
        st.markdown(f":material/check: {text}", width="content")
        if report.undo:
            st.button(
                _("Take it back"), icon=":material/undo:", type="tertiary", key="take_back", on_click=_take_back,
                args=(document, asked),
            )  # fmt: skip
        elif count:
            st.caption(_("It is too large to be taken back."))


def _take_back(document: Document, asked: Filling) -> None:
    report = asked.job.result
    known = asking.look(document).of(document.text)
    if not report or not known or known.undo != report.undo:
        state.notify(_("The values have changed since: the Parameters page has the way back."))
        return
    why = asking.undo(document)
    if why:
        state.notify(why)
        return
    asked.undone = True


def show_waiting(report: InitializedReport) -> None:
    """Parameters that have no sizes yet."""
    if report.waiting:
        names = ", ".join(report.waiting[:_FEW]) + (", …" if len(report.waiting) > _FEW else "")
        text = plural("{number} parameter waits for its size, and is filled when a dry run gives it one: ",
                      "{number} parameters wait for their sizes, and are filled when a dry run gives them: ",
                      len(report.waiting))  # fmt: skip
        st.caption(f"{text}{escape(names)}")


def show_signals(report: InitializedReport) -> None:
    """How strong signals and gradients are by depth, with the values of both sides."""
    if report.no_signal:
        st.caption(f":orange[{_('No signals: {why}').format(why=escape(report.no_signal))}]")
    if report.before and report.after and report.after.layers:
        st.markdown(f"##### {_('Signal by depth')}")
        sides = (_("before"), _("by the rules"))
        st.plotly_chart(initialized.signal_figure(report.before, report.after, sides), key="both", config=_CHART)
        told = (verdict(each) for each in initialized.trends(report.after))
        st.caption(" ".join(told) or _("Neither way does the signal grow or fade by more than a hundred times."))


def verdict(trend: initialized.Trend) -> str:
    """A trend in words."""
    words = {
        ("forward", True): _("Forward, the signal grows {factor}-fold."),
        ("forward", False): _("Forward, the signal fades to {factor} of what it was."),
        ("backward", True): _("Backward, the gradient grows {factor}-fold."),
        ("backward", False): _("Backward, the gradient fades to {factor} of what it was."),
    }
    return words[trend.way, trend.factor > 1].format(factor=number(trend.factor))


def show_filled(document: Document, report: ShapesReport, asked: Filling | None) -> None:
    """A row for each parameter of the design: the rule that fills it, and what is known of its values."""
    tensors = [row for row in report.tensors if row.parameter]
    if not tensors:
        st.markdown(_("This design has no parameters."))
        return
    found = {row.name: row for row in asked.job.result.rows} if asked and asked.job.result else {}
    st.markdown(f"##### {_('What fills each parameter')}")
    head = [_("Parameter"), _("Shape"), _("Filled by")]
    if found:
        head += [_("Std before"), _("Std by the rules"), _("Expected std"), _("Mean by the rules")]
    rules = document.design.initializers
    tints = parameter_tints(document.design, {row.name: row.owner or row.name for row in report.tensors})
    lines = ((tinted(row.name, tints.get(row.name)), *_cells(row, rules, found)) for row in tensors[:_SHOWN])
    st.html(table(_("What fills each parameter"), head, lines, numbers=range(3, len(head))))
    if len(tensors) > _SHOWN:
        st.caption(_("and {number:,} more, which the file has").format(number=len(tensors) - _SHOWN))
    if found:
        st.download_button(
            _("Table (.csv)"), lambda: initialized.filled_csv(tuple(found.values()), rules), "initialized.csv",
            "text/csv", key="download:initialized", type="tertiary", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        _histogram(document, found)


def _cells(row: TensorReport, rules: Sequence[Rule], found: dict[str, FilledReport]) -> Iterator[str]:
    yield cell("?" if row.shape is None else str(TensorType(row.shape)))
    if row.rule is None or row.rule >= len(rules):
        yield cell(_("its layer"), "quiet", _("No rule names it: it keeps the values that it has."))
    else:
        rule = rules[row.rule]
        options = ", ".join(f"{name}={value}" for name, value in rule.init.options.items())
        text = _("{number} · {scheme}").format(number=row.rule + 1, scheme=rule.init.scheme)
        yield cell(text, "exact" if options else "", options)
    if not found:
        return
    mine = found.get(row.name)
    if mine is None:
        yield from (cell(_("as {name}").format(name=row.owner), "quiet") if row.owner else "", "", "", "")
        return
    yield _exact(mine.before.std)
    yield _exact(mine.after.std)
    yield _exact(mine.expected[1] if mine.expected else None, _("There is no formula for it."))
    yield _exact(mine.after.mean)


def _exact(value: float | None, why_not: str = "") -> str:
    return cell("?", "quiet", why_not) if value is None else cell(number(value), "", repr(value))


def _histogram(document: Document, found: dict[str, FilledReport]) -> None:
    key = f"init:{document.id}:histogram"
    with st.container(horizontal=True, vertical_alignment="bottom", key="filled_histogram"):
        name = st.selectbox(_("Histogram of"), list(found), key=key, width=280)
        logarithmic = st.toggle(_("Logarithmic"), key=f"{key}:log")
    if name in found:
        sides = (_("before"), _("by the rules"))
        st.plotly_chart(initialized.histogram_figure(found[name], sides, logarithmic), key="overlaid", config=_CHART)
