"""Recordings: files of timings that were made here or brought from other machines."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath

from composer import atomic
from composer.design.limits import MAX_TEXT
from composer.errors import RecordingError, WorkspaceError
from composer.recordings.recording import Recording
from composer.recordings.text import dumps, loads
from composer.workspace.ids import is_id, slug
from composer.workspace.trash import Trash, Trashed
from composer.workspace.writing import Writing, explained

_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class RecordingEntry:
    """A recording's file, as it is listed. `problem` says why it cannot be read ("" where it can)."""

    id: str
    recording: Recording | None
    problem: str = ""

    @property
    def date(self) -> str:
        """When it was made, in UTC; "" where that cannot be read."""
        return self.recording.date if self.recording else ""


class Recordings:
    """The recordings of a workspace. Every method raises WorkspaceError where the folder or a file cannot be used."""

    def __init__(self, root: Path, trash: Trash, writing: Writing) -> None:
        self._folder = root / "recordings"
        self._trash = trash
        self._writing = writing
        with self._writing(root):
            self._folder.mkdir(exist_ok=True)
            atomic.sweep(self._folder)

    def all(self) -> tuple[RecordingEntry, ...]:
        """Every recording, the last made first; those that cannot be read at the end, with the reason."""
        found = [entry for path in self._files() if (entry := _entry_of(path))]
        return tuple(sorted(found, key=lambda entry: entry.date, reverse=True))

    def load(self, id: str) -> Recording:
        """The recording of that id.

        Raises:
            RecordingError: where the file holds none.
        """
        return loads(self.read(id))

    def read(self, id: str) -> bytes:
        """What is in the file of that id, as it is to be taken away."""
        path = self.path(id)
        with explained(path), contextlib.suppress(FileNotFoundError):
            return _read(path)
        raise WorkspaceError(f"There is no recording {id!r} in {self._folder}.")

    def save(self, recording: Recording) -> str:
        """Keep a recording in a file of its own, and say its id, which is made of what was timed where and when."""
        return self._keep(recording, f"{recording.experiment} {recording.design} {recording.date}")

    def add(self, name: str, content: bytes) -> str:
        """Keep a recording that was made elsewhere, whose file was called `name`, and say its id.

        Raises:
            RecordingError: where the content is no recording.
        """
        return self._keep(loads(content), PurePath(name).stem)

    def delete(self, id: str) -> Trashed | None:
        """Delete a recording, where there is one. It can be restored for some weeks."""
        path = self.path(id)
        with self._writing(path), contextlib.suppress(FileNotFoundError):
            return self._trash.put(id, path)
        return None

    def restore(self, trashed: Trashed) -> str:
        """Bring a deleted recording back, and say its id: the old one, or another where that is taken by now."""
        with self._writing(self.path(trashed.id)):
            id = self._free(trashed.id) if self.path(trashed.id).exists() else trashed.id
            try:
                self._trash.take(trashed, self.path(id))
            except FileNotFoundError:
                raise WorkspaceError(f"The deleted recording {trashed.id!r} is not kept any more.") from None
        return id

    def path(self, id: str) -> Path:
        """Where a recording of that id is, or would be."""
        if not is_id(id):
            raise WorkspaceError(f"{id[:60]!r} cannot be the name of a recording's file.")
        return self._folder / f"{id}{_SUFFIX}"

    def _keep(self, recording: Recording, wanted: str) -> str:
        data = dumps(recording).encode()
        if len(data) > MAX_TEXT:
            raise WorkspaceError(f"The recording has {len(data):,} bytes; at most {MAX_TEXT:,} can be read again.")
        with self._writing(self._folder):
            id = self._free(wanted)
            atomic.write(self.path(id), data)
        return id

    def _free(self, wanted: str) -> str:
        return slug(wanted, [path.stem for path in self._files()], "recording")

    def _files(self) -> Iterator[Path]:
        with explained(self._folder):
            paths = sorted(self._folder.glob(f"*{_SUFFIX}"))
        return (path for path in paths if is_id(path.stem))


def _read(path: Path) -> bytes:
    """At most one byte more than a recording may have: then it is refused without being read."""
    with path.open("rb") as file:
        return file.read(MAX_TEXT + 1)


def _entry_of(path: Path) -> RecordingEntry | None:
    """How a file is listed, or None where it is gone by now."""
    try:
        status = path.stat()
        return _entry(path, status.st_mtime_ns, status.st_size, status.st_ino)
    except FileNotFoundError:
        return None
    except OSError as error:
        return RecordingEntry(path.stem, None, error.strerror or str(error))


@lru_cache(maxsize=200)
def _entry(path: Path, modified: int, size: int, file: int) -> RecordingEntry:
    """Reading every recording takes long, so what was read is kept until the file changes."""
    try:
        return RecordingEntry(path.stem, loads(_read(path)))
    except RecordingError as error:
        return RecordingEntry(path.stem, None, str(error))
