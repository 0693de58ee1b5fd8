"""The editor's messages: applied once and in order, whatever comes twice or late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from composer import templates
from composer.reports import ShapesReport
from composer.ui import editor, models
from composer.ui.document import Document
from composer.workspace import Workspace


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Document:
    monkeypatch.setattr(models, "preview", lambda text: models.Preview(ShapesReport()))
    workspace = Workspace(tmp_path)
    return Document(workspace, workspace.create(templates.load("lenet")))


def entry(seq: int, **operation: Any) -> dict[str, Any]:
    return {"seq": seq, "operations": [operation]}


def ids(document: Document) -> list[str]:
    return [child.id for child in document.design.root.children]


def insert(seq: int, id: str) -> dict[str, Any]:
    return entry(seq, edit="insert", path="", index=0, node={"kind": "ReLU", "id": id})


def test_each_operation_is_applied_once(document: Document) -> None:
    editor.receive(document, {"client": "a", "entries": [insert(1, "r1"), insert(2, "r2")]})
    editor.receive(document, {"client": "a", "entries": [insert(2, "r2"), insert(3, "r3")]})
    assert ids(document) == ["r3", "r2", "r1", "features", "flatten", "classifier"]
    assert document.acks == {"a": 3}


def test_pages_are_numbered_by_themselves(document: Document) -> None:
    editor.receive(document, {"client": "a", "entries": [insert(1, "r1")]})
    editor.receive(document, {"client": "b", "entries": [insert(1, "r2")]})
    assert ids(document)[:2] == ["r2", "r1"]
    assert document.acks == {"a": 1, "b": 1}


def test_what_cannot_be_done_is_answered_too(document: Document) -> None:
    wrong = entry(1, edit="remove", path="nowhere")
    editor.receive(document, {"client": "a", "entries": [wrong, insert(2, "r1")]})
    assert ids(document)[0] == "r1"
    assert document.acks == {"a": 2}


def test_undo_and_redo_keep_their_place_among_operations(document: Document) -> None:
    entries = [insert(1, "r1"), insert(2, "r2"), entry(3, edit="undo"), entry(4, edit="undo"), entry(5, edit="redo")]
    editor.receive(document, {"client": "a", "entries": entries})
    assert ids(document)[0] == "r1"


def test_operations_of_one_entry_are_one_step(document: Document) -> None:
    both = [{"edit": "remove", "path": "flatten"}, {"edit": "remove", "path": "classifier"}]
    editor.receive(document, {"client": "a", "entries": [{"seq": 1, "operations": both}]})
    assert ids(document) == ["features"]
    document.history = document.history.undo()
    assert ids(document) == ["features", "flatten", "classifier"]
