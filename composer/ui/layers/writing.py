"""The code of a custom layer, as it is written: saved as the person pauses, and judged by the gate line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from composer.codegen.gate import examine
from composer.codegen.judging import examined, names_of
from composer.design.document import Definition
from composer.ui import consent, state
from composer.ui.document import Document
from composer.ui.language import _, plural
from composer.ui.layers.custom import code_of, named
from composer.ui.outbox import fresh
from composer.ui.views import component


def writing(document: Document, definition: Definition) -> None:
    """The field, as a component."""
    component("writing")(
        key=state.WRITING, data=shown(document, definition), on_operations_change=lambda: _receive(document)
    )


def shown(document: Document, definition: Definition) -> dict[str, Any]:
    """What the component shows."""
    wrong = [*_wrong(document, definition)]
    return {
        "id": document.id,
        "acks": dict(document.acks),
        "name": definition.name,
        "text": code_of(definition).code,
        "wrong": wrong,
        "words": {
            "code": _("Code of {name}").format(name=definition.name),
            "help": _("Tab indents; Escape and then Tab leaves the field."),
            "wrong": _("What keeps the code from running"),
            "verdict": _verdict(definition, len(wrong)),
        },
    }


def _wrong(document: Document, definition: Definition) -> Iterator[dict[str, Any]]:
    """What the gate refuses, and where the last trial of this very layer failed."""
    for each in examined(definition).refusals:
        text = f"{each.reason} {each.instead}".rstrip()
        yield {"line": each.line, "column": each.column, "text": _line(each.line, text)}
    trial = document.trial
    report = trial.job.result if trial and trial.definition == definition else None
    if report and report.line:
        yield {"line": report.line, "column": 1, "text": _line(report.line, report.error)}


def _line(line: int, text: str) -> str:
    return _("line {line}: {text}").format(line=line, text=text)


def _verdict(definition: Definition, wrong: int) -> str:
    if not wrong:
        return _("The code can run.")
    if examined(definition).accepted:
        return _("The last trial failed here:")
    return plural("This cannot run:", "These cannot run:", wrong)


def _receive(document: Document) -> None:
    message = state.said(state.WRITING, "operations")
    if isinstance(message, dict):
        receive(document, message)


def receive(document: Document, message: Mapping[str, Any]) -> None:
    """Save what a page says that is not saved yet."""
    for sent in fresh(document, message):
        for each in sent["operations"]:
            if each.get("edit") == "write":
                write(document, str(each.get("name")), str(each.get("code")), each.get("join") is True)


def write(document: Document, name: str, code: str, join: bool = False) -> None:
    """Give a custom layer another text, whatever the gate says of it; its inputs are those of `forward`.

    Who writes it here may run it. With `join` it is one step of the history with the text before.
    """
    definition = named(document.design, name)
    if definition is None:
        return
    inputs = [each.name for each in examine(code, names_of(definition)).inputs]
    edit = {"edit": "set_code", "name": name, "code": code}
    outcome = state.change(document, [{**edit, "input_names": inputs or None}], quiet=True, join=join)
    if outcome.refused:  # an input has the name of what is declared: the text is kept, and that is told
        outcome = state.change(document, [edit], join=join)
    written = named(document.design, name)
    if outcome.changed and written:
        consent.allow_definitions([written])


__all__ = ["receive", "shown", "write", "writing"]
