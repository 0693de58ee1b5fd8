"""The table of all parameters and buffers, with what the live model and what the preview know; and the log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from composer.design.document import Design
from composer.reports import LiveReport, ResolvedReport, ShapesReport, count_parameters, describe
from composer.ui.language import _, plural
from composer.ui.tables import cell, table, tinted
from composer.views.numbers import humanize
from composer.views.parameters import Row, State, parameter_rows, parameters_csv, shape
from composer.views.tints import parameter_tints

_SHOWN = 1_000  # rows
_MARKS: dict[State, str] = {"uninitialized": "○", "inferred": "◐", "materialized": "●"}


def show_parameters(design: Design, report: ShapesReport, live: LiveReport | None) -> None:
    """The totals and the table."""
    rows = parameter_rows(report, live)
    if not rows:
        st.markdown(_("This design has no parameters and no buffers."))
        return
    with st.container(horizontal=True, vertical_alignment="center", key="totals"):
        _total(_("Parameters of the live model"), count_parameters(live.tensors) if live else None)
        _total(_("As inferred from the declared input"), count_parameters(report.tensors))
        _states(rows)
        st.space("stretch")
        _download(_("Table (.csv)"), parameters_csv(rows), "parameters.csv", "text/csv")
    names = [_("Parameter or buffer"), _("Layer"), _("dtype"), _("State"), _("Live model"), _("Inferred"), _("Count")]
    tints = parameter_tints(design, {row.name: row.owner or row.name for row in rows})
    lines = (_cells(row, tints.get(row.name)) for row in rows[:_SHOWN])
    st.html(table(_("Parameters and buffers"), names, lines, numbers=(6,)))
    if len(rows) > _SHOWN:
        st.caption(_("and {number:,} more, which the file has").format(number=len(rows) - _SHOWN))


def _total(label: str, count: int | None) -> None:
    number = _("unknown") if count is None else f"{count:,}"
    st.markdown(f"{label} **{number}**", width="content", help=humanize(count) if count and count >= 1000 else None)


def _states(rows: Sequence[Row]) -> None:
    """How many are in which state, by their marks."""
    words = _words()
    counts = {state: sum(row.state == state for row in rows) for state in _MARKS}
    parts = [f"{_MARKS[state]} {counts[state]:,} {words[state][0]}" for state in _MARKS if counts[state]]
    st.markdown(f":gray[{' · '.join(parts)}]", width="content")


def _words() -> dict[State, tuple[str, str]]:
    return {
        "uninitialized": (_("uninitialized"), _("No shape is known, neither in the live model nor in the preview.")),
        "inferred": (
            _("inferred"),
            _("The preview found the shape from the design's declared input; the live model holds no values."),
        ),
        "materialized": (_("materialized"), _("The live model holds values.")),
    }


def _cells(row: Row, tint: int | None) -> Sequence[str]:
    word, why = _words()[row.state]
    layer = (
        row.layer if row.became in ("", row.layer) or row.layer in ("Use", "Shared") else f"{row.layer} → {row.became}"
    )
    expected = _("unknown") if row.inferred is None else shape(row.inferred)
    known = _("The live model took another size than the declared input gives.") if row.differs else ""
    return (
        tinted(row.name, tint),
        cell(layer),
        cell(row.dtype),
        cell(f"{_MARKS[row.state]} {word}", row.state, why),
        cell(row.live_text, "" if row.live is not None else "waits"),
        cell(expected, "differs" if row.differs else "", known),
        _count(row),
    )


def _count(row: Row) -> str:
    if row.owner:
        return cell(_("as {name}").format(name=row.owner), "quiet", _("The same tensor, which counts once."))
    if row.count is None:
        return cell(_("unknown"))
    return cell(f"{row.count:,}", "exact", humanize(row.count)) if row.count >= 1000 else cell(str(row.count))


def show_log(resolved: Sequence[ResolvedReport]) -> None:
    """One row for each lazy layer of the live model that has sizes, in the order in which they were taken."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"##### {_('How the lazy layers got their sizes')}", width="content")
        st.space("stretch")
        if resolved:
            _download(_("Log (.json)"), json.dumps([asdict(each) for each in resolved]), "log.json", "application/json")
    if not resolved:
        st.caption(_("No lazy layer of the live model has taken its sizes."))
        return
    names = [_("Layer"), _("Became"), _("Inferred"), _("From the input"), _("Parameters and buffers")]
    st.html(table(_("How the lazy layers got their sizes"), names, map(_log_cells, resolved)))
    st.caption(
        plural("{number} layer, in the order of the run.", "{number} layers, in the order of the run.", len(resolved))
    )


def _log_cells(row: ResolvedReport) -> Sequence[str]:
    came = describe(row.input)
    return (
        cell(row.path),
        cell(f"{row.kind} → {row.became}"),
        cell(", ".join(f"{name}={size}" for name, size in row.inferred)),
        cell(_("{shape} from {node}").format(shape=came, node=row.origin) if row.origin else came),
        cell(", ".join(f"{name} {shape(sizes)}" for name, sizes in row.tensors)),
    )


def _download(label: str, content: str, file: str, mime: str) -> None:
    st.download_button(
        label, content, file, mime, key=f"download:{file}", type="tertiary", icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip
