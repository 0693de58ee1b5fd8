"""The options of a custom layer, one by one: name, default, and what it is for."""

from __future__ import annotations

from collections.abc import Iterator

from composer.catalog.options import Int, Str, Value
from composer.design.document import Definition, DefinitionOption
from composer.design.names import unique
from composer.design.nodes import rebuild
from composer.ui.entries import Button
from composer.ui.fields import Field, Operation
from composer.ui.language import _

_FIRST = 4  # the default of a new option


def option_fields(definition: Definition, number: int) -> Iterator[Field]:
    """The fields of one option."""
    option = definition.options[number]

    def become(field: str, value: Value) -> Operation:
        return _with(definition, number, rebuild(option, **{field: value}))

    name = Str("name", help=_("What code reads as self.{name}, and shapes as ={name}.").format(name=option.name))
    yield Field(name, option.name, True, lambda new: _renamed(definition, option.name, str(new).strip()), None)
    default = Int("default", default=None, optional=True, help=_("An integer; none: every use has to say it."))
    given = option.default is not None
    reset = become("default", None) if given else None
    yield Field(default, option.default, given, lambda new: become("default", new), reset)
    about = Str("help", default="", help=_("What it is for, in a sentence."), max_length=2000)
    given, reset = bool(option.help), become("help", "") if option.help else None
    yield Field(about, option.help, given, lambda new: become("help", new), reset)


def add_option(definition: Definition) -> Button:
    """A button for one more."""
    taken = {each.name for each in definition.options} | {each.id for each in definition.body.children}
    name = unique("size", taken)
    options = (*definition.options, DefinitionOption(name=name, default=_FIRST))
    return Button(_("option"), [_set(definition, options)], _("Add an option: an integer that each use chooses"))


def remove_option(definition: Definition, number: int) -> Button:
    """A button that removes one."""
    name = definition.options[number].name
    options = definition.options[:number] + definition.options[number + 1 :]
    return Button(_("Remove"), [_set(definition, options)], _("Remove the option {name}").format(name=name))


def _renamed(definition: Definition, option: str, new: str) -> Operation:
    return {"edit": "rename_definition_option", "name": definition.name, "option": option, "new": new}


def _with(definition: Definition, number: int, option: DefinitionOption) -> Operation:
    options = list(definition.options)
    options[number] = option
    return _set(definition, tuple(options))


def _set(definition: Definition, options: tuple[DefinitionOption, ...]) -> Operation:
    known = [each.model_dump(mode="json") for each in options]
    return {"edit": "set_definition_options", "name": definition.name, "options": known}
