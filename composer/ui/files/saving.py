"""Saving the live model's state dict as a checkpoint of the workspace, to be downloaded from there."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import get_args

import streamlit as st

from composer.checkpoint_reports import Dtype, Format, SavedReport
from composer.errors import ComposerError
from composer.tensor_reports import HeldTensor
from composer.ui import state, tasks
from composer.ui.document import Document
from composer.ui.going_on import outcome
from composer.ui.language import _, plural
from composer.ui.messages import escape
from composer.ui.weights import asking
from composer.views.numbers import size

SAVING = "saving"


def saving(document: Document, rows: Sequence[HeldTensor]) -> None:
    """The form, and what came of it. `rows` are what the live model holds."""
    key = f"files:save:{document.id}"
    with st.container(horizontal=True, vertical_alignment="bottom", key="save_form"):
        name = st.text_input(_("Name"), document.id, key=f"{key}:name", max_chars=60, width=180)
        ending = st.segmented_control(
            _("Format"), get_args(Format), default="safetensors", required=True, key=f"{key}:format",
            format_func=lambda each: f".{each}",
            help=_(".safetensors holds tensors and nothing that could run; .pt is what torch.save writes."),
        )  # fmt: skip
        dtype = st.selectbox(
            _("Values as"), ("", *get_args(Dtype)), key=f"{key}:dtype", width=150,
            format_func=lambda each: each or _("as they are"),
            help=_("What floating-point values are written as. Others, such as counters, stay what they are."),
        )  # fmt: skip
        pattern = st.text_input(
            _("Only"), key=f"{key}:only", placeholder="encoder, *.weight", max_chars=200, width=180,
            help=_("A block's path, or a pattern of names with *; empty saves everything."),
        )  # fmt: skip
        buffers = st.checkbox(
            _("Buffers"), True, key=f"{key}:buffers", help=_("Running means and other saved buffers.")
        )
        optimizer = _optimizer(document, key, ending, bool(pattern.strip()))
        chosen = chosen_names(rows, pattern)
        names = chosen if pattern.strip() else None
        st.button(
            _("Save"), icon=":material/save:", type="primary", key="save_state",
            disabled=not chosen or not name.strip(),
            help=_("Writes the state dict to the workspace. The model stays as it is."),
            on_click=_save, args=(document, _file(name, ending), ending, names, dtype or None, buffers, optimizer),
        )  # fmt: skip
    if not chosen:
        st.caption(f":orange[{_('Nothing of the model is called that.')}]")
    elif pattern.strip():
        st.caption(
            _("{some} of {all} tensors").format(some=len(chosen), all=len([each for each in rows if each.tensor.saved]))
        )
    done = outcome(document, SAVING)
    if done:
        _show(done.result, str(done.about))


def _optimizer(document: Document, key: str, ending: str, some: bool) -> bool:
    """Whether what the optimizer keeps is saved too; asked where there is one."""
    known = asking.weights_of(document).of(document.text)
    if not known or not known.optimizer:
        return False
    why_not = _("That takes a .pt file with all of the model.") if ending != "pt" or some else ""
    text = _("What {optimizer} keeps, so that training can go on as if it had not been interrupted.")
    wanted = st.checkbox(
        _("Optimizer"), key=f"{key}:optimizer", disabled=bool(why_not),
        help=f"{text.format(optimizer=escape(known.optimizer))} {why_not}",
    )  # fmt: skip
    return wanted and not why_not


def chosen_names(rows: Sequence[HeldTensor], pattern: str) -> list[str]:
    """The saved names that a block's path or a pattern means; all for none."""
    names = [row.name for row in rows if row.tensor.saved]
    text = pattern.strip()
    if not text:
        return names
    return [name for name in names if name.startswith(f"{text}.") or fnmatchcase(name, text)]


def _save(
    document: Document,
    wanted: str,
    format: Format,
    names: Sequence[str] | None,
    dtype: Dtype | None,
    buffers: bool,
    optimizer: bool,
) -> None:
    checkpoints = state.documents().workspace.checkpoints
    try:
        name = checkpoints.new_name(wanted)
        path = str(checkpoints.path(name))
    except ComposerError as error:
        state.notify(str(error))
        return
    tasks.begin(
        document, SAVING, "save_state", name, text=document.text, path=path, format=format, names=names, dtype=dtype,
        buffers=buffers, optimizer=optimizer,
    )  # fmt: skip


def _file(name: str, ending: str) -> str:
    """The name of a file, whether or not a person has typed its ending."""
    stem = name.strip()
    for known in get_args(Format):
        stem = stem.removesuffix(f".{known}")
    return f"{stem}.{ending}"


def _show(report: SavedReport, name: str) -> None:
    parts = [plural("{number} tensor", "{number} tensors", report.tensors)]
    if report.aliases:
        parts.append(plural("{number} further name of one", "{number} further names of them", report.aliases))
    if report.optimizer:
        parts.append(_("what the optimizer keeps"))
    text = _("Saved {name}: {parts}, {size}.").format(
        name=f"**{escape(name)}**", parts=", ".join(parts), size=size(report.nbytes)
    )
    st.markdown(f":material/check: {text}", help=f"{report.nbytes:,} B")
    if report.dtype:
        st.caption(escape(str(report)))
