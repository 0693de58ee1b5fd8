"""Designs in files."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from platformdirs import user_data_path

from composer.design.text import dumps, loads
from composer.errors import DesignError, WorkspaceError
from composer.workspace import StaleSave, Trashed, Workspace, default_root
from tests.workspace.designs import design

ROOT = Path(__file__).parents[2]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def file_of(workspace: Workspace, id: str) -> Path:
    return workspace.root / "designs" / f"{id}.json"


def test_the_default_is_in_the_users_data_folder():
    assert default_root() == user_data_path("block-composer", appauthor=False)


def test_a_design_is_plain_canonical_text(workspace: Workspace):
    stored = workspace.create(design("My LeNet"))
    assert stored.id == "my-lenet"
    assert file_of(workspace, "my-lenet").read_text(encoding="utf-8") == dumps(design("My LeNet"))
    assert workspace.load("my-lenet") == stored


def test_saving_changes_the_revision_and_the_same_content_does_not(workspace: Workspace):
    first = workspace.create(design())
    second = workspace.save(first.id, design(layers=2), first.revision)
    assert second.revision != first.revision
    assert workspace.load(first.id).design == design(layers=2)
    assert workspace.save(first.id, design(layers=2), second.revision).revision == second.revision
    assert workspace.save(first.id, design(), second.revision).revision == first.revision


def test_listing(workspace: Workspace):
    before = datetime.now(UTC) - timedelta(seconds=1)
    first, second = workspace.create(design("One")), workspace.create(design("Two"))
    os.utime(file_of(workspace, "one"), (2_000_000_000, 2_000_000_000))
    one, two = workspace.designs()
    assert (one.id, one.name, one.revision, one.problem) == ("one", "One", first.revision, "")
    assert (two.id, two.name, two.revision) == ("two", "Two", second.revision)
    assert before <= two.modified <= datetime.now(UTC) + timedelta(seconds=1)
    assert one.modified == datetime.fromtimestamp(2_000_000_000, UTC)


def test_a_stale_save_is_refused_with_both_revisions(workspace: Workspace):
    loaded = workspace.create(design())
    theirs = workspace.save(loaded.id, design(layers=2), loaded.revision)
    with pytest.raises(StaleSave) as caught:
        workspace.save(loaded.id, design(layers=3), loaded.revision)
    assert (caught.value.expected, caught.value.found) == (loaded.revision, theirs.revision)
    assert str(caught.value) == "The design 'lenet' was changed elsewhere since it was loaded here."
    assert workspace.load(loaded.id) == theirs

    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.expected, again.found) == (str(caught.value), loaded.revision, theirs.revision)

    copy = workspace.create(design(layers=3))  # the three choices: a copy, theirs (load), or ours
    assert copy.id == "lenet-2"
    assert workspace.save(loaded.id, design(layers=3), caught.value.found).design == design(layers=3)


def test_a_foreign_edit_is_noticed(workspace: Workspace):
    loaded = workspace.create(design())
    path = file_of(workspace, loaded.id)
    path.write_text(path.read_text().replace("ReLU", "Tanh"))
    with pytest.raises(StaleSave, match="changed elsewhere"):
        workspace.save(loaded.id, design(layers=2), loaded.revision)
    assert "Tanh" in path.read_text()
    assert workspace.designs()[0].revision == workspace.load(loaded.id).revision != loaded.revision


def test_a_deleted_file_is_noticed_and_can_be_written_again(workspace: Workspace):
    loaded = workspace.create(design())
    workspace.delete(loaded.id)
    workspace.delete(loaded.id)
    with pytest.raises(StaleSave, match="The design 'lenet' was deleted elsewhere") as caught:
        workspace.save(loaded.id, design(layers=2), loaded.revision)
    assert workspace.save(loaded.id, design(layers=2), caught.value.found).id == "lenet"


def test_what_was_deleted_comes_back_as_it_was(workspace: Workspace):
    workspace.create(design())
    path = file_of(workspace, "lenet")
    path.write_text(f" {path.read_text()}")  # as a person may have left it
    before, status = path.read_bytes(), path.stat()
    trashed = workspace.delete("lenet")
    assert trashed and trashed.id == "lenet"
    assert workspace.designs() == ()
    assert workspace.delete("lenet") is None
    assert Workspace(workspace.root).restore(trashed) == "lenet"
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, status.st_mtime_ns)
    with pytest.raises(WorkspaceError, match="'lenet' is not kept any more"):
        workspace.restore(trashed)


def test_what_comes_back_takes_nobodys_place(workspace: Workspace):
    workspace.create(design(layers=2))
    trashed = workspace.delete("lenet")
    workspace.create(design(layers=3))
    assert trashed and workspace.restore(trashed) == "lenet-2"
    assert workspace.load("lenet").design == design(layers=3)
    assert workspace.load("lenet-2").design == design(layers=2)


def test_only_what_was_deleted_is_restored(workspace: Workspace):
    (workspace.root / "secret.json").write_text("{}")
    workspace.create(design())
    workspace.delete("lenet")
    for file in ("../secret.json", "20260101T000000000000Z ../../secret.json", "lenet.json", ""):
        with pytest.raises(WorkspaceError):
            workspace.restore(Trashed("lenet", file))
    with pytest.raises(WorkspaceError):
        workspace.restore(Trashed("../lenet", "20260101T000000000000Z lenet.json"))
    assert (workspace.root / "secret.json").exists()


def test_what_was_deleted_long_ago_is_swept(workspace: Workspace):
    workspace.create(design())
    trashed = workspace.delete("lenet")
    folder = workspace.root / "trash"
    (folder / "20250101T000000000000Z old.json").write_text("{}")
    (folder / "mine.json").write_text("{}")
    Workspace(workspace.root)
    assert trashed and {path.name for path in folder.iterdir()} == {trashed.file, "mine.json"}


def test_a_mark_changes_with_the_file(workspace: Workspace):
    stored = workspace.create(design())
    marks = [workspace.mark("lenet")]
    workspace.save("lenet", design(layers=2), stored.revision)
    marks.append(workspace.mark("lenet"))
    workspace.delete("lenet")
    marks.append(workspace.mark("lenet"))
    assert len(set(marks)) == 3
    assert marks[-1] == ""


def test_a_file_that_appeared_is_not_overwritten(workspace: Workspace):
    workspace.create(design("Other"))
    with pytest.raises(StaleSave):
        workspace.save("other", design(), "")


def test_copies_and_equal_names_get_ids_of_their_own(workspace: Workspace):
    assert [workspace.create(design()).id for _ in range(3)] == ["lenet", "lenet-2", "lenet-3"]
    assert {entry.name for entry in workspace.designs()} == {"LeNet"}


def test_renaming_changes_the_name_and_keeps_the_id(workspace: Workspace):
    loaded = workspace.create(design())
    renamed = workspace.rename("lenet", "Mein Netz 网络")
    assert renamed.id == "lenet"
    assert renamed.revision != loaded.revision
    assert workspace.designs()[0].name == "Mein Netz 网络"
    with pytest.raises(WorkspaceError, match=r"'\\ud800' cannot be the name of a design\."):
        workspace.rename("lenet", "\ud800")
    assert workspace.load("lenet") == renamed


def test_recent_designs(workspace: Workspace):
    for name in ("a", "b", "c"):
        workspace.create(design(name))
    for name in ("a", "b", "c", "a"):
        workspace.note_opened(name)
    workspace.delete("b")
    assert [entry.id for entry in workspace.recent()] == ["a", "c"]
    assert [entry.id for entry in Workspace(workspace.root).recent()] == ["a", "c"]
    for text in ('[1, null, "../../x", "c"]', "{}", "not JSON"):
        (workspace.root / "recent.json").write_text(text)
        assert [entry.id for entry in workspace.recent()] == (["c"] if "c" in text and "[" in text else [])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "expects JSON text"),
        (b"\xff\xfe", "expects JSON text"),
        (b"{}", "a JSON object with"),
        (b"[" * 100_000, "nested too deep"),
        (b" " * 8_000_001, "at most 8,000,000 are read"),
    ],
    ids=["empty", "not UTF-8", "no design", "deep", "large"],
)
def test_an_unreadable_file_is_listed_with_its_problem(workspace: Workspace, content: bytes, problem: str):
    good = workspace.create(design())
    file_of(workspace, "bad").write_bytes(content)
    entries = {entry.id: entry for entry in workspace.designs()}
    assert entries["lenet"].problem == ""
    assert problem in entries["bad"].problem
    assert entries["bad"].name == "bad"
    with pytest.raises(DesignError, match=problem):
        workspace.load("bad")
    with pytest.raises(StaleSave):
        workspace.save("bad", good.design, "")


def test_what_is_no_design_file_is_left_alone(workspace: Workspace):
    folder = workspace.root / "designs"
    (folder / "notes.txt").write_text("x")
    (folder / "folder.json").mkdir()
    (entry,) = workspace.designs()
    assert (entry.id, entry.problem) == ("folder", "Is a directory")
    with pytest.raises(WorkspaceError, match=r"folder\.json: Is a directory\."):
        workspace.load("folder")


def test_a_file_that_a_person_put_there(workspace: Workspace):
    file_of(workspace, "My Net").write_text(dumps(design("Mine")))
    loaded = workspace.load("My Net")
    assert workspace.save("My Net", design("Mine", 2), loaded.revision).design == design("Mine", 2)


@pytest.mark.parametrize("id", ["", "../x", "a/b", "nul", ".x"])
def test_an_id_cannot_lead_elsewhere(workspace: Workspace, id: str):
    for method in (workspace.load, workspace.delete, workspace.revision):
        with pytest.raises(WorkspaceError, match="cannot be the name of a design's file"):
            method(id)


def test_a_design_that_is_not_there(workspace: Workspace):
    with pytest.raises(WorkspaceError, match="There is no design 'gone' in "):
        workspace.load("gone")
    assert workspace.revision("gone") == ""


def test_a_folder_that_cannot_be_made(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceError, match=r"file.*: (Not a directory|File exists)\."):
        Workspace(tmp_path / "file")


def test_a_full_disk_keeps_what_was_saved(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    stored = workspace.create(design())

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    told = r"No space is left on the disk of .*designs: .* are free\. The file that was there is unchanged\.$"
    with pytest.raises(WorkspaceError, match=told):
        workspace.save("lenet", design(layers=2), stored.revision)
    assert workspace.load("lenet") == stored


def test_threads_that_save_at_once_lose_nothing(workspace: Workspace):
    """Each thread adds a layer, and tries again when it was too late."""
    workspace.create(design(layers=0))

    def add(_: int) -> None:
        while True:
            stored = workspace.load("lenet")
            try:
                workspace.save("lenet", design(layers=len(stored.design.root.children) + 1), stored.revision)
            except StaleSave:
                continue
            return

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(20)))
    assert len(workspace.load("lenet").design.root.children) == 20


SAVER = """
import sys
from pathlib import Path
from composer.workspace import Workspace
from tests.workspace.designs import design
workspace = Workspace(Path(sys.argv[1]))
stored = workspace.load("lenet")
layers = 0
while True:
    layers = layers % 300 + 100
    stored = workspace.save("lenet", design(layers=layers), stored.revision)
    print(layers, flush=True)
"""


def test_kill_9_during_saves(workspace: Workspace):
    workspace.create(design())
    for k in range(5):
        command = [sys.executable, "-c", SAVER, str(workspace.root)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        process.stdout.readline()
        time.sleep(0.004 * k)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        after = Workspace(workspace.root)  # the lock of the killed one holds nobody up, and its leftovers are swept
        content = file_of(after, "lenet").read_text()
        assert loads(content) == after.load("lenet").design
        assert [path.name for path in (after.root / "designs").iterdir()] == ["lenet.json"]
