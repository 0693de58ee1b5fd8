"""A run while it goes on, whoever writes it: curves, gradients, parameters, predictions; and others beside it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from composer.errors import ComposerError
from composer.training.layout import METRICS
from composer.training_reports import EpochRow, Image, Row, StepRow
from composer.ui import state, tables
from composer.ui.language import _
from composer.ui.messages import show_error
from composer.ui.training.listing import measures
from composer.ui.training.twins import show_twins
from composer.views import training as views
from composer.views.images import data_url
from composer.views.numbers import humanize
from composer.workspace import Following, RunEntry
from composer.workspace.runs import images

_CHART = {"displaylogo": False, "scrollZoom": False}


def rows_of(path: Path) -> Sequence[Row]:
    """What a run has written until now."""
    follower: Following = state.first(f"train:follow:{path}", Following(path / METRICS))
    try:
        follower.read()
    except ComposerError as error:
        show_error(error, "follow_failure")
    return follower.rows


def show_run(entry: RunEntry, others: Sequence[RunEntry]) -> None:
    """All that is known of a run; the curves of `others` beside its own."""
    rows = rows_of(entry.path)
    runs = [(entry.name, rows), *((each.name, rows_of(each.path)) for each in others)]
    metric = measures()[views.measure(rows)]
    if not any(views.steps(rows)):
        st.caption(_("No step was taken yet."))
        return
    _standing(entry, rows, metric)
    left, right = st.columns(2, gap="medium")
    with left:
        st.plotly_chart(views.curves(runs, "loss", _("loss"), logarithmic=True), key="train_loss", config=_CHART)
    with right:
        st.plotly_chart(views.curves(runs, "metric", metric), key="train_metric", config=_CHART)
    show_twins(runs)
    _samples(entry.path, rows)
    with st.expander(_("Learning rate, throughput, gradients"), key="train:rates", on_change="rerun") as part:
        if part.open:
            for what, title in (
                ("lr", _("learning rate")),
                ("throughput", _("samples/s")),
                ("gradient", _("‖gradient‖")),
            ):
                st.plotly_chart(views.curves(runs, what, title), key=f"train_{what}", config=_CHART)
    with st.expander(_("Parameters over time"), key="train:parameters", on_change="rerun") as part:
        if part.open:
            _parameters(rows)


def _standing(entry: RunEntry, rows: Sequence[Row], metric: str) -> None:
    """How far it is: its last step, or the first one that was not finite."""
    taken = list(views.steps(rows))
    last = next((row for row in taken if row.loss is None), taken[-1])
    tested = next((row for row in reversed(rows) if isinstance(row, EpochRow)), None)
    parts = [
        _far(entry, rows, last),
        _("loss {loss:.4g}").format(loss=last.loss) if last.loss is not None else _("loss is not finite"),
        _("{rate} samples/s").format(rate=humanize(round(last.throughput))),
        _("{seconds:,.0f} s trained").format(seconds=last.seconds),
    ]
    if tested is not None and tested.metric is not None:
        parts.append(_("**test {metric} {value:.4g}**").format(metric=metric, value=tested.metric))
    st.markdown(" · ".join(parts))


def _far(entry: RunEntry, rows: Sequence[Row], last: StepRow) -> str:
    """Step and epoch, of how many; epochs count from one."""
    steps = views.planned(rows)
    text = (_("step {step:,} of {steps:,}") if steps else _("step {step:,}")).format(step=last.step, steps=steps)
    epochs = entry.config.epochs if entry.config and not entry.config.steps else None
    of = _("epoch {epoch:,} of {epochs:,}") if epochs else _("epoch {epoch:,}")
    return f"{text}, {of.format(epoch=last.epoch + 1, epochs=epochs)}"


def _samples(path: Path, rows: Sequence[Row]) -> None:
    """Predictions of the first samples of the test data, with their images."""
    found = views.samples(rows)
    if found is None:
        return
    shown: Sequence[Image | None] = images(path) or [None] * len(found.predictions)
    cards = []
    for image, each in zip(shown, found.predictions, strict=False):
        picture = f'<img src="{data_url(image.shape, image.pixels)}" alt="">' if image else ""
        share, right = "", ""
        if each.confidence is not None:
            share, right = f" {each.confidence:.0%}", "right" if each.predicted == each.target else "wrong"
        said = _("is {target}, said {predicted}").format(target=each.target, predicted=each.predicted)
        cards.append(f'<figure class="{right}">{picture}<figcaption>{html.escape(said)}{share}</figcaption></figure>')
    st.html(f'<div class="predictions" role="group" aria-label="{_("Predictions")}">{"".join(cards)}</div>')


def _parameters(rows: Sequence[Row]) -> None:
    last = views.latest(rows)
    if last is None:
        st.caption(_("Nothing was looked at yet."))
        return
    head = [_("parameter"), _("is one with"), _("mean"), _("std"), _("norm"), _("‖gradient‖")]
    cells = [
        [tables.cell(each.name), tables.cell(each.owner or "—"), *(tables.cell(_number(value)) for value in
         (each.mean, each.std, each.norm, each.gradient))]
        for each in last.parameters
    ]  # fmt: skip
    st.html(tables.table(_("Parameters"), head, cells, numbers=(2, 3, 4, 5)))
    names = [each.name for each in last.parameters]
    chosen = st.multiselect(_("Over time"), names, names[:2], max_selections=8, key="train:names")
    for what, title in (("norm", _("norm")), ("gradient", _("‖gradient‖"))):
        st.plotly_chart(views.over_time(rows, chosen, what, title), key=f"train_of:{what}", config=_CHART)
    for name in chosen[:2]:
        figure = views.histograms(rows, name)
        if figure:
            st.plotly_chart(figure, key=f"train_heat:{name}", config=_CHART)


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.4g}"
