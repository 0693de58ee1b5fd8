"""What a look at gradients found: a summary, charts, and tables by parameter, by use and by layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from composer.reports import TensorType
from composer.signals import STEP, Flag, GradientsReport, LayerSignal, ParameterSignal, UseReport, norm_of
from composer.ui import state
from composer.ui.document import Document
from composer.ui.flags import meanings, names, show_flags
from composer.ui.language import _, plural
from composer.ui.messages import escape
from composer.ui.results import duration
from composer.ui.tables import cell, table, tinted
from composer.ui.weights import asking
from composer.views import signal_files, signals
from composer.views.signals import Figure, number
from composer.views.tints import parameter_tints

RATE = 0.1
_SHOWN = 500  # rows
_VALUES = 8
_FEW_RIDGES = 14  # that leave room below them


def show_report(document: Document, report: GradientsReport, initial: bool) -> None:
    """All that was found. `initial`: the weights were those that the design begins with."""
    _summary(report, initial)
    if report.before is not None:
        _stepped(document, report)
    show_flags(report)
    if report.layers:
        _heading(_("Signal by depth"), "layers", lambda: signal_files.layers_csv(report))
        _chart("signal", signals.signal_figure(report))
    shared = [each for each in report.parameters if each.uses]
    if shared:
        _heading(_("Shared parameters: what each use adds"), "uses", lambda: signal_files.uses_csv(report))
        for row in shared:
            _uses(row)
    if report.parameters:
        _parameters(document, report)
    if report.layers:
        st.markdown(f"##### {_('Layers')}")
        head = [_("Layer"), _("Kind"), _("Output"), _("Mean"), _("Std"), _("Zeros"), _("Dead units"), _("Saturated"),
                _("Gradient norm")]  # fmt: skip
        _table(_("Layers"), head, [(_layer(each), each.flags) for each in report.layers[:_SHOWN]], first=3)
        _more(len(report.layers))


def _summary(report: GradientsReport, initial: bool) -> None:
    loss = _("Loss **{value}**").format(value=escape(number(report.value)))
    norm = _("Norm of all gradients **{value}**").format(value=escape(number(report.norm)))
    with st.container(horizontal=True, vertical_alignment="center", key="totals"):
        st.markdown(loss, width="content", help=repr(report.value))
        st.markdown(norm, width="content", help=repr(report.norm))
        st.space("stretch")
        _download(_("All of it (.json)"), lambda: signal_files.report_json(report), "gradients.json")
    text = escape(f"{asked(report)} · {duration(report.seconds)}")
    if initial:
        text += f" · **{_('The weights are initial values.')}**"
    st.caption(text)


def _stepped(document: Document, report: GradientsReport) -> None:
    """What a step did to the loss, and the way back."""
    with st.container(horizontal=True, vertical_alignment="center", key="stepped"):
        text = _("{optimizer}: the loss went from {before} to {after}.")
        sides = {
            "optimizer": escape(report.optimizer),
            "before": escape(number(report.before)),
            "after": escape(number(report.value)),
        }
        st.markdown(f":material/skip_next: {text.format(**sides)}", width="content")
        st.button(
            _("Take it back"), icon=":material/undo:", type="tertiary", key="take_step_back", on_click=_take_back,
            args=(document,),
        )  # fmt: skip


def _take_back(document: Document) -> None:
    known = asking.look(document).of(document.text)
    if not known or not known.undo.startswith(STEP):
        state.notify(_("The values have changed since: the Parameters page has the way back."))
        return
    why = asking.undo(document)
    document.gradients = None
    state.notify(why or _("The step was taken back."))


def asked(report: GradientsReport) -> str:
    """What a look was of: the mode, the batch, the loss and its target."""
    mode = _("train mode") if report.training else _("eval mode")
    samples = plural("{number} sample", "{number} samples", report.samples)
    target = _("compared with {target}").format(target=_(report.target)) if report.target != "nothing" else ""
    parts = [mode, samples, report.data, report.loss, target]
    return " · ".join(each for each in parts if each)


def _parameters(document: Document, report: GradientsReport) -> None:
    _heading(_("Gradients by parameter"), "parameters", lambda: signal_files.parameters_csv(report))
    rate = float(state.kept("grad:rate", RATE))
    head = [_("Parameter"), _("Shape"), _("Gradient norm"), _("Mean"), _("Std"), _("Range"), _("Zeros"),
            _("Weight norm"), _("Update / weight")]  # fmt: skip
    tints = parameter_tints(document.design, {name: each.name for each in report.parameters for name in each.names})
    rows = [(_parameter(each, rate, tints.get(each.name)), each.flags) for each in report.parameters[:_SHOWN]]
    _table(_("Gradients by parameter"), head, rows, first=2)
    _more(len(report.parameters))
    there = [each for each in report.parameters if each.gradient]
    if not there:
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"###### {_('Norm of the gradient by depth')}")
        _chart("depth", signals.depth_figure(report))
    with right:
        st.markdown(f"###### {_('How large the entries of each gradient are')}")
        _chart("ridges", signals.ridge_figure(report))
        drawn = len(signals.ridges(report))
        if drawn < len(there):
            st.caption(_("{drawn} of {all} parameters, weights first").format(drawn=drawn, all=len(there)))
    with right if drawn <= _FEW_RIDGES else left:
        _histogram(document.id, there)


def _histogram(id: str, rows: Sequence[ParameterSignal]) -> None:
    by_name = {each.name: each for each in rows}
    name = st.selectbox(_("Histogram of the gradient of"), list(by_name), key=f"grad:{id}:histogram")
    if name in by_name:
        _chart("histogram", signals.histogram_figure(by_name[name]))


def _table(label: str, head: list[str], rows: Sequence[tuple[Sequence[str], Sequence[Flag]]], first: int) -> None:
    """A table with numbers from the column `first` on; where anything is flagged, with flags beside the name."""
    if not any(flags for _cells, flags in rows):
        st.html(table(label, head, [cells for cells, _flags in rows], numbers=range(first, len(head))))
        return
    flagged = [(cells[0], cell(names(flags), "differs", meanings(flags)) if flags else "", *cells[1:])
               for cells, flags in rows]  # fmt: skip
    head = [head[0], _("Flags"), *head[1:]]
    st.html(table(label, head, flagged, numbers=range(first + 1, len(head))))


def _more(total: int) -> None:
    if total > _SHOWN:
        st.caption(_("and {number:,} more, which the file has").format(number=total - _SHOWN))


def _parameter(row: ParameterSignal, rate: float, tint: int | None) -> Sequence[str]:
    others = _("The same as {names}").format(names=", ".join(row.names[1:])) if len(row.names) > 1 else ""
    name = tinted(row.name, tint, others)
    shape = cell(str(TensorType(row.shape)))
    found = row.gradient
    if found is None:
        words = {
            "frozen": (_("no gradient: frozen"), _("requires_grad is off.")),
            "unused": (_("no gradient: unused"), _("The loss does not depend on it in this run.")),
        }
        text, why = words[row.standing]
        return name, shape, cell(text, "quiet", why), "", "", "", "", _exact(norm_of(row.weight)), ""
    span = f"{number(found.low)} … {number(found.high)}"
    return (
        name,
        shape,
        _exact(norm_of(found)),
        _exact(found.mean),
        _exact(found.std),
        cell(span, "", f"{found.low!r} … {found.high!r}"),
        cell(f"{found.zeros / found.count:.1%}" if found.count else "", "", f"{found.zeros:,} of {found.count:,}"),
        _exact(norm_of(row.weight)),
        _exact(row.ratio(rate), _("The weight is 0")),
    )


def _layer(row: LayerSignal) -> Sequence[str]:
    gradient = _("none comes here") if row.gradient is None else ""
    return (
        cell(row.path or _("the model")),
        cell(row.kind),
        cell(str(TensorType(row.shape))),
        _exact(row.mean),
        _exact(row.std),
        cell(f"{row.zeros:.1%}", "", repr(row.zeros)),
        "" if row.dead is None or not row.units else cell(f"{row.dead:,} / {row.units:,}"),
        "" if row.saturated is None else cell(f"{row.saturated:.1%}", "", repr(row.saturated)),
        cell(gradient, "quiet") if gradient else _exact(row.gradient),
    )


def _uses(row: ParameterSignal) -> None:
    """Each use and the sum: the parameter's gradient."""
    assert row.gradient
    head = [_("Use"), _("Norm"), _("Share of the sum"), _("First entries of the gradient")]
    rows = [_use(each) for each in row.uses]
    sum_name = _("sum = {name}.grad").format(name=row.name)
    rows.append((cell(sum_name, "total"), _exact(norm_of(row.gradient)), cell("100%"), _entries(row.values)))
    st.html(table(_("Uses of {name}").format(name=row.name), head, rows, numbers=(1, 2)))
    if row.gap:
        text = _("The uses add up to the gradient, up to rounding: no entry differs by more than {gap}.")
        st.caption(text.format(gap=escape(number(row.gap))))


def _use(use: UseReport) -> Sequence[str]:
    share = cell("?") if use.share is None else cell(f"{use.share:.1%}", "", _of_share())
    return cell(use.name or _("elsewhere, outside of a layer's call")), _exact(use.norm), share, _entries(use.values)


def _of_share() -> str:
    return _("The part of the sum along the sum's own direction; negative where the use pulls the other way.")


def _entries(values: Sequence[float]) -> str:
    shown = ", ".join(number(each) for each in values[:_VALUES])
    return cell(shown + (", …" if len(values) > _VALUES else ""), "", " ".join(map(repr, values)))


def _exact(value: float | None, why_not: str = "") -> str:
    return cell("?", "quiet", why_not) if value is None else cell(number(value), "", repr(value))


def _heading(title: str, what: str, make: Callable[[], str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"heading_{what}"):
        st.markdown(f"##### {title}", width="content")
        st.space("stretch")
        _download(_("Table (.csv)"), make, f"{what}.csv")


def _download(label: str, make: Callable[[], str], file: str) -> None:
    mime = "text/csv" if file.endswith(".csv") else "application/json"
    st.download_button(
        label, make, file, mime, key=f"download:{file}", type="tertiary", icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip


def _chart(key: str, figure: Figure) -> None:
    st.plotly_chart(figure, key=f"chart:{key}", config={"displaylogo": False, "scrollZoom": False})
