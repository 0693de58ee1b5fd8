"""A form made of declarations: one row per field, checked as it is typed, applied at once.

A text that is no value stays in its field, with the reason below it; the design keeps the value it had.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from composer.catalog.options import REQUIRED, Bool, Choice, DType, Option, Value
from composer.ui import state
from composer.ui.document import Document
from composer.ui.fields import Field, Operation
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.values import NONE, FieldError, read, show
from composer.views.wording import shorten

_LONG = 60  # characters of a default that a hint shows


def form(document: Document, path: str, fields: Sequence[Field], where: str = "") -> None:
    """The fields of the node at `path`. Where one is on the page twice, `where` keeps the two apart."""
    for field in fields:
        _row(document, path, field, state.field_key(document, path, field.name, where))


def _row(document: Document, path: str, field: Field, key: str) -> None:
    text, wrong = state.drafts().get((path, field.name), ("", ""))
    _widget(document, path, field, key, text if wrong else None)
    if wrong:
        st.markdown(f":red[{escape(field.name)} {escape(wrong)}]", width="stretch")


def hint(field: Field) -> str:
    """What a field's tooltip says: its purpose, what it may be, its default, and how that comes back."""
    option = field.option
    parts = [option.help, _("Takes {expected}.").format(expected=option.expected)]
    if not option.required:
        text = _("Default: {value}.") if words(option) else _("Default: {value}, which an empty field goes back to.")
        parts.append(text.format(value=shorten(show(option, option.default) or '""', _LONG)))
    return "  \n".join(escape(part) for part in parts if part)


def words(option: Option) -> tuple[str, ...] | None:
    """The words that can be chosen from, or None where a value is typed."""
    none = (NONE,) if option.optional else ()
    if isinstance(option, Bool):
        return (*none, "true", "false")
    return (*none, *option.choices) if isinstance(option, Choice | DType) else None


def word(value: Value) -> str:
    """The word for a value of an option that has words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return NONE if value is None else str(value)


def value_of(option: Option, text: str) -> Value:
    """The value that a text or word of a field means.

    Raises:
        FieldError: where it is none.
    """
    if words(option) is None:
        return read(option, text)
    if text == NONE and option.optional:
        return None
    return text == "true" if isinstance(option, Bool) else text


def _widget(document: Document, path: str, field: Field, key: str, draft: str | None) -> None:
    option = field.option
    common: dict[str, Any] = {"key": key, "help": hint(field), "on_change": _commit}
    common["args"] = (document, path, field, key)
    common["label"] = (
        f"{field.name} ({option.unit})" if option.unit else field.name
    )  # plain: it is the field's name, too
    choices = words(option)
    if isinstance(option, Bool) and not option.optional:
        state.set_widget(key, field.value is True)
        st.toggle(width="stretch", **common)
    elif choices is None:
        held = "" if field.value is REQUIRED else show(option, field.value)
        state.set_widget(key, held if draft is None else draft)
        st.text_input(placeholder=_("needs a value") if option.required else None, **common)
    else:
        chosen = None if field.value is REQUIRED else word(field.value)
        known = choices if chosen is None or chosen in choices else (*choices, chosen)
        state.set_widget(key, chosen)
        st.selectbox(options=known, index=None, required=True, placeholder=_("needs a value"), **common)


@state.heard
def _commit(document: Document, path: str, field: Field, key: str) -> None:
    """Apply what is in a field, or keep it with what is wrong with it."""
    given = state.widget(key)
    state.drafts().pop((path, field.name), None)
    try:
        operation = operation_of(field, given)
    except FieldError as error:
        state.drafts()[path, field.name] = (given, str(error))
        return
    refused = state.change(document, [operation], quiet=True).refused if operation else ()
    if refused and isinstance(given, str):
        state.drafts()[path, field.name] = (given, f"expects {refused[0].expected}, received {refused[0].received}")


def operation_of(field: Field, given: bool | str) -> Operation | None:
    """What makes a field hold what is given; None where it does. A default is not written into the design.

    An empty field goes back to its default, or, where it has none, to what it held.

    Raises:
        FieldError: where the text is no value.
    """
    option = field.option
    if given == "":
        return field.reset
    value = given if isinstance(given, bool) else value_of(option, given)
    if value == field.value:
        return None
    return field.reset if field.reset and value == option.default else field.set(value)
