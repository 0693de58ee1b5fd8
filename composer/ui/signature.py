"""The options of a definition as one field: `cin, cout, stride = 1`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from composer.catalog.options import Str, Value
from composer.design.document import Definition, Design
from composer.ui.fields import Field, Operation
from composer.ui.language import _
from composer.ui.values import FieldError


def signature_of(design: Design, path: str) -> tuple[Field, ...]:
    """The field for the options of the definition whose path this is; none for another path."""
    definition = design.definition(path.removeprefix(".")) if path.startswith(".") else None
    if definition is None:
        return ()
    help = _("Integers that each use chooses, such as: cin, stride = 1. Fields inside take them as =cin or =2*stride.")
    option = Str("options", default="", help=help)
    text = written(definition)
    reset = _operation(definition, "") if text else None
    return (Field(option, text, bool(text), lambda value: _operation(definition, value), reset),)


def written(definition: Definition) -> str:
    """The options of a definition, as they are typed."""
    return ", ".join(
        each.name if each.default is None else f"{each.name} = {each.default}" for each in definition.options
    )


def _operation(definition: Definition, text: Value) -> Operation:
    """What gives a definition these options. One name in the place of another is the same option, renamed.

    Raises:
        FieldError: where the text names no options.
    """
    wanted = [_option(definition, part) for part in str(text).split(",")] if str(text).strip() else []
    old, new = [each.name for each in definition.options], [each["name"] for each in wanted]
    changed = [(a, b) for a, b in zip(old, new, strict=False) if a != b]
    if len(old) == len(new) and len(changed) == 1 and changed[0][1] not in old:
        option, name = changed[0]
        return {"edit": "rename_definition_option", "name": definition.name, "option": option, "new": name}
    return {"edit": "set_definition_options", "name": definition.name, "options": wanted}


def _option(definition: Definition, text: str) -> Mapping[str, Any]:
    name, equals, default = (part.strip() for part in text.partition("="))
    if not name.isidentifier() or (equals and not default.lstrip("-").isdecimal()):
        raise FieldError(_("expects names, with a default where wanted: cin, stride = 1"))
    known = next((each.help for each in definition.options if each.name == name), "")
    return {"name": name, "default": int(default) if equals else None, "help": known}
