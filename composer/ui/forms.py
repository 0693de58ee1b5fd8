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
from composer.ui.fields import Field
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
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False, key=f"row:{key}"):
        name = escape(field.name)
        label = f"**{name}**" if field.given else name
        unit = f" :gray[({escape(field.option.unit)})]" if field.option.unit else ""
        st.markdown(label + unit, help=hint(field), width=120)
        _widget(document, path, field, key, text if wrong else None)
        _reset(document, path, field, key, bool(wrong))
    if wrong:
        st.markdown(f":red[{escape(field.name)} {escape(wrong)}]", width="stretch")


def hint(field: Field) -> str:
    """What a field's tooltip says: its purpose, what it may be, and its default."""
    option = field.option
    parts = [option.help, _("Takes {expected}.").format(expected=option.expected)]
    if not option.required:
        parts.append(_("Default: {value}.").format(value=shorten(show(option, option.default) or '""', _LONG)))
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
    common: dict[str, Any] = {"key": key, "label_visibility": "collapsed", "on_change": _commit}
    common["args"] = (document, path, field, key)
    choices = words(option)
    if isinstance(option, Bool) and not option.optional:
        state.set_widget(key, field.value is True)
        st.toggle(field.name, width="stretch", **common)
    elif choices is None:
        held = "" if field.value is REQUIRED else show(option, field.value)
        state.set_widget(key, held if draft is None else draft)
        st.text_input(field.name, placeholder=_("needs a value") if option.required else None, **common)
    else:
        chosen = None if field.value is REQUIRED else word(field.value)
        known = choices if chosen is None or chosen in choices else (*choices, chosen)
        state.set_widget(key, chosen)
        st.selectbox(field.name, known, index=None, required=True, placeholder=_("needs a value"), **common)


def _reset(document: Document, path: str, field: Field, key: str, wrong: bool) -> None:
    st.button(
        _("Reset {name}").format(name=field.name),
        icon=":material/undo:",
        type="tertiary",
        key=f"reset:{key}",
        help=_("Back to the value before") if wrong else _("Back to the default"),
        disabled=field.reset is None and not wrong,
        on_click=_go_back,
        args=(document, path, field),
    )


def _commit(document: Document, path: str, field: Field, key: str) -> None:
    """Apply what is in a field, or keep it with what is wrong with it."""
    given = state.widget(key)
    state.drafts().pop((path, field.name), None)
    try:
        value = given if isinstance(given, bool) else value_of(field.option, given)
    except FieldError as error:
        state.drafts()[path, field.name] = (given, str(error))
        return
    refused = state.change(document, [field.set(value)], quiet=True).refused
    if refused and isinstance(given, str):
        state.drafts()[path, field.name] = (given, f"expects {refused[0].expected}, received {refused[0].received}")


def _go_back(document: Document, path: str, field: Field) -> None:
    """Forget what was typed; where nothing was wrong, set the default."""
    if state.drafts().pop((path, field.name), None) is None and field.reset:
        state.change(document, [field.reset])
