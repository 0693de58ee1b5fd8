"""The folder that holds designs, as files that a person can read and compare, and checkpoints and recordings."""

from composer.workspace.checkpoints import Checkpoint, Checkpoints
from composer.workspace.recordings import RecordingEntry, Recordings
from composer.workspace.trash import Trashed
from composer.workspace.workspace import Entry, StaleSave, Stored, Workspace, default_root

__all__ = [
    "Checkpoint",
    "Checkpoints",
    "Entry",
    "RecordingEntry",
    "Recordings",
    "StaleSave",
    "Stored",
    "Trashed",
    "Workspace",
    "default_root",
]
