"""The same run without the app, here or on many machines: the commands, and all files that they name."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from composer.design.names import class_name
from composer.training.commands import Distribution, command, shell
from composer.training.config import TrainConfig, dumps
from composer.ui import models
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.training import asking


def commands(document: Document, config: TrainConfig, processes: int, how: Distribution) -> None:
    """What to type, and what to have in the folder where it is typed."""
    with st.expander(_("On the command line, or on many machines"), key="train:commands"):
        name = class_name(document.design.name)
        design, training, weights = f"{name}.json", f"{name}-training.json", f"{name}-weights.safetensors"
        changed = models.changed(document.id)
        st.caption(_("In the folder with these files:"))
        with st.container(horizontal=True, gap="small", key="train_files"):
            text = document.text
            _download(design, text, "application/json", _("The design."))
            _download(training, dumps(config), "application/json", _("The configuration: what this form says."))
            if changed:
                help = _("The live model's values as they are now, from which a run of this page begins.")
                _download(weights, partial(asking.weights_file, document), "application/octet-stream", help)
        if Path(config.data).is_absolute():
            st.caption(_("The configuration names the data {path}.").format(path=escape(config.data)))
        files = (design, training, f"runs/{name}")
        given = weights if changed else ""
        here = command(*files, processes, distribution=how, weights=given)
        there = command(*files, 8, nodes=2, distribution=how or "fsdp", weights=given)
        for each in (here, there):
            st.code(shell(each), language="sh", wrap_lines=True)


def start_values(document: Document) -> None:
    """What a run begins with, where that are not the initial values."""
    if models.changed(document.id):
        st.caption(_("Starts from the live model's values as they are now."), width="content")


def _download(file: str, data: Any, mime: str, help: str) -> None:
    st.download_button(
        escape(file), data, file, mime, key=f"train:file:{file}", icon=":material/download:",
        type="tertiary", on_click="ignore", help=help,
    )  # fmt: skip
