"""The options of a loss, an optimizer or a schedule as fields, made from what the catalog declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from composer.catalog.options import REQUIRED, Bool, Option, Value
from composer.catalog.spec import Spec
from composer.training.config import Chosen
from composer.ui.forms import about, value_of, word, words
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.training.beginning import Beginning
from composer.ui.values import FieldError, show

_WIDTH = 170
_NONE: Mapping[str, Value] = {}


def option_fields(
    spec: Spec, name: str, begin: Beginning, last: Chosen | None, suggested: Mapping[str, Value] = _NONE,
    without: str = "",
) -> dict[str, Any]:  # fmt: skip
    """A field for each option but `without`, and what is given of them: a default is left out.

    The fields begin with those of `last`, where that is of this kind; `suggested` are values for options that have
    none. A text that is no value is told, and raised.

    Raises:
        FieldError: for the first text that is no value.
    """
    given: dict[str, Any] = {}
    before = last.options if last and last.kind == spec.kind else _NONE
    wrong: list[tuple[str, FieldError]] = []
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"train_{name}_options"):
        for option in spec.options:
            if option.name == without:
                continue
            usual = suggested.get(option.name, REQUIRED) if option.required else option.default
            try:
                value = _field(
                    option, usual, before.get(option.name, usual), f"{name}:{spec.kind}:{option.name}", begin
                )
            except FieldError as error:
                wrong.append((option.name, error))
                continue
            if option.required or value != option.default:
                given[option.name] = value
    for name, why in wrong:
        st.caption(f":orange[**{escape(name)}** {escape(str(why))}]")
    if wrong:
        raise wrong[0][1]
    return given


def _field(option: Option, usual: Value, first: Value, name: str, begin: Beginning) -> Value:
    """The value that is in the field of an option, at first `first`. An empty text is what is usual."""
    choices, help = words(option), escape(about(option)).replace("\n", "  \n")
    if isinstance(option, Bool) and not option.optional:
        return st.toggle(option.name, key=begin.key(name, bool(first)), help=help)
    if choices is not None:
        found = st.selectbox(option.name, choices, key=begin.key(name, word(first)), help=help, width=_WIDTH)
        return value_of(option, found)
    shown = "" if usual is REQUIRED else show(option, usual)
    suggested = option.required and first == usual  # left empty, it follows what it is suggested for
    key = begin.key(name, "" if suggested else show(option, first))
    hint = shown if option.required and shown else _("the default")
    text = st.text_input(option.name, key=key, help=help, width=_WIDTH, placeholder=hint)
    return usual if shown and text in ("", shown) else value_of(option, text)
