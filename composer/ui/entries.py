"""Rows of the inspector's form, and what can be done there, as values: what is shown, and the operations it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from composer.ui.handler import Operation

Kind = Literal["text", "choice", "switch", "list"]


@dataclass(frozen=True, slots=True)
class Button:
    """What is done with one click: one step of the history. Where it cannot be done it is not `enabled`."""

    label: str
    operations: Sequence[Operation]
    help: str = ""
    enabled: bool = True

    def plain(self) -> dict[str, Any]:
        """The button as the component gets it."""
        known: dict[str, Any] = {"label": self.label, "help": self.help, "enabled": self.enabled}
        return {**known, "operations": [dict(each) for each in self.operations]}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the form. `key` is its own among the rows of a path.

    `value` is a text, one of `choices`, whether it is on, or a list of choices, by `kind`; None where one is missing.
    `choices` gives what each is called. `given`: the design says the value. `operations` makes of a new value what
    has to be done, and raises a FieldError where it is none.
    """

    key: str
    label: str
    kind: Kind
    value: str | bool | Sequence[str] | None
    operations: Callable[[Any], Sequence[Operation]]
    choices: Mapping[str, str] | None = None
    help: str = ""
    hint: str = ""
    given: bool = False
    button: Button | None = None

    def takes(self, value: object) -> bool:
        """Whether a value is of the type that this row has."""
        if self.kind == "list":
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        return isinstance(value, bool if self.kind == "switch" else str)

    def plain(self, draft: tuple[str, str] | None = None) -> dict[str, Any]:
        """The row as the component gets it. A draft is a text that is no value, and what is wrong with it."""
        known: dict[str, Any] = {"key": self.key, "label": self.label, "kind": self.kind}
        known["value"] = list(self.value) if self.kind == "list" else self.value  # type: ignore[arg-type]
        if draft:
            known["value"], known["wrong"] = draft
        rest = {"help": self.help, "hint": self.hint, "given": self.given}
        if self.choices is not None:
            rest["choices"] = [[value, name] for value, name in self.choices.items()]
        if self.button:
            rest["button"] = self.button.plain()
        return {**known, **{name: value for name, value in rest.items() if value}}
