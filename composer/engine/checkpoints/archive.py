"""The zip archive that `torch.save` writes, held to how torch writes it: stored entries one after another."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import BinaryIO

from composer.engine.checkpoints.ends import central_directory
from composer.engine.checkpoints.foreign import explain_archive
from composer.engine.checkpoints.views import Stored
from composer.engine.checkpoints.wording import damaged, quoted
from composer.errors import CheckpointError

_PIECE = 2**20
_NAME = 512
_LOCAL = struct.Struct("<4s5H3L2H")
_DESCRIBED, _UTF8 = 0x0008, 0x0800
_MEMBER = re.compile(
    r"data\.pkl|byteorder|version|\.format_version|\.storage_alignment|\.data/serialization_id|data/[0-9]{1,20}"
)
_BROKEN = (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, EOFError, OverflowError)


class Archive:
    """Entries of an archive by their names in its folder, each where it stands in the file."""

    def __init__(self, file: BinaryIO, nbytes: int) -> None:
        """Read the directory and the header of each entry of `file`, of `nbytes`; nothing of what is in them.

        Raises:
            CheckpointError: where it is not an archive as `torch.save` writes it.
        """
        self._file = file
        directory = central_directory(file, nbytes)
        try:
            listed = zipfile.ZipFile(file).infolist()
        except _BROKEN:
            raise damaged("its zip directory cannot be read") from None
        if len(listed) != directory.entries:
            raise damaged(f"its zip directory lists {len(listed):,} entries and counts {directory.entries:,}")
        self._infos = _named(listed)
        self.entries: Mapping[str, Stored] = _located(file, self._infos, directory.start)

    def check(self, name: str) -> None:
        """Compare an entry with its checksum.

        Raises:
            CheckpointError: where they differ.
        """
        place, crc = self.entries[name], 0
        self._file.seek(place.start)
        left = place.nbytes
        while left and (piece := self._file.read(min(left, _PIECE))):
            crc = zlib.crc32(piece, crc)
            left -= len(piece)
        if left or crc != self._infos[name].CRC:
            raise damaged(f"its entry {quoted(name)} does not agree with its checksum")

    def read(self, name: str, most: int) -> bytes:
        """The bytes of an entry, after its checksum was found right.

        Raises:
            CheckpointError: where it is damaged, or larger than `most` bytes.
        """
        place = self.entries[name]
        if place.nbytes > most:
            raise CheckpointError(
                f"its entry {quoted(name)} has {place.nbytes:,} bytes, and {most:,} are the most that is read. "
                "Save tensors, and little beside them."
            )
        self.check(name)
        self._file.seek(place.start)
        return self._file.read(place.nbytes)


def _named(listed: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The entries by their names in the archive's one folder."""
    names = [each.orig_filename for each in listed]
    if not names:
        raise CheckpointError("it is an empty zip archive. Save the model's state dict with torch.save.")
    explain_archive(names)
    folder = names[0].partition("/")[0]
    if folder in ("", ".", ".."):
        raise damaged("the folder in its zip archive has no name")
    found: dict[str, zipfile.ZipInfo] = {}
    for name, info in zip(names, listed, strict=True):
        top, _, inner = name.partition("/")
        if len(name) > _NAME or top != folder or not _MEMBER.fullmatch(inner):
            raise CheckpointError(
                f"it holds an entry {quoted(name)} that torch.save never writes. Save it again with torch.save."
            )
        if inner in found:
            raise damaged(f"it holds two entries {quoted(name)}")
        found[inner] = info
    return found


def _located(file: BinaryIO, infos: Mapping[str, zipfile.ZipInfo], end: int) -> dict[str, Stored]:
    """Where the bytes of each entry are; together with their headers they fill the file up to `end`."""
    found, at = {}, 0
    for name, info in sorted(infos.items(), key=lambda item: item[1].header_offset):
        if info.header_offset != at:
            raise damaged(f"its entry {quoted(name)} does not begin where the one before ends")
        found[name] = place = _place(file, name, info)
        at = place.start + place.nbytes
        if at > end:
            raise damaged(f"its entry {quoted(name)} is larger than what is left of the file")
        at += _descriptor(file, name, info, at)
    if at != end:
        raise damaged("it holds bytes that belong to none of its entries")
    return {name: found[name] for name in infos}


def _place(file: BinaryIO, name: str, info: zipfile.ZipInfo) -> Stored:
    """Where an entry's bytes begin, by its own header, which must agree with the directory."""
    if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
        raise CheckpointError(
            f"its entry {quoted(name)} is compressed, as torch.save never does it. Save it again with torch.save."
        )
    if info.flag_bits & ~(_DESCRIBED | _UTF8):
        raise CheckpointError(
            f"its entry {quoted(name)} is encrypted or of a kind torch.save never writes. Save it again."
        )
    file.seek(info.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size:
        raise damaged(f"the header of its entry {quoted(name)} is cut off")
    magic, _, flags, method, _, _, crc, packed, size, length, extra = _LOCAL.unpack(header)
    written = file.read(length)
    encoding = "utf-8" if flags & _UTF8 else "cp437"
    if magic != b"PK\3\4" or flags != info.flag_bits or method or written != info.orig_filename.encode(encoding):
        raise damaged(f"the header of its entry {quoted(name)} disagrees with the zip directory")
    later = (0, 0, 0) if flags & _DESCRIBED else (info.CRC, info.file_size, info.file_size)
    if (crc, packed, size) not in {later, (info.CRC, info.file_size, info.file_size), (later[0], 2**32 - 1, 2**32 - 1)}:
        raise damaged(f"the header of its entry {quoted(name)} has another size than the zip directory")
    return Stored(info.header_offset + _LOCAL.size + length + extra, info.file_size)


def _descriptor(file: BinaryIO, name: str, info: zipfile.ZipInfo, at: int) -> int:
    """How many bytes the second header takes that stands behind an entry, where it has one."""
    if not info.flag_bits & _DESCRIBED:
        return 0
    file.seek(at)
    found = file.read(24)
    for form in ("<4s3L", "<4sLQQ"):
        if info.file_size < 2**32 or "Q" in form:
            expected = struct.pack(form, b"PK\7\b", info.CRC, info.file_size, info.file_size)
            if found.startswith(expected):
                return len(expected)
    raise damaged(f"what stands behind its entry {quoted(name)} disagrees with the zip directory")
