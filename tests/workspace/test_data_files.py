"""A person's own data in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.errors import WorkspaceError
from composer.workspace import Workspace


def receive(workspace: Workspace, wanted: str, content: bytes = b"a,b\n1,2\n") -> str:
    with workspace.data.receiving(wanted) as received:
        received.write(content)
        return workspace.data.keep(received).name


def test_data_is_brought_listed_and_kept_apart_from_checkpoints(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert [receive(workspace, name) for name in ("Iris.CSV", "iris.csv", "Cats & Dogs.zip")] == [
        "iris.csv",
        "iris-2.csv",
        "cats-dogs.zip",
    ]
    assert {each.name for each in workspace.data.all()} == {"iris.csv", "iris-2.csv", "cats-dogs.zip"}
    assert workspace.data.path("iris.csv") == tmp_path / "data" / "iris.csv"
    assert workspace.data.find("iris.csv").nbytes == 8
    assert workspace.checkpoints.all() == ()


def test_deleted_data_comes_back(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    receive(workspace, "a.npz", b"mine")
    trashed = workspace.data.delete("a.npz")
    assert trashed
    assert workspace.data.all() == ()
    with pytest.raises(WorkspaceError, match="cannot be the name of a checkpoint"):
        workspace.checkpoints.restore(trashed)
    assert Workspace(tmp_path).data.restore(trashed) == "a.npz"
    assert workspace.data.path("a.npz").read_bytes() == b"mine"


def test_what_is_no_data_is_refused(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with pytest.raises(WorkspaceError, match=r"'a\.pt' is no name of a data file: those end in \.csv, .* or \.zip\."):
        receive(workspace, "a.pt")
    for name in ("../a.csv", ".a.csv", "a", "nul.csv"):
        with pytest.raises(WorkspaceError, match="cannot be the name of a data file"):
            workspace.data.path(name)
    with pytest.raises(WorkspaceError, match=r"There is no data file 'a\.csv' in "):
        workspace.data.find("a.csv")
    assert list((tmp_path / "data").iterdir()) == []


def test_a_name_of_no_letters_is_called_data_file(tmp_path: Path) -> None:
    assert receive(Workspace(tmp_path), "数据.csv") == "data-file.csv"
