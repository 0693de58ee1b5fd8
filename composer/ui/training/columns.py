"""Which column of a person's table is learned, and which ones are left out."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from composer.data_reports import DataOptions
from composer.errors import ComposerError
from composer.training.config import TrainConfig
from composer.ui import state
from composer.ui.document import Document
from composer.ui.holding import held
from composer.ui.language import _
from composer.ui.training import asking

_NONE = DataOptions()


def column_fields(document: Document, path: str, last: TrainConfig) -> DataOptions:
    """Fields for the columns of the table at `path`, where it is one; they begin with those of `last`."""
    names = _columns(path)
    if not names:
        return _NONE
    before = last.how if last.data == path else _NONE
    key = f"train:columns:{path}:{hash(names)}"
    skip = st.multiselect(
        _("Leave out"), names, width=220, placeholder=_("no column"),
        key=held(f"{key}:skip", document.id, [each for each in before.skip if each in names]),
        help=_("Columns that are neither learned nor learned from, such as names and other texts."),
    )  # fmt: skip
    left = [each for each in names if each not in skip]
    usual = _("{name} (the last)").format(name=left[-1]) if left else _("the last column")
    target = st.selectbox(
        _("Learn"), ["", *left], format_func=lambda each: each or usual, width=160,
        key=held(f"{key}:target", document.id, before.target, ["", *left]),
        help=_("The column that is to be told from the others."),
    )  # fmt: skip
    options = DataOptions(skip=tuple(skip), target=target)
    state.remember(_key(document), (path, options))
    return options


def chosen_columns(document: Document, path: str) -> DataOptions:
    """What is in these fields."""
    known, options = state.kept(_key(document), ("", _NONE))
    return options if known == path else _NONE


def _key(document: Document) -> str:
    return f"train:columns:{document.id}"


def _columns(path: str) -> tuple[str, ...]:
    try:
        return asking.columns_of(path, Path(path).stat().st_mtime_ns)
    except (ComposerError, OSError):
        return ()  # whoever reads it says why
