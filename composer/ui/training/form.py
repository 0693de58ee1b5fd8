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
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.training.beginning import Beginning, beginning
from composer.ui.training.choosing import Chosen, choose, explain
from composer.ui.training.options import option_fields
from composer.ui.values import FieldError

BATCH = "train:batch"
_KEY = "train"
_BY_STEP = ("CyclicLR", ONE_CYCLE)


def form(document: Document, report: ShapesReport, offered: Sequence[Offered]) -> TrainConfig | str:
    """The configuration that is chosen, or why there is none ("": that is told already)."""
    begin = beginning(document, report)
    with st.container(horizontal=True, vertical_alignment="bottom", key="train_form"):
        chosen = choose(document, report, offered, begin.config)
        asked = _main(chosen, begin)
    explain(document, chosen)
    with st.expander(_("More options"), key=f"{_KEY}:more"):
        try:
            asked |= _more(chosen, asked, begin)
        except FieldError:
            return ""
    if not chosen.fits:
        return _("Looking at what is to be learned from the data.") if chosen.waits else ""
    skip, target = chosen.options.skip, chosen.options.target
    options = ({"skip": list(skip)} if skip else {}) | ({"target": target} if target else {})
    data = {"data": chosen.data, "data_options": options}
    try:
        return config_of({"format": "block-composer-training", "version": 1, **data, **asked})
    except ComposerError as error:
        return str(error)


def _main(chosen: Chosen, begin: Beginning) -> dict[str, Any]:
    last = begin.config
    loss = _loss(chosen, last.loss.kind, begin)
    optimizer = st.selectbox(
        _("Optimizer"), list(OPTIMIZERS), key=begin.key("optimizer", last.optimizer.kind), width=140
    )
    key = begin.key(f"lr:{optimizer}", begin.rate(optimizer))
    rate = st.number_input(_("Learning rate"), 0.0, step=0.001, format="%g", key=key, width=130)
    batch = st.number_input(_("Batch"), 1, 2**31, key=begin.key("batch", last.batch_size), width=110)
    epochs = st.number_input(_("Epochs"), 1, 10**6, key=begin.key("epochs", last.epochs), width=110)
    return {
        "loss": {"kind": loss}, "optimizer": {"kind": optimizer, "options": {"lr": rate}}, "batch_size": batch,
        "epochs": epochs,
    }  # fmt: skip


def _loss(chosen: Chosen, last: str, begin: Beginning) -> str | None:
    losses = chosen.suited.losses if chosen.suited else ()
    key = f"{_KEY}:loss"
    if chosen.suited and losses:
        usual = last if last in losses else losses[0]
        key = begin.key(f"loss:{chosen.suited.task}:{losses[0]}", usual, losses)
    return st.selectbox(
        _("Loss"), losses, key=key, width=200, disabled=not losses,
        placeholder=_("waits for the data") if chosen.waits else _("needs other data"),
        help=_("Those that can compare the design's output with what is to be learned."),
    )  # fmt: skip


def _more(chosen: Chosen, asked: Mapping[str, Any], begin: Beginning) -> dict[str, Any]:
    """What is seldom needed: of the run, and of the parts that are chosen.

    Raises:
        FieldError: where a field has no value.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", key="train_more"):
        found = _of_the_run(chosen, begin)
        last = begin.config.schedule
        schedule = st.selectbox(
            _("Schedule"), ["", *SCHEDULES], key=begin.key("schedule", last.kind if last else ""), width=200,
            format_func=lambda each: each or _("none"), help=_("How the learning rate changes while it trains."),
        )  # fmt: skip
        every = _every(schedule, begin) if schedule else "epoch"
    optimizer, loss = asked["optimizer"], asked["loss"]["kind"]
    st.caption(_("Options of {kind}").format(kind=optimizer["kind"]))
    own = option_fields(OPTIMIZERS[optimizer["kind"]], "optimizer", begin, begin.config.optimizer, without="lr")
    found["optimizer"] = {"kind": optimizer["kind"], "options": {**optimizer["options"], **own}}
    if schedule:
        st.caption(_("Options of {kind}").format(kind=schedule))
        suggested = _suggested(optimizer["options"]["lr"], asked["epochs"])
        options = option_fields(SCHEDULES[schedule], "schedule", begin, last, suggested)
        found["schedule"] = {"kind": schedule, "options": options, "every": every}
    if loss:
        st.caption(_("Options of {kind}").format(kind=loss))
        found["loss"] = {"kind": loss, "options": option_fields(LOSSES[loss], "loss", begin, begin.config.loss)}
    return found


def _of_the_run(chosen: Chosen, begin: Beginning) -> dict[str, Any]:
    last = begin.config
    found: dict[str, Any] = {"seed": st.number_input(_("Seed"), 0, 2**31, key=begin.key("seed", last.seed), width=110)}
    help = _("The largest norm of all together; 0 for no clipping.")
    key = begin.key("clip", last.clip or 0.0)
    clip = st.number_input(_("Clip gradients at"), 0.0, key=key, width=140, help=help)
    found |= {"clip": clip} if clip else {}
    key = begin.key("precision", last.precision)
    found["precision"] = st.selectbox(_("Precision"), get_args(Precision), key=key, width=130)
    if chosen.suited and chosen.suited.images:
        key = begin.key("augment", list(last.augment))
        found["augment"] = st.multiselect(_("Augment"), get_args(Augmentation), key=key, width=170)
    help = _("Steps; 0 for once an epoch.")
    key = begin.key("every", last.checkpoint_every or 0)
    every = st.number_input(_("Checkpoint every"), 0, 10**9, key=key, width=150, help=help)
    return found | ({"checkpoint_every": every} if every else {})


def _every(schedule: str, begin: Beginning) -> str:
    """After what the schedule moves on; the one that looks at the loss on the test data has no choice."""
    if schedule == ON_LOSS:
        return "epoch"
    names, last = {"epoch": _("each epoch"), "step": _("each step")}, begin.config.schedule
    usual = "step" if schedule in _BY_STEP else "epoch"
    key = begin.key(f"every:{schedule}", last.every if last and last.kind == schedule else usual)
    return st.selectbox(_("It moves on"), list(names), format_func=names.__getitem__, key=key, width=140)


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
