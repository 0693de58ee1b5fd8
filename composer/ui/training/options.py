"""The options of a loss, an optimizer or a schedule as fields, made from what the catalog declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from composer.catalog.options import REQUIRED, Bool, Option, Value
from composer.catalog.spec import Spec
from composer.ui.forms import about, value_of, word, words
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.values import FieldError, show

_WIDTH = 170
_NONE: Mapping[str, Value] = {}


def option_fields(spec: Spec, key: str, suggested: Mapping[str, Value] = _NONE, without: str = "") -> dict[str, Any]:
    """A field for each option but `without`, and what is given of them: a default is left out.

    `suggested` are values for options that have none. A text that is no value is told, and raised.

    Raises:
        FieldError: for the first text that is no value.
    """
    given: dict[str, Any] = {}
    wrong: list[tuple[str, FieldError]] = []
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{key}:options".replace(":", "_")):
        for option in spec.options:
            if option.name == without:
                continue
            usual = suggested.get(option.name, REQUIRED) if option.required else option.default
            try:
                value = _field(option, usual, f"{key}:{spec.kind}:{option.name}")
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


def _field(option: Option, usual: Value, key: str) -> Value:
    """The value that is in the field of an option. An empty text is what is usual."""
    choices, help = words(option), escape(about(option)).replace("\n", "  \n")
    if isinstance(option, Bool) and not option.optional:
        return st.toggle(option.name, bool(usual), key=key, help=help)
    if choices is not None:
        found = st.selectbox(option.name, choices, choices.index(word(usual)), key=key, help=help, width=_WIDTH)
        return value_of(option, found)
    shown = "" if usual is REQUIRED else show(option, usual)
    text = st.text_input(option.name, shown, key=key, help=help, width=_WIDTH, placeholder=_("the default"))
    return usual if shown and text in ("", shown) else value_of(option, text)
