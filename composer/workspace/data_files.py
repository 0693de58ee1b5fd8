"""A person's own data: tables, arrays, and archives of images. What is in them is read where it is trained on."""

from __future__ import annotations

from pathlib import Path

from composer.workspace.files import Files
from composer.workspace.trash import Trash
from composer.workspace.writing import Writing

ENDINGS = (".csv", ".tsv", ".txt", ".npz", ".zip")


class DataFiles(Files):
    """The data files of a workspace. Every method raises WorkspaceError where the folder or a file cannot be used."""

    def __init__(self, root: Path, trash: Trash, writing: Writing) -> None:
        super().__init__(root / "data", "data file", ENDINGS, trash, writing)
