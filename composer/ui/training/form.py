"""How a run is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import streamlit as st

from composer.catalog.optimizers import OPTIMIZERS
from composer.catalog.schedules import SCHEDULES
from composer.data_reports import Offered
from composer.errors import ComposerError
from composer.training.config import Augmentation, Precision, TrainConfig, config_of
from composer.training.losses import fitting
from composer.ui import state
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.training.data import data_key, own_files

_KEY = "train"


def form(document: Document, sets: Sequence[Offered]) -> TrainConfig | str:
    """The configuration that is chosen, or why there is none."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="train_form"):
        data, task, images = _data(document, sets)
        chosen = _main(task)
    with (
        st.expander(_("More"), key=f"{_KEY}:more"),
        st.container(horizontal=True, vertical_alignment="bottom", key="train_more"),
    ):
        chosen |= _more(images)
    try:
        return config_of({"format": "block-composer-training", "version": 1, "data": data, **chosen})
    except ComposerError as error:
        return str(error)


def _data(document: Document, sets: Sequence[Offered]) -> tuple[str, Any, bool]:
    """What is trained on: one of the sets, or a file of the workspace."""
    named = {each.name: each for each in sets}
    files = state.documents().workspace.data
    own = {str(files.path(each.name)): each.name for each in own_files()}
    usual = "digits" if len(document.design.inputs[0].shape) == 4 else next(iter(named))
    names = [*named, *own]
    name = st.selectbox(
        _("Data"), names, names.index(usual), key=data_key(document), width=220,
        format_func=lambda each: named[each].title if each in named else own[each],
        help=_("Bundled sets, and files that were brought below."),
    )  # fmt: skip
    found = named.get(name)
    return name, found.task if found else "classes", bool(found and found.images)


def _main(task: Any) -> dict[str, Any]:
    loss = st.selectbox(_("Loss"), fitting(task), key=f"{_KEY}:loss:{task}", width=200)
    optimizer = st.selectbox(
        _("Optimizer"), list(OPTIMIZERS), list(OPTIMIZERS).index("AdamW"), key=f"{_KEY}:optimizer", width=140
    )
    rate = st.number_input(_("Learning rate"), 0.0, 1000.0, 0.005, step=0.001, format="%g", key=f"{_KEY}:lr", width=130)
    batch = st.number_input(_("Batch"), 1, 2**20, 64, key=f"{_KEY}:batch", width=110)
    epochs = st.number_input(_("Epochs"), 1, 10**6, 25, key=f"{_KEY}:epochs", width=110)
    return {
        "loss": {"kind": loss}, "optimizer": {"kind": optimizer, "options": {"lr": rate}}, "batch_size": batch,
        "epochs": epochs,
    }  # fmt: skip


def _more(images: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"seed": st.number_input(_("Seed"), 0, 2**31, 0, key=f"{_KEY}:seed", width=110)}
    schedule = st.selectbox(
        _("Schedule"),
        ["", *_plain_schedules()],
        key=f"{_KEY}:schedule",
        width=200,
        format_func=lambda each: each or _("none"),
    )
    if schedule:
        found["schedule"] = {"kind": schedule, "options": _plain_schedules()[schedule]}
    clip = st.number_input(
        _("Clip gradients at"),
        0.0,
        1e6,
        0.0,
        key=f"{_KEY}:clip",
        width=140,
        help=_("The largest norm of all together; 0 for no clipping."),
    )
    found |= {"clip": clip} if clip else {}
    precision = st.selectbox(_("Precision"), get_args(Precision), key=f"{_KEY}:precision", width=130)
    found["precision"] = precision
    if images:
        found["augment"] = st.multiselect(_("Augment"), get_args(Augmentation), key=f"{_KEY}:augment", width=170)
    every = st.number_input(
        _("Checkpoint every"), 0, 10**9, 0, key=f"{_KEY}:every", width=150, help=_("Steps; 0 for once an epoch.")
    )
    found |= {"checkpoint_every": every} if every else {}
    return found


def _plain_schedules() -> Mapping[str, dict[str, Any]]:
    """Schedules that a run can have without further questions, with the options they cannot be without."""
    given: dict[str, dict[str, Any]] = {
        "StepLR": {"step_size": 10},
        "ExponentialLR": {"gamma": 0.95},
        "CosineAnnealingLR": {"T_max": 20},
    }
    free: dict[str, dict[str, Any]] = {
        kind: {} for kind, spec in SCHEDULES.items() if not any(option.required for option in spec.options)
    }
    return given | free
