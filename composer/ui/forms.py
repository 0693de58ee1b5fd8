"""From fields to rows of the form: each is checked as it is typed, and applied at once.

A text that is no value stays in its row, with the reason below it; the design keeps the value it had.
"""

from __future__ import annotations

from collections.abc import Sequence

from composer.catalog.options import REQUIRED, Bool, Choice, DType, Option, Value
from composer.ui.entries import Entry
from composer.ui.fields import Field, Operation
from composer.ui.language import _
from composer.ui.values import NONE, read, show
from composer.views.wording import shorten

_LONG = 60  # characters of a default that a hint shows


def entry(field: Field) -> Entry:
    """The row for a field."""
    option = field.option
    label = f"{field.name} ({option.unit})" if option.unit else field.name
    choices, help = words(option), about(option)

    def operations(given: bool | str) -> Sequence[Operation]:
        operation = operation_of(field, given)
        return (operation,) if operation else ()

    if isinstance(option, Bool) and not option.optional:
        return Entry(field.name, label, "switch", field.value is True, operations, help=help, given=field.given)
    if choices is None:
        value = "" if field.value is REQUIRED else show(option, field.value)
        wanted = _("needs a value") if option.required else ""
        return Entry(field.name, label, "text", value, operations, help=help, hint=wanted, given=field.given)
    chosen = None if field.value is REQUIRED else word(field.value)
    known = choices if chosen is None or chosen in choices else (*choices, chosen)
    return Entry(
        field.name,
        label,
        "choice",
        chosen,
        operations,
        {each: each for each in known},
        help=help,
        hint=_("needs a value"),
        given=field.given,
    )


def about(option: Option) -> str:
    """What a field's tooltip says: its purpose, what it may be, its default, and how that comes back."""
    parts = [option.help, _("Takes {expected}.").format(expected=option.expected)]
    if not option.required:
        text = _("Default: {value}.") if words(option) else _("Default: {value}, which an empty field goes back to.")
        parts.append(text.format(value=shorten(show(option, option.default) or '""', _LONG)))
    return "\n".join(filter(None, parts))


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
