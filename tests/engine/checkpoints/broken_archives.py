"""Archives of `torch.save` that are damaged or arranged: entries, names, headers, ends."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable

from tests.engine.checkpoints.building import VALUES, Cases, archive, honest, pickled, tensor

_PICKLE = pickled(tensor())
_PLAIN = {"data.pkl": _PICKLE, "byteorder": b"little", "data/0": VALUES, "version": b"3\n"}

_LOCAL = {"magic": 0, "flags": 6, "method": 8, "checksum": 14, "packed size": 18, "size": 22, "name's length": 26,
          "extra's length": 28, "name": 30}  # fmt: skip
_CENTRAL = {"magic": 0, "flags": 8, "method": 10, "checksum": 16, "packed size": 20, "size": 24, "name's length": 28,
            "extra's length": 30, "comment's length": 32, "place": 42, "name": 46}  # fmt: skip
_END64 = {
    "magic": 0,
    "length": 4,
    "disk": 16,
    "other disk": 20,
    "entries here": 24,
    "entries": 32,
    "size": 40,
    "place": 48,
}
_LOCATOR = {"magic": 0, "disk": 4, "place": 8, "disks": 16}
_END = {
    "magic": 0,
    "disk": 4,
    "other disk": 6,
    "entries here": 8,
    "entries": 10,
    "size": 12,
    "place": 16,
    "comment": 20,
}


def local(data: bytes, entry: str) -> int:
    """Where the header of an entry begins."""
    return data.index(b"PK\3\4", data.index(entry.encode()) - 60 if entry != "data.pkl" else 0)


def central(data: bytes, entry: str) -> int:
    """Where the directory's row of an entry begins."""
    return data.rindex(b"PK\1\2", 0, data.rindex(entry.encode()))


def patched(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


def flipped(data: bytes, at: int) -> bytes:
    return patched(data, at, bytes([data[at] ^ 1]))


def _flips() -> Cases:
    """One bit in each field that says something, of the pickle's entry, a storage's, and the ends."""
    found: Cases = {}
    for entry in ("data.pkl", "data/1", "version"):
        for field, at in _LOCAL.items():
            found[f"a bit in the {field} of {entry}"] = (lambda e=entry, a=at: _flip(local, e, a), "")
        for field, at in _CENTRAL.items():
            found[f"a bit in the directory's {field} of {entry}"] = (lambda e=entry, a=at: _flip(central, e, a), "")
    for title, fields, start in (("large end", _END64, -98), ("locator", _LOCATOR, -42), ("end", _END, -22)):
        for field, at in fields.items():
            found[f"a bit in the {field} of the {title}"] = (lambda a=start + at: _flip_end(a), "")
    for place in ("data.pkl", "data/0", "data/1", "byteorder", ".data/serialization_id", ".format_version"):
        found[f"a bit in what {place} holds"] = (lambda p=place: _flip_inside(p), "checksum")
        found[f"a bit behind what {place} holds"] = (lambda p=place: _flip_behind(p), "stands behind")
    return found


def _flip(where: Callable[[bytes, str], int], entry: str, at: int) -> bytes:
    data = honest()
    return flipped(data, where(data, entry) + at)


def _flip_end(at: int) -> bytes:
    data = honest()
    return flipped(data, len(data) + at)


def spans(data: bytes) -> dict[str, tuple[int, int]]:
    """Where the bytes of each entry begin and end, by its name in the archive's folder."""
    import io

    found = {}
    for info in zipfile.ZipFile(io.BytesIO(data)).infolist():
        length, extra = struct.unpack_from("<2H", data, info.header_offset + 26)
        start = info.header_offset + 30 + length + extra
        found[info.filename.partition("/")[2]] = (start, start + info.file_size)
    return found


def _flip_inside(entry: str) -> bytes:
    data = honest()
    return flipped(data, spans(data)[entry][0])


def _flip_behind(entry: str) -> bytes:
    data = honest()
    return flipped(data, spans(data)[entry][1] + 5)


def _cuts() -> Cases:
    """Cut at each boundary between the parts of an archive, and in the middle of each part."""
    found: Cases = {}
    for entry in spans(honest()):
        for title, place in (("begins", 0), ("ends", 1)):
            found[f"cut where {entry} {title}"] = (lambda e=entry, p=place: _cut(e, p), "no end")
    for last in (1, 21, 22, 23, 42, 98, 99, 150):
        found[f"cut {last} bytes before the end"] = (lambda n=last: honest()[:-n], "no end")
    for first in (1, 4, 30, 100):
        found[f"without its first {first} bytes"] = (lambda n=first: honest()[n:], "")
    return found


def _cut(entry: str, which: int) -> bytes:
    data = honest()
    return data[: spans(data)[entry][which]]


def _with(**entries: bytes) -> Callable[[], bytes]:
    return lambda: archive({**_PLAIN, **entries})


def _renamed(old: str, new: str) -> bytes:
    """Every entry `old` gets another name of the same length, as zipfile would not write it."""
    assert len(old.encode()) == len(new.encode())
    return archive(_PLAIN).replace(old.encode(), new.encode())


def _twice(name: str, other: str) -> bytes:
    """Two entries of one name: `other`, of the same length, is renamed."""
    return archive({**_PLAIN, other: _PICKLE}).replace(other.encode(), name.encode())


def _moved(data: bytes, shift: int) -> bytes:
    """The directory says that the last entry begins elsewhere."""
    at = central(data, "version") + 42
    return patched(data, at, struct.pack("<I", struct.unpack_from("<I", data, at)[0] + shift))


def _overlapping() -> bytes:
    """Two storages at one place: the directory sends both names to the header of one of them."""
    data = archive({**_PLAIN, "data/1": VALUES})
    first = struct.unpack_from("<I", data, central(data, "data/0") + 42)[0]
    return patched(data, central(data, "data/1") + 42, struct.pack("<I", first))


def _bomb() -> bytes:
    return archive({**_PLAIN, "data/0": bytes(64 * 2**20)}, compression=zipfile.ZIP_DEFLATED)


def _many() -> bytes:
    return archive({**_PLAIN, **{f"data/{k}": b"" for k in range(1, 30_000)}})


def _sized(size: int) -> bytes:
    """Both headers of the storage claim another size."""
    data = archive(_PLAIN)
    for at in (local(data, "data/0") + 18, central(data, "data/0") + 20):
        data = patched(data, at, struct.pack("<2I", size, size))
    return data


ARRANGED: Cases = {
    "an empty archive": (lambda: archive({}), "empty zip"),
    "no pickle": (lambda: archive({"version": b"3\n"}), "data.pkl is missing"),
    "no folder": (lambda: archive(_PLAIN, ""), "no folder"),
    "a folder in a folder": (lambda: archive(_PLAIN, "a/b/"), "data.pkl is missing"),
    "a folder above": (lambda: archive(_PLAIN, "../"), ""),
    "a folder at the root": (lambda: archive(_PLAIN, "/"), ""),
    "a folder with a long name": (lambda: archive(_PLAIN, "a" * 60_000 + "/"), "never writes"),
    "an entry above": (_with(**{"../evil": b""}), "never writes"),
    "an entry with a backslash": (_with(**{"data\\1": b""}), "never writes"),
    "an entry of another sort": (_with(readme=b"hello"), "never writes"),
    "an entry that is a folder": (_with(**{"data/": b""}), "never writes"),
    "a storage in a folder": (_with(**{"data/0/1": b""}), "never writes"),
    "a storage with a letter": (_with(**{"data/a": b""}), "never writes"),
    "a storage with a very long number": (_with(**{f"data/{'9' * 30}": b""}), "never writes"),
    "an entry in another folder": (lambda: archive({"a/data.pkl": _PICKLE, "b/data/0": VALUES}, ""), "never writes"),
    "an entry in no folder": (lambda: archive({"file/data.pkl": _PICKLE, "data/0": VALUES}, ""), "never writes"),
    "a name in capitals": (lambda: _renamed("file/data.pkl", "file/DATA.PKL"), "data.pkl is missing"),
    "a name with a null": (lambda: _renamed("file/version", "file/vers\0on"), "never writes"),
    "a name behind a null": (lambda: _renamed("file/byteorder", "file/version\0r"), "never writes"),
    "two pickles of one name": (lambda: _twice("data.pkl", "data/222"), "two entries"),
    "two storages of one name": (lambda: _twice("data/0", "data/1"), "two entries"),
    "two storages at one place": (_overlapping, "does not begin"),
    "an entry that begins too early": (lambda: _moved(archive(_PLAIN), -1), "does not begin"),
    "an entry that begins too late": (lambda: _moved(archive(_PLAIN), 1), "does not begin"),
    "an entry behind the file": (lambda: _moved(archive(_PLAIN), 2**30), "does not begin"),
    "a compressed archive": (lambda: archive(_PLAIN, compression=zipfile.ZIP_DEFLATED), "compressed"),
    "an archive by bzip2": (lambda: archive(_PLAIN, compression=zipfile.ZIP_BZIP2), "compressed"),
    "an archive by LZMA": (lambda: archive(_PLAIN, compression=zipfile.ZIP_LZMA), ""),
    "a zip bomb": (_bomb, "compressed"),
    "30,000 entries": (_many, "entries"),
    "a storage that claims 1 byte more": (lambda: _sized(25), ""),
    "a storage that claims 1 byte less": (lambda: _sized(23), ""),
    "a storage that claims 2 GiB": (lambda: _sized(2**31), "larger than what is left"),
    "a storage that claims almost 4 GiB": (lambda: _sized(2**32 - 2), "larger than what is left"),
    "bytes before the archive": (lambda: b"PK\3\4" + honest(), ""),
    "a program before the archive": (lambda: b"#!/bin/sh\n" + honest(), "program"),
    "bytes behind the archive": (lambda: honest() + b"\0", "no end"),
    "an archive behind the archive": (lambda: honest() + honest(), ""),
    "a comment": (lambda: honest()[:-2] + b"\5\0hello", "no end"),
    "a comment that holds an end": (lambda: honest()[:-2] + b"\x16\0" + honest()[-22:], ""),
    "only an end": (lambda: honest()[-22:], ""),
    "only the first four bytes": (lambda: b"PK\3\4", "no end"),
    "a directory of 2 GB": (lambda: patched(honest(), len(honest()) - 98 + 40, struct.pack("<Q", 2**31)), ""),
    "2**64 entries": (lambda: patched(honest(), len(honest()) - 98 + 24, b"\xff" * 16), "disagree"),
}  # fmt: skip
"""By how it is arranged."""


def cases() -> Cases:
    return {**ARRANGED, **_flips(), **_cuts()}
