"""Copying, cutting and pasting, and whole templates as parts: what the editor asks for, as edits."""

from __future__ import annotations

from collections.abc import Sequence

from composer import templates
from composer.design.clip import Clip, clip_text, read_clip
from composer.design.edits import clip_of, copied, cutting
from composer.design.nodes import BlockBase
from composer.design.paths import find
from composer.design.text import plain
from composer.errors import DesignError, EditError
from composer.ui import palette, state
from composer.ui.document import Document
from composer.ui.handler import Operation
from composer.ui.language import _

_TOLD = 3  # problems of a clipboard's text


def copied_text(document: Document, paths: Sequence[str]) -> str:
    """The text for the clipboard that says the nodes at `paths`; "" where they cannot be copied, which is told."""
    try:
        return clip_text(copied(document.design, paths))
    except EditError as error:
        _tell(error)
        return ""


def cut_text(document: Document, paths: Sequence[str]) -> str:
    """Like `copied_text`, and take the nodes out as one step. Where that cannot be done they stay, and it is told."""
    with document.lock:
        try:
            clip = copied(document.design, paths)
            operations = cutting(document.design, paths)
        except EditError as error:
            _tell(error)
            return ""
        what = clip.nodes[0].id if len(clip.nodes) == 1 else f"{len(clip.nodes)} nodes"
        state.change(document, operations, label=f"cut {what}")
    return clip_text(clip)


def paste_text(document: Document, operation: Operation) -> None:
    """Paste a text of the clipboard, `{"path": "…", "index": 0, "text": "…"}`, and select what came of it."""
    try:
        clip = read_clip(str(operation.get("text", "")))
    except DesignError as error:
        _tell(error, _("The clipboard holds nothing that can be pasted here."))
        return
    with document.lock:
        before = _children(document, operation.get("path"))
        if _paste(document, operation, clip):
            block = str(operation["path"])
            new = [id for id in _children(document, block) if id not in before]
            state.select_all([f"{block}.{id}" if block else id for id in new])


def insert_template(document: Document, operation: Operation) -> None:
    """Put a template in as one block: `{"path": "…", "index": 0, "template": "lenet", "id": "lenet1"}`."""
    name = str(operation.get("template"))
    if name not in palette.parts():
        state.notify(_("There is no template {name}.").format(name=name[:100]))
        return
    try:
        _paste(document, operation, clip_of(templates.load(name), str(operation.get("id", ""))))
    except EditError as error:
        _tell(error)


def _paste(document: Document, operation: Operation, clip: Clip) -> bool:
    paste = {"edit": "paste", "path": operation.get("path"), "index": operation.get("index"), "clip": plain(clip)}
    return state.change(document, [paste]).changed


def _children(document: Document, path: object) -> list[str]:
    """The ids in the block at a path that a page names; none where it leads to no block."""
    try:
        block = find(document.design, str(path))
    except EditError:
        return []
    return [each.id for each in block.children] if isinstance(block, BlockBase) else []


def _tell(error: DesignError, before: str = "") -> None:
    for problem in error.problems[:_TOLD]:
        state.notify(f"{before} {problem}".strip())
