"""A workspace: designs that are saved at every change, and never saved over somebody else's change."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from pydantic import ValidationError

from composer import atomic
from composer.design import limits
from composer.design.document import Design
from composer.design.nodes import rebuild
from composer.design.text import dumps, loads
from composer.errors import DesignError, WorkspaceError
from composer.workspace.checkpoints import Checkpoints
from composer.workspace.data_files import DataFiles
from composer.workspace.ids import is_id, slug
from composer.workspace.runs import Runs
from composer.workspace.trash import Trash, Trashed
from composer.workspace.writing import Writing, explained

_SUFFIX = ".json"
_RECENT = 20


class StaleSave(WorkspaceError):
    """The file is not what it was when the design was loaded. Revisions are "" for no file."""

    def __init__(self, design: str, expected: str, found: str) -> None:
        self.design, self.expected, self.found = design, expected, found
        how = "changed" if found else "deleted"
        super().__init__(f"The design {design!r} was {how} elsewhere since it was loaded here.")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.design, self.expected, self.found)


@dataclass(frozen=True, slots=True)
class Entry:
    """A design's file, as it is listed. `problem` says why it cannot be read ("" where it can)."""

    id: str
    name: str
    modified: datetime
    revision: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """A design and the revision of the file it is in: a hash of the content."""

    id: str
    design: Design
    revision: str


def default_root() -> Path:
    """The workspace in the user's data folder."""
    return user_data_path("block-composer", appauthor=False)


class Workspace:
    """Designs in a folder, each in a file of canonical text named after its id; beside them all else that is kept.

    An id stays for the life of a design; its name is in the text and may change. Safe to use from several
    threads and processes. Every method raises WorkspaceError where the folder or a file cannot be used.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or default_root()
        self._designs = self.root / "designs"
        self._trash = Trash(self.root / "trash")
        with explained(self.root):
            self._designs.mkdir(parents=True, exist_ok=True)
        self._writing = Writing(self.root)
        with self._writing(self.root):
            for folder in (self.root, self._designs):
                atomic.sweep(folder)
            self._trash.sweep()
        self.checkpoints = Checkpoints(self.root, self._trash, self._writing)
        self.runs = Runs(self.root, self._trash, self._writing)
        self.data = DataFiles(self.root, self._trash, self._writing)

    def designs(self) -> tuple[Entry, ...]:
        """Every design's file, the last changed first; those that cannot be read too, with the reason."""
        entries = [entry for path in self._files() if (entry := _entry_of(path))]
        return tuple(sorted(entries, key=lambda entry: entry.modified, reverse=True))

    def load(self, id: str) -> Stored:
        """A design and its revision.

        Raises:
            WorkspaceError: where there is none, or it cannot be read.
            DesignError: where the file holds no design.
        """
        data = self._read(id)
        if data is None:
            raise WorkspaceError(f"There is no design {id!r} in {self._designs}.")
        return Stored(id, loads(data), _revision(data))

    def revision(self, id: str) -> str:
        """The revision of the file as it is now; "" for no file."""
        return _revision(self._read(id))

    def create(self, design: Design) -> Stored:
        """Save a design, or a copy of one, in a file of its own, with an id made of its name."""
        with self._writing(self._designs):
            id = slug(design.name, [path.stem for path in self._files()])
            return self._write(id, design)

    def save(self, id: str, design: Design, revision: str) -> Stored:
        """Save a change. `revision` is that of the content which was changed; "" for no file.

        Raises:
            StaleSave: where the file has another revision: somebody else changed or deleted it. To overwrite it
                all the same, save with the revision that was found.
        """
        with self._writing(self._path(id)):
            found = self.revision(id)
            if found != revision:
                raise StaleSave(id, revision, found)
            return self._write(id, design)

    def rename(self, id: str, name: str) -> Stored:
        """Change the name inside a design; its id stays."""
        with self._writing(self._path(id)):
            design = self.load(id).design
            try:
                return self._write(id, rebuild(design, name=name))
            except ValidationError:
                raise WorkspaceError(f"{name[:60]!r} cannot be the name of a design.") from None

    def delete(self, id: str) -> Trashed | None:
        """Delete a design's file, where there is one. It can be restored for some weeks."""
        with self._writing(self._path(id)), contextlib.suppress(FileNotFoundError):
            return self._trash.put(id, self._path(id))
        return None

    def restore(self, trashed: Trashed) -> str:
        """Bring a deleted file back as it was, and say its id: the old one, or another where that is taken by now.

        Raises:
            WorkspaceError: where it is not kept any more.
        """
        with self._writing(self._path(trashed.id)):
            taken = {path.stem.casefold() for path in self._files()}
            id = slug(trashed.id, taken) if trashed.id.casefold() in taken else trashed.id
            try:
                self._trash.take(trashed, self._path(id))
            except FileNotFoundError:
                raise WorkspaceError(f"The deleted design {trashed.id!r} is not kept any more.") from None
            return id

    def mark(self, id: str) -> str:
        """What changes whenever the file is written, and costs less to find than its revision; "" for no file."""
        path = self._path(id)
        with explained(path), contextlib.suppress(FileNotFoundError):
            status = path.stat()
            return f"{status.st_mtime_ns}.{status.st_size}.{status.st_ino}"
        return ""

    def note_opened(self, id: str) -> None:
        """Put a design first in the list of recent ones."""
        with self._writing(self._recent_path):
            ids = [id, *(each for each in self._recent_ids() if each != id)][:_RECENT]
            atomic.write(self._recent_path, (json.dumps(ids, indent=1) + "\n").encode())

    def recent(self) -> tuple[Entry, ...]:
        """The designs that were opened last and are still there, the last one first."""
        paths = [self._path(id) for id in self._recent_ids()]
        return tuple(entry for path in paths if (entry := _entry_of(path)))

    @property
    def _recent_path(self) -> Path:
        return self.root / "recent.json"

    def _recent_ids(self) -> list[str]:
        """Only a convenience: where it cannot be read, nothing was opened."""
        try:
            ids = json.loads(self._recent_path.read_bytes())
        except (OSError, ValueError):
            return []
        return [id for id in ids if isinstance(id, str) and is_id(id)] if isinstance(ids, list) else []

    def _files(self) -> Iterator[Path]:
        with explained(self._designs):
            paths = sorted(self._designs.glob(f"*{_SUFFIX}"))
        return (path for path in paths if is_id(path.stem))

    def _path(self, id: str) -> Path:
        if not is_id(id):
            raise WorkspaceError(f"{id[:60]!r} cannot be the name of a design's file.")
        return self._designs / f"{id}{_SUFFIX}"

    def _read(self, id: str) -> bytes | None:
        path = self._path(id)
        with explained(path), contextlib.suppress(FileNotFoundError):
            return _read(path)
        return None

    def _write(self, id: str, design: Design) -> Stored:
        data = dumps(design).encode()
        if len(data) > limits.MAX_TEXT:
            raise WorkspaceError(f"{id} has {len(data):,} bytes; at most {limits.MAX_TEXT:,} can be read again.")
        atomic.write(self._path(id), data)
        return Stored(id, design, _revision(data))


def _revision(data: bytes | None) -> str:
    """A hash of the content, so that no revision is kept beside the file; "" for no file."""
    return "" if data is None else hashlib.sha256(data).hexdigest()[:16]


def _read(path: Path) -> bytes:
    """At most one byte more than a design may have: then it is refused without being read."""
    with path.open("rb") as file:
        return file.read(limits.MAX_TEXT + 1)


def _entry_of(path: Path) -> Entry | None:
    """How a file is listed, or None where it is gone by now."""
    try:
        status = path.stat()
        return _entry(path, status.st_mtime_ns, status.st_size, status.st_ino)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Entry(path.stem, path.stem, datetime.now(UTC), "", error.strerror or str(error))


@lru_cache(maxsize=1000)
def _entry(path: Path, modified: int, size: int, file: int) -> Entry:
    """Reading every design takes long, so what was read is kept until the file changes."""
    data = _read(path)
    when = datetime.fromtimestamp(modified / 1e9, UTC)
    try:
        return Entry(path.stem, loads(data).name, when, _revision(data))
    except DesignError as error:
        return Entry(path.stem, path.stem, when, _revision(data), str(error))
