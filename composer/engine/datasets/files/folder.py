"""A folder of images on this machine. Links are not followed, so nothing outside of it is read."""

from __future__ import annotations

import os
import stat
from functools import partial
from pathlib import Path

from composer.data_reports import DataOptions
from composer.engine.datasets.base import DataSet
from composer.engine.datasets.files.class_folders import Entry, check_filled, class_folders, hidden
from composer.engine.datasets.files.limits import ARCHIVE_BYTES, DEPTH, ENTRIES, IMAGE_BYTES
from composer.engine.datasets.wording import place_of, refused
from composer.errors import DataError


def folder(path: Path, options: DataOptions) -> DataSet:
    """The images in the folder at `path`.

    Raises:
        DataError: where it holds links, too much, what cannot be read, or no images in class folders.
    """
    entries: list[Entry] = []
    folders: list[tuple[str, ...]] = []
    total = 0
    for outer, names, files in os.walk(path, onerror=_raise):
        inner = Path(outer).relative_to(path).parts
        if len(inner) > DEPTH:
            raise refused(path.name, f"at most {DEPTH} folders in folders", "more", "Arrange them as class/image.png.")
        names[:] = [name for name in names if not hidden((name,))]
        for name in (*names, *files):
            parts = (*inner, name)
            if hidden(parts):
                continue
            place, file = place_of(path.name, "/".join(parts)), Path(outer, name)
            status = _status(place, file)
            if stat.S_ISDIR(status.st_mode):
                folders.append(parts)
                continue
            _check(place, status)
            total += status.st_size
            entries.append(Entry(path.name, parts, partial(_read, place, file)))
            if total > ARCHIVE_BYTES or len(entries) + len(folders) > ENTRIES:
                expected = f"at most {ENTRIES:,} files of {ARCHIVE_BYTES:,} bytes together"
                raise refused(path.name, expected, "more", "Use a part of them.")
    check_filled(path.name, folders, entries)
    return class_folders(path.name, entries, options)


def _check(place: str, status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise refused(place, "a file", "a link", "Put the file itself into the folder.")
    if not stat.S_ISREG(status.st_mode):
        raise refused(place, "a file", "something else", "Take it out.")
    if status.st_size > IMAGE_BYTES:
        raise refused(place, f"at most {IMAGE_BYTES:,} bytes", f"{status.st_size:,}", "Take it out.")


def _status(place: str, file: Path) -> os.stat_result:
    try:
        return file.lstat()
    except OSError as error:
        raise _unread(place, error) from None


def _read(place: str, file: Path) -> bytes:
    """The bytes of a file, at most as many as one may have: it may have grown."""
    try:
        with file.open("rb") as open_file:
            return open_file.read(IMAGE_BYTES)
    except OSError as error:
        raise _unread(place, error) from None


def _raise(error: OSError) -> None:
    raise _unread(Path(str(error.filename)).name, error) from None


def _unread(place: str, error: OSError) -> DataError:
    reason = error.strerror or "an error of the disk"
    return refused(place, "a file that can be read", reason, "Check that it is there and yours.")
