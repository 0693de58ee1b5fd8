"""The folder that holds designs, as files that a person can read, compare and keep in git."""

from composer.workspace.trash import Trashed
from composer.workspace.workspace import Entry, StaleSave, Stored, Workspace, default_root

__all__ = ["Entry", "StaleSave", "Stored", "Trashed", "Workspace", "default_root"]
