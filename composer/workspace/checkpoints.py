"""Checkpoints: files of tensors that were saved or brought here. They may be large, and what is in them is not read."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from composer import atomic
from composer.errors import WorkspaceError
from composer.workspace.ids import is_id, slug
from composer.workspace.trash import Trash, Trashed
from composer.workspace.writing import Writing, explained

ENDINGS = (".safetensors", ".pt", ".pth", ".composer")
KEPT = 3600  # seconds that a file is kept which is only made to be taken away


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A file, by its whole name."""

    name: str
    nbytes: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is coming in, which should be called `wanted`; `nbytes` are to come, where that is known."""

    wanted: str
    path: Path
    nbytes: int | None
    staged: atomic.Staged

    def write(self, data: bytes) -> None:
        """Add a piece.

        Raises:
            WorkspaceError: where there is no room for it.
        """
        with explained(self.path, self.nbytes):
            self.staged.file.write(data)


class Checkpoints:
    """The checkpoints of a workspace. Every method raises WorkspaceError where the folder or a file cannot be used."""

    def __init__(self, root: Path, trash: Trash, writing: Writing) -> None:
        self._folder, self._outgoing = root / "checkpoints", root / "outgoing"
        self._trash = trash
        self._writing = writing
        with self._writing(root):
            for folder in (self._folder, self._outgoing):
                folder.mkdir(exist_ok=True)
                atomic.sweep(folder)
            _sweep_old(self._outgoing)

    def all(self) -> tuple[Checkpoint, ...]:
        """Every checkpoint, the last changed first. What a save that was stopped left is swept."""
        with explained(self._folder):
            atomic.sweep(self._folder)
            found = [_checkpoint(path) for path in self._folder.iterdir() if _is_name(path.name)]
        return tuple(sorted((each for each in found if each), key=lambda each: each.modified, reverse=True))

    def find(self, name: str) -> Checkpoint:
        """The checkpoint of that name."""
        with explained(self.path(name)):
            found = _checkpoint(self.path(name))
        if found is None:
            raise WorkspaceError(f"There is no checkpoint {name!r} in {self._folder}.")
        return found

    def path(self, name: str) -> Path:
        """Where a checkpoint of that name is, or would be."""
        if not _is_name(name):
            raise WorkspaceError(f"{name[:60]!r} cannot be the name of a checkpoint; it ends in {_endings()}.")
        return self._folder / name

    def new_name(self, wanted: str) -> str:
        """A name like `wanted`, with its ending, that no checkpoint has."""
        ending = Path(wanted).suffix.lower()
        if ending not in ENDINGS:
            raise WorkspaceError(f"{wanted[:60]!r} is no name of a checkpoint: those end in {_endings()}.")
        taken = [path.stem for path in self._folder.glob(f"*{ending}")]
        return slug(wanted[: -len(ending)], taken, "checkpoint") + ending

    def outgoing(self, ending: str) -> Path:
        """A new place for a file that is only made to be taken away. It is kept for an hour or more."""
        _sweep_old(self._outgoing)
        return self._outgoing / f"{secrets.token_hex(8)}{ending}"

    @contextmanager
    def receiving(self, wanted: str, nbytes: int | None = None) -> Iterator[Received]:
        """A file that comes in piece by piece. It is gone at the end of the block, unless it was kept.

        `wanted` is the name it should have, `nbytes` how many are to come, where that is known.
        """
        path = self.path(self.new_name(wanted))
        with explained(path, nbytes):
            if nbytes is not None and nbytes > shutil.disk_usage(self._folder).free:
                raise WorkspaceError(atomic.shortage(path, nbytes))
            with atomic.staged(path) as new:
                yield Received(wanted, path, nbytes, new)

    def keep(self, received: Received) -> Checkpoint:
        """All of a file is there: it is a checkpoint from now on, by a name like the one that was wanted."""
        with explained(received.path, received.nbytes):
            received.staged.sync()  # before others have to wait
        with self._writing(self._folder):
            name = self.new_name(received.wanted)
            received.staged.become(self.path(name))
        return self.find(name)

    def delete(self, name: str) -> Trashed | None:
        """Delete a checkpoint, where there is one. It takes its room until it is discarded, or some weeks are over."""
        path = self.path(name)
        with self._writing(path), contextlib.suppress(FileNotFoundError):
            return self._trash.put(name, path)
        return None

    def restore(self, trashed: Trashed) -> str:
        """Bring a deleted checkpoint back, and say its name: the old one, or another where that is taken by now."""
        path = self.path(trashed.id)
        with self._writing(path):
            name = self.new_name(trashed.id) if path.exists() else trashed.id
            try:
                self._trash.take(trashed, self.path(name))
            except FileNotFoundError:
                raise WorkspaceError(f"The deleted checkpoint {trashed.id!r} is not kept any more.") from None
        return name

    def discard(self, trashed: Trashed) -> None:
        """Give the room of a deleted checkpoint free."""
        with self._writing(self.path(trashed.id)):
            self._trash.drop(trashed)


def _is_name(name: str) -> bool:
    path = Path(name)
    return path.suffix in ENDINGS and is_id(path.stem) and path.name == name


def _endings() -> str:
    return f"{', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"


def _checkpoint(path: Path) -> Checkpoint | None:
    """How a file is listed, or None where it is gone by now, or no file."""
    if not path.is_file():
        return None
    status = path.stat()
    return Checkpoint(path.name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


def _sweep_old(folder: Path) -> None:
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - KEPT:
                path.unlink()
