"""What was in step when: for each file, the mark it had here and the one it had there.

A mark is a short text that changes when the file does; "" is that of no file.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, Field, ValidationError

from composer import atomic

UNKNOWN = "?"  # of a file that is to be looked at again in any case
_OWN = {"outgoing", "recent.json"}  # of the workspace on this machine alone
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"\\|?*]')


class Pair(NamedTuple):
    """The marks of a file when both sides had the same content."""

    here: str = ""
    there: str = ""


class Conflict(NamedTuple):
    """A file that was changed on both sides: the remote version is in the file `beside`."""

    name: str
    beside: str


class Manifest(BaseModel):
    """What is known of a copy. `id` is this copy's own, `address` only says which it is of."""

    address: str
    id: str = Field(default_factory=lambda: secrets.token_hex(4))
    files: dict[str, Pair] = {}
    conflicts: list[Conflict] = []

    def save(self, path: Path) -> None:
        """Write it to a file.

        Raises:
            OSError: where that cannot be done.
        """
        atomic.write(path, self.model_dump_json(indent=0).encode())


def load(path: Path, address: str) -> Manifest:
    """The manifest in a file. Without one, or with one that cannot be read, nothing is in step, and nothing is lost."""
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return Manifest(address=address)


def is_mirrored(name: str) -> bool:
    """Whether a file of that name, with `/` between its parts, belongs to both sides: not what is hidden, or half made.

    A remote name that leads out of the folder does not either.
    """
    parts = name.split("/")
    return parts[0] not in _OWN and all(each and each[0] != "." for each in parts) and not _FORBIDDEN.search(name)


def mark(path: Path) -> str:
    """The mark of a file here.

    Raises:
        OSError: where it cannot be looked at.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return f"{status.st_size}.{status.st_mtime_ns}.{status.st_ino}"


def scan(folder: Path) -> dict[str, str]:
    """The marks of all files here that belong to both sides.

    Raises:
        OSError: where a folder cannot be looked at.
    """
    return {name: found for name in sorted(_names(folder)) if (found := mark(folder / name))}


def _names(folder: Path) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # what is gone by now is no file any more
            raise error

    for parent, folders, files in os.walk(folder, onerror=refuse):
        base = Path(parent).relative_to(folder)
        folders[:] = [each for each in folders if is_mirrored((base / each).as_posix())]
        yield from (name for each in files if is_mirrored(name := (base / each).as_posix()))
