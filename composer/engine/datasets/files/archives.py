"""Zip archives of strangers: read entry by entry, in memory, and nothing of them leads elsewhere."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from composer.engine.checkpoints.ends import central_directory
from composer.engine.datasets.files.limits import ARCHIVE_BYTES, DEPTH, ENTRIES
from composer.engine.datasets.files.regular import opened
from composer.engine.datasets.wording import place_of, refused
from composer.errors import CheckpointError, DataError

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1
_NAME = 500
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


@dataclass(frozen=True, slots=True)
class Packed:
    """An entry of an open archive, by its folders and its name. `place` is where it is, for a message."""

    place: str
    parts: tuple[str, ...]
    folder: bool
    nbytes: int
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo

    def start(self, nbytes: int) -> bytes:
        """Its first bytes, which are not compared with the checksum yet.

        Raises:
            DataError: where it is damaged.
        """
        try:
            with self.archive.open(self.info) as file:
                return file.read(nbytes)
        except _BROKEN:
            raise self._damaged() from None

    def read(self) -> bytes:
        """Its bytes, as many as the archive says it has.

        Raises:
            DataError: where it is damaged.
        """
        try:
            with self.archive.open(self.info) as file:
                data = file.read(self.nbytes + 1)
        except _BROKEN:
            raise self._damaged() from None
        if len(data) != self.nbytes:
            raise self._damaged()
        return data

    def _damaged(self) -> DataError:
        return refused(self.place, "an entry that agrees with its checksum", "a damaged one", "Make the archive again.")


@contextmanager
def open_archive(path: Path, kind: str, largest: int) -> Iterator[list[Packed]]:
    """The entries of the archive at `path`, which can be read within the block; each has at most `largest` bytes.

    Raises:
        DataError: where it is none, or an entry has a name that leads elsewhere, is there twice, a link, encrypted,
            packed in a strange way, or too large.
    """
    with opened(path, ARCHIVE_BYTES, kind) as (file, nbytes), _directory(path.name, file, nbytes, kind) as archive:
        entries: dict[tuple[str, ...], Packed] = {}
        for info in archive.infolist():
            place, parts = place_of(path.name, info.orig_filename), _parts(path.name, info.orig_filename)
            if parts in entries:
                raise refused(place, "every name once", "two entries with this one", "Make the archive again.")
            _check(place, info, largest)
            entries[parts] = Packed(place, parts, info.is_dir(), info.file_size, archive, info)
        if sum(each.nbytes for each in entries.values()) > ARCHIVE_BYTES:
            raise refused(path.name, f"at most {ARCHIVE_BYTES:,} bytes, unpacked", "more", "Use a part of it.")
        yield list(entries.values())


def _directory(name: str, file: BinaryIO, nbytes: int, kind: str) -> zipfile.ZipFile:
    """The open archive, after the size of its directory was looked at."""
    if file.read(2) != b"PK":
        raise refused(name, kind, "a file of another kind", "Check what it is, or save it again.")
    try:
        count = central_directory(file, nbytes).entries
    except CheckpointError as error:
        reason = str(error).partition(". ")[0]
        raise refused(name, kind, f"a broken one: {reason}", "Download or save it again.") from None
    if count > ENTRIES:
        raise refused(name, f"at most {ENTRIES:,} entries", f"{count:,}", "Use a part of them.")
    try:
        return zipfile.ZipFile(file)
    except _BROKEN:
        raise refused(name, kind, "one whose directory is damaged", "Download or save it again.") from None


def _parts(source: str, name: str) -> tuple[str, ...]:
    """The folders and the name of an entry, which stay within the archive."""
    place, parts = place_of(source, name), tuple(name.removesuffix("/").split("/"))
    if not name or len(name) > _NAME or not name.isprintable():
        raise refused(place, f"a name of 1 to {_NAME} characters that can be shown", "another", "Rename it.")
    if "\\" in name or name[1:2] == ":" or any(part in ("", ".", "..") for part in parts):
        raise refused(place, "a path within the archive", "one that leads elsewhere", "Make the archive again.")
    if len(parts) > DEPTH:
        raise refused(place, f"at most {DEPTH} folders in folders", f"{len(parts)}", "Use fewer.")
    return parts


def _check(place: str, info: zipfile.ZipInfo, largest: int) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        received = "a link" if kind == stat.S_IFLNK else "something else"
        raise refused(place, "a file", received, "Put the file itself into the archive.")
    if info.flag_bits & _ENCRYPTED:
        raise refused(place, "a file that can be read", "one that is encrypted", "Make the archive without a password.")
    if info.compress_type not in _METHODS:
        raise refused(place, "a file packed as zip does it", "another method", "Make the archive with deflate.")
    if info.file_size > largest:
        raise refused(place, f"at most {largest:,} bytes, unpacked", f"{info.file_size:,}", "Take it out.")
