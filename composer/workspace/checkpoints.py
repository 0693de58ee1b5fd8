"""Checkpoints: files of tensors that were saved or brought here, and those that are only made to be taken away."""

from __future__ import annotations

import contextlib
import secrets
import time
from pathlib import Path

from composer import atomic
from composer.workspace.files import Files, StoredFile
from composer.workspace.trash import Trash
from composer.workspace.writing import Writing

ENDINGS = (".safetensors", ".pt", ".pth", ".composer")
KEPT = 3600  # seconds that a file is kept which is only made to be taken away

Checkpoint = StoredFile


class Checkpoints(Files):
    """The checkpoints of a workspace. Every method raises WorkspaceError where the folder or a file cannot be used."""

    def __init__(self, root: Path, trash: Trash, writing: Writing) -> None:
        super().__init__(root / "checkpoints", "checkpoint", ENDINGS, trash, writing)
        self._outgoing = root / "outgoing"
        with writing(root):
            self._outgoing.mkdir(exist_ok=True)
            atomic.sweep(self._outgoing)
            _sweep_old(self._outgoing)

    def outgoing(self, ending: str) -> Path:
        """A new place for a file that is only made to be taken away. It is kept for an hour or more."""
        _sweep_old(self._outgoing)
        return self._outgoing / f"{secrets.token_hex(8)}{ending}"


def _sweep_old(folder: Path) -> None:
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - KEPT:
                path.unlink()
