"""The folder that holds designs, as files that a person can read, compare and keep in git, and checkpoints."""

from composer.workspace.checkpoints import Checkpoint, Checkpoints
from composer.workspace.runs import Following, RunEntry, Runs
from composer.workspace.trash import Trashed
from composer.workspace.workspace import Entry, StaleSave, Stored, Workspace, default_root

__all__ = [
    "Checkpoint", "Checkpoints", "Entry", "Following", "RunEntry", "Runs", "StaleSave", "Stored", "Trashed",
    "Workspace", "default_root",
]  # fmt: skip
