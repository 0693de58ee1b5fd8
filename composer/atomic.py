"""Writing a file whole or not at all, also when the process is killed, the disk is full, or the power fails."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl

_SUFFIX = ".tmp"
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


class Staged:
    """A new file under a temporary name. `file` is open for writing, and can be read and written at any place."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.file = file

    def sync(self) -> None:
        """Make what was written last, which takes a while where it is much.

        Raises:
            OSError: where there is no room for it.
        """
        self.file.flush()
        os.fsync(self.file.fileno())

    def become(self, target: Path) -> None:
        """Give what was written its own name, in the same folder, and make it last. What had that name is replaced.

        Raises:
            OSError: where that cannot be done; what had the name is still there.
        """
        self.sync()
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(target, self.path)
        if os.name == "nt":  # there an open file cannot be renamed, nor be swept
            self.file.close()
        self.path.replace(target)
        sync_folder(target.parent)


@contextmanager
def staged(path: Path) -> Iterator[Staged]:
    """A file that may become `path`, or another of its folder; one that did not is removed at the end of the block.

    It is locked for as long, so that nobody sweeps it.

    Raises:
        OSError: where it cannot be made.
    """
    temporary, file = _new(path)
    with file:
        try:
            yield Staged(temporary, file)
        finally:
            if os.name == "nt":
                file.close()
            temporary.unlink(missing_ok=True)


def _new(path: Path) -> tuple[Path, BinaryIO]:
    """A new file beside `path`, which is held. Somebody may sweep it before it is: then another one."""
    while True:
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_SUFFIX}")
        file = temporary.open("x+b")
        with contextlib.suppress(OSError):  # of file systems that know no locks: there nothing is swept
            _lock(file)
        if temporary.exists():
            return temporary, file
        file.close()


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """An open file whose content becomes that of `path` where the block ends without an error, however large it is.

    After a crash, `path` is the old or the new content, never anything between.

    Raises:
        OSError: where it cannot be written; the old content is still there.
    """
    with staged(path) as new:
        yield new.file
        new.become(path)


def write(path: Path, data: bytes) -> None:
    """Replace the content of `path` by `data`, as `replacing` does."""
    with replacing(path) as file:
        file.write(data)


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
    """Remove what writes that were killed left in `folder`. What somebody is writing now is left alone."""
    for path in folder.glob(f".*.????????{_SUFFIX}"):
        with contextlib.suppress(OSError), _taken(path):
            path.unlink()


def is_full(error: OSError) -> bool:
    """Whether it says that there is no more room: on the disk, for this user, or for a file of this process."""
    return error.errno in _FULL


def reason(error: OSError, path: Path, needed: int | None = None) -> str:
    """What a person reads where `path` could not be written. `needed` are its bytes, where they are known."""
    return shortage(path, needed) if is_full(error) else f"{path}: {error.strerror or error}."


def shortage(path: Path, needed: int | None = None) -> str:
    """What a person reads where `path` did not fit on its disk. `needed` are its bytes, where they are known."""
    folder = path.parent
    free = f"{_size(shutil.disk_usage(folder).free)} are free"
    counts = f"{_size(needed)} are needed, {free}" if needed is not None else free
    kept = " The file that was there is unchanged." if path.exists() else ""
    return f"No space is left on the disk of {folder}: {counts}.{kept}"


def _size(count: int) -> str:
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= unit:
            return f"{count / unit:,.1f} {name}"
    return f"{count} B"


@contextmanager
def _taken(path: Path) -> Iterator[None]:
    """Hold a file that nobody writes. On Windows there is no need: what is open cannot be removed.

    Raises:
        OSError: where somebody does.
    """
    if sys.platform == "win32":
        yield
        return
    with path.open("rb") as file:
        _lock(file, wait=False)
        yield


def _lock(file: BinaryIO, wait: bool = True) -> None:
    """Hold an open file until it is closed, also by the end of the process."""
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
