"""The folder of designs, as files that a person can read, compare and keep in git; and all else that is kept."""

from composer.workspace.checkpoints import Checkpoint, Checkpoints
from composer.workspace.data_files import DataFiles
from composer.workspace.files import Files, Received, StoredFile
from composer.workspace.runs import Following, RunEntry, Runs
from composer.workspace.trash import Trashed
from composer.workspace.workspace import Entry, StaleSave, Stored, Workspace, default_root

__all__ = [
    "Checkpoint",
    "Checkpoints",
    "DataFiles",
    "Entry",
    "Files",
    "Following",
    "Received",
    "RunEntry",
    "Runs",
    "StaleSave",
    "Stored",
    "StoredFile",
    "Trashed",
    "Workspace",
    "default_root",
]
