"""Writing a file whole or not at all, also when the process is killed or the power fails."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path

_SUFFIX = ".tmp"


def write(path: Path, data: bytes) -> None:
    """Replace the content of `path`: after a crash it is the old or the new content, never anything between.

    Raises:
        OSError: where it cannot be written; the old content is still there.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_SUFFIX}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def move(path: Path, target: Path) -> None:
    """Give a file another name, perhaps in another folder of the same disk; what had that name is replaced.

    Raises:
        OSError: where it is not there or cannot be moved; it is still where it was.
    """
    path.replace(target)
    sync_folder(target.parent)  # first: a file that two names lead to after a crash is better than one without
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` last. On Windows, where a folder cannot be opened, the system sees to it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove what writes that were killed left in `folder`. Nobody may be writing there meanwhile."""
    for path in folder.glob(f".*.????????{_SUFFIX}"):
        with contextlib.suppress(OSError):
            path.unlink()
