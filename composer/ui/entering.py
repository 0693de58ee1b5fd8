"""What a person enters in the rows of a form, as a component sends it: applied, or kept with what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from composer.ui import state
from composer.ui.document import Document
from composer.ui.entries import Entry
from composer.ui.outbox import fresh
from composer.ui.values import FieldError


def receive(document: Document, message: Mapping[str, Any], rows: Callable[[str], Iterable[Entry]]) -> None:
    """Apply what is not applied yet: what was entered in a row, or the operations of a button.

    `rows` gives the form of a path as the design is then; no rows where there is none.
    """
    for sent in fresh(document, message):
        first, *others = sent["operations"]
        if first.get("edit") == "entry" and not others:
            path, key, value = str(first.get("path", "")), str(first.get("key", "")), first.get("value")
            row = next((each for each in rows(path) if each.key == key), None)
            if row is not None and row.takes(value):
                _enter(document, path, row, value)
        else:
            state.change(document, sent["operations"])


def _enter(document: Document, path: str, row: Entry, value: object) -> None:
    """Apply what is in a row, or keep it with what is wrong with it."""
    drafts, key = state.drafts(), (path, row.key)
    drafts.pop(key, None)
    try:
        operations = row.operations(value)
    except FieldError as error:
        drafts[key] = (str(value), str(error))
        return
    is_text = row.kind == "text"
    refused = state.change(document, operations, quiet=is_text).refused if operations else ()
    if refused and is_text:
        drafts[key] = (str(value), f"expects {refused[0].expected}, received {refused[0].received}")
