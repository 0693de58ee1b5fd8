"""What was deleted: files and folders of runs that are kept for some weeks, so that a person can have them back."""

from __future__ import annotations

import contextlib
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from composer import atomic

KEPT = timedelta(days=30)
_TIME = "%Y%m%dT%H%M%S%fZ"
_NAME = re.compile(r"(\d{8}T\d{12}Z) [^/\\]+")


@dataclass(frozen=True, slots=True)
class Trashed:
    """A design, checkpoint, run or data file that was deleted: its id, and the name of its file in the trash."""

    id: str
    file: str


class Trash:
    """A folder of deleted files, each named after the time of that and what it was called.

    The methods raise OSError where a file cannot be used, and expect that nobody else writes meanwhile.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, id: str, path: Path) -> Trashed:
        """Delete the file of `id`, in one step that a crash cannot halve.

        Raises:
            FileNotFoundError: where there is none.
        """
        self._folder.mkdir(exist_ok=True)
        name = f"{datetime.now(UTC):{_TIME}} {path.name}"
        atomic.move(path, self._folder / name)
        return Trashed(id, name)

    def take(self, trashed: Trashed, target: Path) -> None:
        """Bring a file back, as `target`.

        Raises:
            FileNotFoundError: where it is not kept any more.
        """
        path = self._path(trashed)
        if path.suffix != target.suffix:
            raise FileNotFoundError(trashed.file)
        atomic.move(path, target)

    def drop(self, trashed: Trashed) -> None:
        """Remove a file for good, where it is still kept."""
        with contextlib.suppress(FileNotFoundError):
            _remove(self._path(trashed))

    def _path(self, trashed: Trashed) -> Path:
        if not _NAME.fullmatch(trashed.file):
            raise FileNotFoundError(trashed.file)
        return self._folder / trashed.file

    def sweep(self) -> None:
        """Remove for good what was deleted longer ago than `KEPT`. What a person put there is left alone."""
        oldest = datetime.now(UTC) - KEPT
        for path in self._folder.glob("*"):
            found = _NAME.fullmatch(path.name)
            if found and datetime.strptime(found[1], _TIME).replace(tzinfo=UTC) < oldest:
                with contextlib.suppress(OSError):
                    _remove(path)


def _remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
