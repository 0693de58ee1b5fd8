"""Files of one sort in a folder of the workspace: listed, brought in piece by piece, deleted and restored."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from composer import atomic
from composer.errors import WorkspaceError
from composer.workspace.ids import is_id, slug
from composer.workspace.trash import Trash, Trashed
from composer.workspace.writing import Writing, explained


@dataclass(frozen=True, slots=True)
class StoredFile:
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


class Files:
    """The files of a folder whose names end in one of `endings`; people read `kind` for one of them.

    They may be large, and what is in them is not read. Every method raises WorkspaceError where the folder or a file
    cannot be used.
    """

    def __init__(self, folder: Path, kind: str, endings: Sequence[str], trash: Trash, writing: Writing) -> None:
        self._folder, self._kind, self._endings = folder, kind, tuple(endings)
        self._trash = trash
        self._writing = writing
        with self._writing(folder):
            folder.mkdir(exist_ok=True)
            atomic.sweep(folder)

    def all(self) -> tuple[StoredFile, ...]:
        """Every file, the last changed first. What a save that was stopped left is swept."""
        with explained(self._folder):
            atomic.sweep(self._folder)
            found = [_stored(path) for path in self._folder.iterdir() if self._is_name(path.name)]
        return tuple(sorted((each for each in found if each), key=lambda each: each.modified, reverse=True))

    def find(self, name: str) -> StoredFile:
        """The file of that name."""
        with explained(self.path(name)):
            found = _stored(self.path(name))
        if found is None:
            raise WorkspaceError(f"There is no {self._kind} {name!r} in {self._folder}.")
        return found

    def path(self, name: str) -> Path:
        """Where a file of that name is, or would be."""
        if not self._is_name(name):
            raise WorkspaceError(f"{name[:60]!r} cannot be the name of a {self._kind}; it ends in {self._listed()}.")
        return self._folder / name

    def new_name(self, wanted: str) -> str:
        """A name like `wanted`, with its ending, that no file has."""
        ending = Path(wanted).suffix.lower()
        if ending not in self._endings:
            raise WorkspaceError(f"{wanted[:60]!r} is no name of a {self._kind}: those end in {self._listed()}.")
        taken = [path.stem for path in self._folder.glob(f"*{ending}")]
        return slug(wanted[: -len(ending)], taken, self._kind.replace(" ", "-")) + ending

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

    def keep(self, received: Received) -> StoredFile:
        """All of a file is there: it is one of these from now on, by a name like the one that was wanted."""
        with explained(received.path, received.nbytes):
            received.staged.sync()  # before others have to wait
        with self._writing(self._folder):
            name = self.new_name(received.wanted)
            received.staged.become(self.path(name))
        return self.find(name)

    def delete(self, name: str) -> Trashed | None:
        """Delete a file, where there is one. It takes its room until it is discarded, or some weeks are over."""
        path = self.path(name)
        with self._writing(path), contextlib.suppress(FileNotFoundError):
            return self._trash.put(name, path)
        return None

    def restore(self, trashed: Trashed) -> str:
        """Bring a deleted file back, and say its name: the old one, or another where that is taken by now."""
        path = self.path(trashed.id)
        with self._writing(path):
            name = self.new_name(trashed.id) if path.exists() else trashed.id
            try:
                self._trash.take(trashed, self.path(name))
            except FileNotFoundError:
                raise WorkspaceError(f"The deleted {self._kind} {trashed.id!r} is not kept any more.") from None
        return name

    def discard(self, trashed: Trashed) -> None:
        """Give the room of a deleted file free."""
        with self._writing(self.path(trashed.id)):
            self._trash.drop(trashed)

    def _is_name(self, name: str) -> bool:
        path = Path(name)
        return path.suffix in self._endings and is_id(path.stem) and path.name == name

    def _listed(self) -> str:
        return f"{', '.join(self._endings[:-1])} or {self._endings[-1]}"


def _stored(path: Path) -> StoredFile | None:
    """How a file is listed, or None where it is gone by now, or no file."""
    if not path.is_file():
        return None
    status = path.stat()
    return StoredFile(path.name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))
