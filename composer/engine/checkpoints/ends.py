"""The end of a zip archive: where its directory is, read before anything else of it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from composer.engine.checkpoints.rules import TENSORS
from composer.engine.checkpoints.wording import damaged
from composer.errors import CheckpointError

ENTRIES = TENSORS + 100
_DIRECTORY = 16 * 2**20
_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory of an archive: where it starts, how many bytes it has, how many entries it counts."""

    start: int
    nbytes: int
    entries: int


def central_directory(file: BinaryIO, nbytes: int) -> Directory:
    """Where the directory of the archive `file`, of `nbytes`, is.

    Raises:
        CheckpointError: where the archive does not end with it, or it is too large.
    """
    tail = _tail(file, nbytes, _END.size)
    if len(tail) < _END.size or not tail.startswith(b"PK\5\6"):
        raise CheckpointError(
            "its zip archive has no end: it was cut off, or something was appended. Download or save it again."
        )
    _, disk, other, here, entries, size, start, comment = _END.unpack(tail)
    end = nbytes - _END.size
    found = Directory(start, size, entries)
    locator = _tail(file, end, _LOCATOR.size)
    if locator.startswith(b"PK\6\7"):
        end -= _LOCATOR.size + _END64.size
        large = _large(file, locator, end)
        if not _agree(found, large):
            raise damaged("its zip archive has two ends that disagree")
        found = large
    if (disk, other) not in ((0, 0), (2**16 - 1, 2**16 - 1)) or here != entries:
        raise damaged("its zip archive is one part of several")
    if comment or found.start + found.nbytes != end:
        raise damaged("its zip directory is not where the archive says")
    if found.entries > ENTRIES or found.nbytes > _DIRECTORY:
        raise CheckpointError(
            f"it holds {found.entries:,} entries, and {ENTRIES:,} are the most. Save fewer tensors in one file."
        )
    return found


def _large(file: BinaryIO, locator: bytes, at: int) -> Directory:
    """The second end that archives of any size may have, which must stand at `at`."""
    _, disk, place, disks = _LOCATOR.unpack(locator)
    file.seek(max(at, 0))
    record = file.read(_END64.size)
    if place != at or disk or disks != 1 or len(record) < _END64.size or not record.startswith(b"PK\6\6"):
        raise damaged("the end of its zip archive is broken")
    _, length, _, _, disk, other, here, entries, size, start = _END64.unpack(record)
    if (length, disk, other, here) != (_END64.size - 12, 0, 0, entries):
        raise damaged("the end of its zip archive is broken")
    return Directory(start, size, entries)


def _agree(small: Directory, large: Directory) -> bool:
    """Whether each number of the one is the other's, or says that it did not fit."""
    return (
        small.start in (large.start, 2**32 - 1)
        and small.nbytes in (large.nbytes, 2**32 - 1)
        and small.entries in (large.entries, 2**16 - 1)
    )


def _tail(file: BinaryIO, end: int, size: int) -> bytes:
    """The last `size` bytes before `end`; fewer where there are not so many."""
    file.seek(max(end - size, 0))
    return file.read(min(size, max(end, 0)))
