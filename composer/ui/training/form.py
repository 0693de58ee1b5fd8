"""How a run is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import streamlit as st

from composer.catalog import LOSSES
from composer.catalog.optimizers import OPTIMIZERS
from composer.catalog.schedules import ON_LOSS, ONE_CYCLE, SCHEDULES
from composer.data_reports import Offered
from composer.errors import ComposerError
from composer.reports import ShapesReport
from composer.training.config import Augmentation, Precision, TrainConfig, config_of
from composer.ui import state
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.training.choosing import Chosen, choose, explain
from composer.ui.training.options import option_fields
from composer.ui.values import FieldError

BATCH = "train:batch"
_KEY = "train"
_RATES = {"Adam": 0.005, "AdamW": 0.005}
_BY_STEP = ("CyclicLR", ONE_CYCLE)


def form(document: Document, report: ShapesReport, offered: Sequence[Offered]) -> TrainConfig | str:
    """The configuration that is chosen, or why there is none ("": that is told already)."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="train_form"):
        chosen = choose(document, report, offered)
        asked = _main(chosen)
    explain(document, chosen)
    with st.expander(_("More options"), key=f"{_KEY}:more"):
        try:
            asked |= _more(chosen, asked)
        except FieldError:
            return ""
    if not chosen.fits:
        return "" if chosen.suited else _("Looking at what is to be learned from the data.")
    try:
        return config_of({"format": "block-composer-training", "version": 1, "data": chosen.data, **asked})
    except ComposerError as error:
        return str(error)


def _main(chosen: Chosen) -> dict[str, Any]:
    suited = chosen.suited
    losses = suited.losses if suited else ()
    loss = st.selectbox(
        _("Loss"), losses, key=f"{_KEY}:loss:{suited.task}:{losses[0]}" if suited else f"{_KEY}:loss", width=200,
        disabled=not losses, placeholder=_("waits for the data"),
        help=_("Those that can compare the design's output with what is to be learned."),
    )  # fmt: skip
    optimizer = st.selectbox(
        _("Optimizer"), list(OPTIMIZERS), list(OPTIMIZERS).index("AdamW"), key=f"{_KEY}:optimizer", width=140
    )
    usual = _RATES.get(optimizer, OPTIMIZERS[optimizer].by_name["lr"].default)
    rate = st.number_input(
        _("Learning rate"), 0.0, 1000.0, usual, step=0.001, format="%g", key=f"{_KEY}:lr:{optimizer}", width=130
    )
    state.first(BATCH, 64)
    batch = st.number_input(_("Batch"), 1, 2**20, key=BATCH, width=110)
    epochs = st.number_input(_("Epochs"), 1, 10**6, 25, key=f"{_KEY}:epochs", width=110)
    return {
        "loss": {"kind": loss}, "optimizer": {"kind": optimizer, "options": {"lr": rate}}, "batch_size": batch,
        "epochs": epochs,
    }  # fmt: skip


def _more(chosen: Chosen, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is seldom needed: of the run, and of the parts that are chosen.

    Raises:
        FieldError: where a field has no value.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", key="train_more"):
        found = _of_the_run(chosen)
        schedule = st.selectbox(
            _("Schedule"), ["", *SCHEDULES], key=f"{_KEY}:schedule", width=200,
            format_func=lambda each: each or _("none"), help=_("How the learning rate changes while it trains."),
        )  # fmt: skip
        every = _every(schedule) if schedule else "epoch"
    optimizer, loss = asked["optimizer"], asked["loss"]["kind"]
    st.caption(_("Options of {kind}").format(kind=optimizer["kind"]))
    own = option_fields(OPTIMIZERS[optimizer["kind"]], f"{_KEY}:optimizer", without="lr")
    found["optimizer"] = {"kind": optimizer["kind"], "options": {**optimizer["options"], **own}}
    if schedule:
        st.caption(_("Options of {kind}").format(kind=schedule))
        suggested = _suggested(optimizer["options"]["lr"], asked["epochs"])
        options = option_fields(SCHEDULES[schedule], f"{_KEY}:schedule", suggested)
        found["schedule"] = {"kind": schedule, "options": options, "every": every}
    if loss:
        st.caption(_("Options of {kind}").format(kind=loss))
        found["loss"] = {"kind": loss, "options": option_fields(LOSSES[loss], f"{_KEY}:loss")}
    return found


def _of_the_run(chosen: Chosen) -> dict[str, Any]:
    found: dict[str, Any] = {"seed": st.number_input(_("Seed"), 0, 2**31, 0, key=f"{_KEY}:seed", width=110)}
    help = _("The largest norm of all together; 0 for no clipping.")
    clip = st.number_input(_("Clip gradients at"), 0.0, 1e6, 0.0, key=f"{_KEY}:clip", width=140, help=help)
    found |= {"clip": clip} if clip else {}
    found["precision"] = st.selectbox(_("Precision"), get_args(Precision), key=f"{_KEY}:precision", width=130)
    if chosen.suited and chosen.suited.images:
        found["augment"] = st.multiselect(_("Augment"), get_args(Augmentation), key=f"{_KEY}:augment", width=170)
    help = _("Steps; 0 for once an epoch.")
    every = st.number_input(_("Checkpoint every"), 0, 10**9, 0, key=f"{_KEY}:every", width=150, help=help)
    return found | ({"checkpoint_every": every} if every else {})


def _every(schedule: str) -> str:
    """After what the schedule moves on; the one that looks at the loss on the test data has no choice."""
    if schedule == ON_LOSS:
        return "epoch"
    names = {"epoch": _("each epoch"), "step": _("each step")}
    usual = "step" if schedule in _BY_STEP else "epoch"
    return st.selectbox(
        _("It moves on"), list(names), list(names).index(usual), format_func=names.__getitem__,
        key=f"{_KEY}:every:{schedule}", width=140,
    )  # fmt: skip


def _suggested(rate: float, epochs: int) -> dict[str, Any]:
    """Values to begin with for what a schedule cannot be without."""
    return {
        "step_size": max(1, epochs // 3),
        "milestones": (epochs // 2, max(epochs * 3 // 4, epochs // 2 + 1)),
        "gamma": 0.95,
        "T_max": epochs,
        "T_0": max(1, epochs // 4),
        "base_lr": rate / 10,
        "max_lr": rate,
    }
