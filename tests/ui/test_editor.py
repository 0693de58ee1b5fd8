"""The editor's messages: applied once and in order, whatever comes twice or late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from composer import templates
from composer.design.clip import read_clip
from composer.reports import ShapesReport
from composer.ui import clipboard, editor, handler, models, state
from composer.ui.document import Document
from composer.workspace import Workspace


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Document:
    monkeypatch.setattr(models, "preview", lambda text: models.Preview(ShapesReport()))
    workspace = Workspace(tmp_path)
    return Document(workspace, workspace.create(templates.load("lenet")))


@pytest.fixture
def notices(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is said, in place of the session's."""
    said: list[str] = []
    monkeypatch.setattr(state, "notify", said.append)
    return said


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A session's state, without a session."""
    values: dict[str, Any] = {}
    monkeypatch.setattr(state.st, "session_state", values)
    return values


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


def send(document: Document, **operation: Any) -> None:
    editor.receive(document, {"client": "a", "entries": [entry(document.acks.get("a", 0) + 1, **operation)]})


def test_what_is_copied_can_be_pasted_and_is_selected(document: Document, session: dict[str, Any]) -> None:
    editor.copy(document, {"paths": ["features.conv1", "features.act1"], "cut": False, "nonce": "7"})
    answer = state.take_answer()
    assert answer and answer["nonce"] == "7"
    assert state.take_answer() is None, "an answer is given once"
    send(document, edit="paste_text", path="classifier", index=0, text=answer["text"])
    assert [each.id for each in document.design.root.by_id["classifier"].children][:2] == ["conv1", "act1"]  # type: ignore[union-attr]
    assert state.selection() == ["classifier.conv1", "classifier.act1"]
    assert document.history.undo_name == "paste 2 nodes"
    send(document, edit="paste_text", path="features", index=0, text=answer["text"])
    assert state.selection() == ["features.conv3", "features.act3"]


def test_cutting_is_one_step(document: Document, session: dict[str, Any]) -> None:
    before = document.text
    editor.copy(document, {"paths": ["features.conv1", "flatten"], "cut": True, "nonce": "1"})
    answer = state.take_answer()
    assert answer and [each.id for each in read_clip(answer["text"]).nodes] == ["conv1", "flatten"]
    assert ids(document) == ["features", "classifier"]
    assert document.history.undo_name == "cut 2 nodes"
    handler.undo(document)
    assert document.text == before


def test_what_cannot_be_cut_stays_and_is_copied(
    document: Document, session: dict[str, Any], notices: list[str]
) -> None:
    before = document.text
    editor.copy(document, {"paths": [""], "cut": True, "nonce": "1"})
    answer = state.take_answer()
    assert answer and read_clip(answer["text"]).nodes[0].id == "lenet"
    assert document.text == before
    assert "a root" in notices[0]


def test_what_is_nowhere_is_answered_with_nothing(
    document: Document, session: dict[str, Any], notices: list[str]
) -> None:
    for cut in (True, False):
        editor.copy(document, {"paths": ["gone"], "cut": cut, "nonce": "1"})
        assert state.take_answer() == {"nonce": "1", "text": ""}
    assert len(notices) == 2


@pytest.mark.parametrize("text", ["", "hello", "{}", templates.text("lenet"), '{"format": "block-composer-clip"}'])
def test_a_text_that_is_no_clip_is_refused(document: Document, notices: list[str], text: str) -> None:
    before = document.text
    send(document, edit="paste_text", path="", index=0, text=text)
    send(document, edit="paste_text", path="", index=0)
    assert len(notices) == 2
    assert all(each.startswith("The clipboard holds nothing that can be pasted here.") for each in notices)
    assert document.text == before


def test_pasting_nowhere_is_refused(document: Document, session: dict[str, Any], notices: list[str]) -> None:
    text = clipboard.copied_text(document, ["flatten"])
    send(document, edit="paste_text", path="gone", index=0, text=text)
    send(document, edit="paste_text", path=None, index=0, text=text)
    send(document, edit="paste_text", path="flatten", index=0, text=text)
    assert len(notices) == 3
    assert ids(document) == ["features", "flatten", "classifier"]


def test_a_template_is_put_in_as_a_block(document: Document, session: dict[str, Any], notices: list[str]) -> None:
    send(document, edit="insert_template", path="", index=1, template="resnet18", id="resnet1")
    assert ids(document) == ["features", "resnet1", "flatten", "classifier"]
    assert document.design.definitions == templates.load("resnet18").definitions
    assert document.history.undo_name == "paste resnet1"
    before = document.text
    for template, id in (("nothing", "a"), ("../lenet", "a"), ("lenet", "a.b")):
        send(document, edit="insert_template", path="", index=1, template=template, id=id)
    assert len(notices) == 3
    assert document.text == before
