"""The one way to change a design: all or nothing, one step of the history, saved at once."""

from __future__ import annotations

import threading

import pytest

from composer.design.edits import apply as edit
from composer.design.nodes import Layer
from composer.design.paths import find
from composer.templates import load
from composer.ui import handler
from composer.ui.document import Document
from composer.ui.documents import Documents
from composer.workspace import StaleSave, Workspace

CONV = "features.conv1"


def channels(value: int) -> dict[str, object]:
    return {"edit": "set_option", "path": CONV, "name": "out_channels", "value": value}


def held(document: Document) -> object:
    node = find(document.design, CONV)
    assert isinstance(node, Layer)
    return node.options["out_channels"]


def test_applies_records_and_saves(lenet: Document, workspace: Workspace) -> None:
    before = lenet.text
    outcome = handler.apply(lenet, [channels(8)])
    assert outcome.changed
    assert outcome.label == "set out_channels of conv1 to 8"
    assert workspace.load("lenet").design == lenet.design
    assert held(lenet) == 8
    assert handler.undo(lenet).label == outcome.label
    assert lenet.text == before
    assert handler.redo(lenet).changed
    assert held(lenet) == 8
    assert workspace.load("lenet").design == lenet.design


def test_several_operations_are_one_step_or_none(lenet: Document) -> None:
    refused = handler.apply(lenet, [channels(8), {"edit": "remove", "path": "nothing.there"}])
    assert not refused.changed
    assert [problem.path for problem in refused.refused] == ["nothing.there"]
    assert held(lenet) == 6
    done = handler.apply(lenet, [channels(8), {"edit": "remove", "path": "features.act1"}])
    assert done.changed
    handler.undo(lenet)
    assert held(lenet) == 6
    assert find(lenet.design, "features.act1").kind == "Sigmoid"


def test_nothing_new_is_no_step(lenet: Document) -> None:
    assert not handler.apply(lenet, [channels(6)]).changed
    assert not handler.undo(lenet).changed
    assert not handler.redo(lenet).changed


def test_edits_of_two_tabs_both_count(lenet: Document) -> None:
    operations = [{"edit": "set_design", "seed": seed} for seed in range(1, 21)]
    threads = [threading.Thread(target=handler.apply, args=(lenet, [each])) for each in operations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lenet.history.entries) == 21
    assert lenet.trouble is None


def elsewhere(workspace: Workspace, value: int) -> None:
    """Another program changes the file."""
    stored = workspace.load("lenet")
    workspace.save("lenet", edit(stored.design, channels(value)), stored.revision)


def test_a_change_outside_is_followed_and_can_be_undone(lenet: Document, workspace: Workspace) -> None:
    assert not lenet.follow()
    elsewhere(workspace, 10)
    assert lenet.follow()
    assert not lenet.follow()
    assert held(lenet) == 10
    assert handler.undo(lenet).label == "changed outside the app"
    assert held(lenet) == 6


@pytest.mark.parametrize(("choice", "kept"), [("reload", 10), ("overwrite", 8)])
def test_a_stale_save_waits_for_a_choice(lenet: Document, workspace: Workspace, choice: str, kept: int) -> None:
    elsewhere(workspace, 10)
    handler.apply(lenet, [channels(8)])
    assert isinstance(lenet.trouble, StaleSave)
    assert (held(lenet), held(Documents(workspace).open("lenet"))) == (8, 10)
    handler.apply(lenet, [{"edit": "set_design", "seed": 5}])
    assert isinstance(lenet.trouble, StaleSave), "nothing is written over before the choice"
    lenet.resolve(choice)  # type: ignore[arg-type]
    assert lenet.trouble is None
    assert held(lenet) == held(Documents(workspace).open("lenet")) == kept


def test_a_deleted_file_can_be_written_again(lenet: Document, workspace: Workspace) -> None:
    workspace.delete("lenet")
    lenet.follow()
    assert isinstance(lenet.trouble, StaleSave)
    lenet.resolve("overwrite")
    assert lenet.trouble is None
    assert workspace.load("lenet").design == lenet.design


def test_a_copy_of_a_deleted_design_is_saved(workspace: Workspace) -> None:
    documents = Documents(workspace)
    document = documents.create(load("lenet"))
    workspace.delete("lenet")
    handler.apply(document, [channels(8)])
    assert isinstance(document.trouble, StaleSave)
    copy = documents.create(document.design)
    assert copy.trouble is None
    assert held(copy) == held(Documents(workspace).open(copy.id)) == 8


def test_a_new_design_with_the_id_of_a_deleted_one_is_the_new_one(workspace: Workspace) -> None:
    documents = Documents(workspace)
    handler.apply(documents.create(load("lenet")), [channels(8)])
    workspace.delete("lenet")
    documents.open("lenet").follow()
    new = documents.create(load("lenet"))
    assert (new.id, held(new), new.trouble) == ("lenet", 6, None)
    handler.undo(new)
    assert held(new) == 8, "what was deleted is not lost"


def test_documents_are_shared_by_id(workspace: Workspace, lenet: Document) -> None:
    documents = Documents(workspace)
    assert documents.open("lenet") is documents.open("lenet")
    assert documents.create(lenet.design).id == "lenet-2"
    assert [entry.id for entry in documents.entries()] == ["lenet-2", "lenet"]


def test_a_deleted_design_comes_back_with_its_history(workspace: Workspace) -> None:
    documents = Documents(workspace)
    document = documents.create(load("lenet"))
    handler.apply(document, [channels(8)])
    content = (workspace.root / "designs" / "lenet.json").read_bytes()
    trashed = documents.delete("lenet")
    assert trashed and documents.entries() == ()
    document.follow()  # as a second tab does
    assert isinstance(document.trouble, StaleSave)
    assert documents.restore(trashed) == "lenet"
    assert (workspace.root / "designs" / "lenet.json").read_bytes() == content
    assert documents.open("lenet") is document
    assert document.trouble is None
    assert document.history.undo_name == "set out_channels of conv1 to 8"
    handler.undo(document)
    assert (held(document), held(Documents(workspace).open("lenet"))) == (6, 6)


def test_a_duplicate_is_called_a_copy(workspace: Workspace) -> None:
    documents = Documents(workspace)
    document = documents.create(load("lenet"))
    copies = [documents.duplicate(document) for _ in range(2)]
    assert [(each.id, each.design.name) for each in copies] == [
        ("lenet-copy", "LeNet copy"),
        ("lenet-copy-2", "LeNet copy 2"),
    ]
    handler.apply(copies[0], [channels(8)])
    assert (held(copies[0]), held(copies[1]), held(document)) == (8, 6, 6)
    handler.apply(document, [{"edit": "set_design", "name": "n" * 2_000}])
    assert len(documents.duplicate(document).design.name) == 1_905


def test_a_stamp_changes_with_whatever_a_tab_shows(lenet: Document, workspace: Workspace) -> None:
    stamps = [lenet.stamp]
    assert lenet.stamp == stamps[0]

    def then(act: object) -> None:
        stamps.append(lenet.stamp)

    then(handler.apply(lenet, [channels(8)]))
    then(handler.undo(lenet))
    then(handler.redo(lenet))
    then(elsewhere(workspace, 10))
    then(lenet.follow())
    then(workspace.delete("lenet"))
    then(lenet.follow())
    then(handler.apply(lenet, [channels(9)]))
    then(lenet.resolve("overwrite"))
    assert len(set(stamps)) == len(stamps)
