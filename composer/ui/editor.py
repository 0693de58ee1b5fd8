"""The editor: what its component is given, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from composer.design.edits import apply as apply_edit
from composer.design.text import dumps
from composer.errors import EditError
from composer.reports import ShapesReport
from composer.ui import clipboard, handler, models, state
from composer.ui.document import Document
from composer.ui.handler import Operation
from composer.ui.language import _
from composer.ui.outbox import fresh
from composer.ui.palette import palette
from composer.ui.rows import plain, rows
from composer.ui.views import component
from composer.views.theme import THEMES


def show_editor(document: Document, report: ShapesReport) -> None:
    """The palette, and the stack of nested blocks."""
    data = {
        "id": document.id,
        "rows": [*map(plain, rows(document.design, report, report.problems))],
        "acks": dict(document.acks),
        "selected": state.selection(),
        "label": _("Blocks of {name}").format(name=document.design.name),
        "palette": palette(document.design),
        "colors": {name: dict(theme.strokes) for name, theme in THEMES.items()},
        "words": {
            "search": _("Search layers and blocks"),
            "hint": _("Search …"),
            "palette": _("Palette"),
            "found": _("Found"),
            "recent": _("Recent"),
            "place": _("Where the selection is"),
            "empty": _("nothing yet: drag in, or add from the palette"),
            "shortcut": _("shortcut: the input itself"),
            "add": _("Add"),
            "problems": _("problems"),
            "shape": _("output"),
            "count": _("parameters"),
        },
    }
    clip = state.take_answer()
    if clip:
        data["clip"] = dict(clip)
    component("editor")(
        key=state.EDITOR,
        data=data,
        height="stretch",
        on_operations_change=lambda: _receive(document),
        on_select_change=state.select_from_editor,
        on_copy_change=lambda: _copy(document),
    )


def _receive(document: Document) -> None:
    message = state.said(state.EDITOR, "operations")
    if isinstance(message, dict):
        receive(document, message)


def _copy(document: Document) -> None:
    message = state.said(state.EDITOR, "copy")
    if isinstance(message, dict):
        copy(document, message)


def copy(document: Document, message: Mapping[str, Any]) -> None:
    """Copy or cut what a page asks for, `{"paths": […], "cut": false, "nonce": "…"}`.

    The next run answers in the editor's data, by the nonce, with the text for the clipboard; "" where there is none.
    """
    paths = [str(path) for path in message.get("paths", ())]
    copied = clipboard.cut_text if message.get("cut") else clipboard.copied_text
    state.answer({"nonce": str(message.get("nonce", "")), "text": copied(document, paths)})


def receive(document: Document, message: Mapping[str, Any]) -> None:
    """Apply what a page says that is not applied yet: each entry is one step, and is answered by its number."""
    for entry in fresh(document, message):
        _apply(document, entry["operations"])


_COMMANDS = {"undo": handler.undo, "redo": handler.redo}


def _apply(document: Document, operations: Sequence[Operation]) -> None:
    edit = str(operations[0].get("edit")) if len(operations) == 1 else ""
    if edit in _COMMANDS:
        _COMMANDS[edit](document)
    elif edit == "paste_text":
        clipboard.paste_text(document, operations[0])
    elif edit == "insert_template":
        clipboard.insert_template(document, operations[0])
    else:
        state.change(document, [*operations, *_fitting(document, operations)])


def _fitting(document: Document, operations: Sequence[Operation]) -> list[Operation]:
    """Edits that give a layer just put in the sizes of what comes in, where that is certain."""
    if len(operations) != 1 or operations[0].get("edit") != "insert":
        return []
    block, node = operations[0].get("path", ""), operations[0].get("node")
    id = node.get("id") if isinstance(node, dict) else None
    path = f"{block}.{id}" if block else id
    try:
        inserted = apply_edit(document.design, operations[0])
    except EditError:
        return []
    problems = models.preview(dumps(inserted)).report.problems
    fixes = [fix for each in problems if each.path == path for fix in each.fixes if fix.certain]
    sizes = [fix for fix in fixes if all(edit.get("edit") == "set_option" for edit in fix.edits)]
    return list(sizes[0].edits) if sizes else []
