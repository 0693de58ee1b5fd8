"""Checkpoints in files: brought in piece by piece, listed, deleted and restored."""

from __future__ import annotations

import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from composer.errors import WorkspaceError
from composer.workspace import Checkpoints, Trashed, Workspace
from tests.workspace.designs import design


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return Workspace(tmp_path).checkpoints


def put(checkpoints: Checkpoints, name: str, content: bytes = b"1") -> Path:
    path = checkpoints.path(name)
    path.write_bytes(content)
    return path


def receive(checkpoints: Checkpoints, wanted: str, *pieces: bytes) -> str:
    with checkpoints.receiving(wanted) as received:
        for piece in pieces:
            received.write(piece)
        return checkpoints.keep(received).name


def files(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != ".lock"
    )


def test_listing(tmp_path: Path, checkpoints: Checkpoints) -> None:
    put(checkpoints, "old.pt", b"12")
    os.utime(checkpoints.path("old.pt"), (1_000_000_000, 1_000_000_000))
    put(checkpoints, "new.safetensors")
    for name in ("notes.txt", ".hidden.pt", ".a.pt.0123abcd.tmp"):
        (tmp_path / "checkpoints" / name).touch()
    (tmp_path / "checkpoints" / "folder.pt").mkdir()
    new, old = checkpoints.all()
    assert ".a.pt.0123abcd.tmp" not in {path.name for path in (tmp_path / "checkpoints").iterdir()}
    assert (new.name, old.name, old.nbytes) == ("new.safetensors", "old.pt", 2)
    assert old.modified == datetime.fromtimestamp(1_000_000_000, UTC)
    assert checkpoints.find("old.pt") == old
    with pytest.raises(WorkspaceError, match=r"There is no checkpoint 'gone\.pt' in "):
        checkpoints.find("gone.pt")


def test_a_file_that_comes_in_is_there_when_it_is_kept(tmp_path: Path, checkpoints: Checkpoints) -> None:
    with checkpoints.receiving("My Net.PT", 3) as received:
        received.write(b"1")
        received.write(b"23")
        assert checkpoints.all() == ()
        checkpoint = checkpoints.keep(received)
    assert (checkpoint.name, checkpoint.nbytes) == ("my-net.pt", 3)
    assert checkpoints.path("my-net.pt").read_bytes() == b"123"
    assert files(tmp_path) == ["checkpoints/my-net.pt"]


def test_a_file_that_is_not_kept_leaves_nothing(tmp_path: Path, checkpoints: Checkpoints) -> None:
    with checkpoints.receiving("a.pt") as received:
        received.write(b"1")
    with pytest.raises(KeyError), checkpoints.receiving("a.pt") as received:
        received.write(b"1")
        raise KeyError
    assert files(tmp_path) == []


def test_nobody_takes_anothers_name(checkpoints: Checkpoints) -> None:
    with checkpoints.receiving("net.pt") as one, checkpoints.receiving("net.pt") as two:
        one.write(b"1")
        two.write(b"2")
        assert [checkpoints.keep(each).name for each in (one, two)] == ["net.pt", "net-2.pt"]
    assert receive(checkpoints, "NET.pt") == "net-3.pt"
    assert receive(checkpoints, "net.safetensors") == "net.safetensors"
    assert [checkpoints.path(name).read_bytes() for name in ("net.pt", "net-2.pt")] == [b"1", b"2"]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("ResNet-18 v2.safetensors", "resnet-18-v2.safetensors"),
        ("../../etc/passwd.pt", "etc-passwd.pt"),
        ("网络.pth", "checkpoint.pth"),
        ("nul.pt", "nul-checkpoint.pt"),
        (".pt.pt", "pt.pt"),
    ],
)
def test_any_name_gives_a_safe_one(checkpoints: Checkpoints, wanted: str, name: str) -> None:
    assert checkpoints.new_name(wanted) == name
    assert checkpoints.path(name).parent == checkpoints.path("a.pt").parent


@pytest.mark.parametrize(
    "name", ["", "a", "a.json", "../a.pt", "x/../a.pt", ".pt", ".a.pt", "nul.pt", "a\0.pt", "x" * 121 + ".pt"]
)
def test_a_name_cannot_lead_elsewhere(checkpoints: Checkpoints, name: str) -> None:
    told = "cannot be the name of a checkpoint; it ends in .safetensors, .pt, .pth or .composer"
    for method in (checkpoints.path, checkpoints.find, checkpoints.delete):
        with pytest.raises(WorkspaceError, match=told):
            method(name)


def test_only_files_of_tensors_come_in(checkpoints: Checkpoints) -> None:
    with pytest.raises(WorkspaceError, match=r"'a\.exe' is no name of a checkpoint: those end in"):
        receive(checkpoints, "a.exe")


def test_what_was_deleted_comes_back_or_is_discarded(tmp_path: Path, checkpoints: Checkpoints) -> None:
    put(checkpoints, "a.pt", b"mine")
    trashed = checkpoints.delete("a.pt")
    assert trashed
    assert checkpoints.all() == ()
    assert checkpoints.delete("a.pt") is None
    put(checkpoints, "a.pt", b"other")
    assert Workspace(tmp_path).checkpoints.restore(trashed) == "a-2.pt"
    assert checkpoints.path("a-2.pt").read_bytes() == b"mine"
    with pytest.raises(WorkspaceError, match=r"deleted checkpoint 'a\.pt' is not kept any more"):
        checkpoints.restore(trashed)
    again = checkpoints.delete("a-2.pt")
    assert again
    checkpoints.discard(again)
    checkpoints.discard(again)
    assert files(tmp_path) == ["checkpoints/a.pt"]


def test_a_checkpoint_is_not_restored_as_a_design(tmp_path: Path, checkpoints: Checkpoints) -> None:
    put(checkpoints, "a.pt")
    trashed = checkpoints.delete("a.pt")
    assert trashed
    workspace = Workspace(tmp_path)
    with pytest.raises(WorkspaceError, match="is not kept any more"):
        workspace.restore(Trashed("a", trashed.file))
    workspace.create(design())
    other = workspace.delete("lenet")
    assert other
    with pytest.raises(WorkspaceError, match="is not kept any more"):
        checkpoints.restore(Trashed("a.pt", other.file))
    path = put(checkpoints, "a.pt")
    checkpoints.discard(Trashed("a.pt", "../checkpoints/a.pt"))
    assert path.exists()


def test_a_start_sweeps_what_was_left(tmp_path: Path, checkpoints: Checkpoints) -> None:
    (tmp_path / "checkpoints" / ".a.pt.0123abcd.tmp").touch()
    old, fresh = checkpoints.outgoing(".pt"), checkpoints.outgoing(".safetensors")
    old.touch()
    fresh.touch()
    os.utime(old, (time.time() - 100_000,) * 2)
    with checkpoints.receiving("b.pt") as received:
        Workspace(tmp_path)
        checkpoints.keep(received)
    assert files(tmp_path) == ["checkpoints/b.pt", f"outgoing/{fresh.name}"]


def test_a_full_disk_is_told(tmp_path: Path, checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1_000))
    told = f"No space is left on the disk of {tmp_path / 'checkpoints'}: 2.0 kB are needed, 1.0 kB are free."
    with pytest.raises(WorkspaceError) as caught, checkpoints.receiving("a.pt", 2_000):
        pytest.fail("it was begun")
    assert str(caught.value) == told

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkspaceError, match=r"No space is left on the disk of .*: 1\.0 kB are free\."):
        receive(checkpoints, "a.pt", b"1")
    assert files(tmp_path) == []
