"""What was deleted: files that are kept for some weeks, so that a person can have them back."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from composer import atomic

KEPT = timedelta(days=30)
_TIME = "%Y%m%dT%H%M%S%fZ"
_NAME = re.compile(r"(\d{8}T\d{12}Z) [^/\\]+\.json")


@dataclass(frozen=True, slots=True)
class Trashed:
    """A design that was deleted: its id, and the name of its file among what was deleted."""

    id: str
    file: str


class Trash:
    """A folder of deleted files, each named after the time of that and what it was called.

    The methods raise OSError where a file cannot be used, and expect that nobody else writes meanwhile.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, path: Path) -> Trashed:
        """Delete a file, in one step that a crash cannot halve.

        Raises:
            FileNotFoundError: where there is none.
        """
        self._folder.mkdir(exist_ok=True)
        name = f"{datetime.now(UTC):{_TIME}} {path.name}"
        atomic.move(path, self._folder / name)
        return Trashed(path.stem, name)

    def take(self, trashed: Trashed, target: Path) -> None:
        """Bring a file back, as `target`.

        Raises:
            FileNotFoundError: where it is not kept any more.
        """
        if not _NAME.fullmatch(trashed.file):
            raise FileNotFoundError(trashed.file)
        atomic.move(self._folder / trashed.file, target)

    def sweep(self) -> None:
        """Remove for good what was deleted longer ago than `KEPT`. What a person put there is left alone."""
        oldest = datetime.now(UTC) - KEPT
        for path in self._folder.glob("*.json"):
            found = _NAME.fullmatch(path.name)
            if found and datetime.strptime(found[1], _TIME).replace(tzinfo=UTC) < oldest:
                with contextlib.suppress(OSError):
                    path.unlink()
