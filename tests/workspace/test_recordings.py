"""Recordings in files: kept, listed, brought in, deleted and restored."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.errors import RecordingError, WorkspaceError
from composer.recordings.text import dumps
from composer.workspace import Recordings, Workspace
from tests.recordings.building import recording, series


@pytest.fixture
def recordings(tmp_path: Path) -> Recordings:
    return Workspace(tmp_path).recordings


def test_what_is_kept_is_loaded_and_named_after_what_was_timed(recordings: Recordings) -> None:
    made = recording(design="My Net")
    assert recordings.save(made) == "matmul-my-net-2026-01-31t23-59-59z"
    assert recordings.save(made) == "matmul-my-net-2026-01-31t23-59-59z-2"
    assert recordings.load("matmul-my-net-2026-01-31t23-59-59z") == made
    assert recordings.read("matmul-my-net-2026-01-31t23-59-59z").decode() == dumps(made)


def test_listing_has_the_last_made_first_and_what_cannot_be_read_at_the_end(
    tmp_path: Path, recordings: Recordings
) -> None:
    assert recordings.all() == ()
    old = recordings.save(recording(date="2025-01-01T00:00:00Z"))
    new = recordings.save(recording(date="2026-01-01T00:00:00Z"))
    (tmp_path / "recordings" / "broken.json").write_text("{}")
    for name in ("notes.txt", ".hidden.json", ".a.json.0123abcd.tmp"):
        (tmp_path / "recordings" / name).touch()
    found = recordings.all()
    assert [entry.id for entry in found] == [new, old, "broken"]
    assert [bool(entry.problem) for entry in found] == [False, False, True]
    assert found[0].recording == recordings.load(new) and found[2].recording is None
    recordings.path(old).write_text(dumps(recording(series("cpu", 5.0), date="2027-01-01T00:00:00Z")))
    assert recordings.all()[0].id == old, "a changed file is read again"
    assert Workspace(tmp_path).recordings.all() == recordings.all()
    assert not (tmp_path / "recordings" / ".a.json.0123abcd.tmp").exists()


def test_a_stranger_s_file_is_brought_in_under_its_name_or_refused(tmp_path: Path, recordings: Recordings) -> None:
    content = dumps(recording()).encode()
    assert recordings.add("On the GPU box.json", content) == "on-the-gpu-box"
    assert recordings.add("../../On the GPU box.JSON", content) == "on-the-gpu-box-2"
    assert recordings.load("on-the-gpu-box") == recording()
    before = sorted((tmp_path / "recordings").iterdir())
    with pytest.raises(RecordingError, match="This is no recording"):
        recordings.add("evil.json", b"{}")
    assert sorted((tmp_path / "recordings").iterdir()) == before


def test_what_is_deleted_can_be_had_back(recordings: Recordings) -> None:
    id = recordings.save(recording())
    trashed = recordings.delete(id)
    assert trashed is not None and recordings.all() == ()
    assert recordings.delete(id) is None
    assert recordings.save(recording()) == id, "its name is free again"
    assert recordings.restore(trashed) == f"{id}-2"
    assert {entry.id for entry in recordings.all()} == {id, f"{id}-2"}
    with pytest.raises(WorkspaceError, match="is not kept any more"):
        recordings.restore(trashed)


def test_names_that_lead_elsewhere_are_refused(recordings: Recordings) -> None:
    for id in ("../designs/a", "", "a/b", ".hidden"):
        with pytest.raises(WorkspaceError, match="cannot be the name of a recording's file"):
            recordings.path(id)
    with pytest.raises(WorkspaceError, match="There is no recording 'gone' in "):
        recordings.load("gone")
