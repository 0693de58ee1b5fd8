"""Images that cannot be trained on, as archives and folders: how each is made, and what is said."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.engine.datasets.making import Make, image, noise, raw, zipped

GOOD = {"a/1.png": image(), "b/1.png": image((1, 1, 1))}


def with_file(name: str, content: bytes) -> Make:
    return lambda path: zipped(path, GOOD | {name: content})


def only(*names: str) -> Make:
    return lambda path: zipped(path, dict.fromkeys(names, image()))


def info(name: str, content: bytes = b"", mode: int = 0, **fields: Any) -> Make:
    """An archive with an entry of these fields beside good ones."""

    def make(path: Path) -> Path:
        zipped(path, GOOD)
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        for field, value in fields.items():
            setattr(entry, field, value)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(entry, content)
        return path

    return make


def renamed(old: str, new: str) -> Make:
    """An archive in which a name of the same length is changed, which zipfile itself would not write."""

    def make(path: Path) -> Path:
        zipped(path, GOOD | {old: image()})
        path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))
        return path

    return make


def changed(change: Callable[[bytes], bytes]) -> Make:
    def make(path: Path) -> Path:
        zipped(path, GOOD, zipfile.ZIP_STORED)
        path.write_bytes(change(path.read_bytes()))
        return path

    return make


def flagged(path: Path) -> Path:
    """An archive whose first entry says that it is encrypted."""
    content = bytearray(zipped(path, GOOD).read_bytes())
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    return path


def overlapping(path: Path) -> Path:
    """Two entries of the directory that begin at the same place."""
    content = bytearray(zipped(path, GOOD).read_bytes())
    second = content.index(b"PK\1\2", content.index(b"PK\1\2") + 1)
    content[second + 42 : second + 46] = bytes(4)
    path.write_bytes(content)
    return path


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG file that says it has this size, with further chunks."""
    start = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", start), *chunks, (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b"")]
    pack = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pack)


def deep_png() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.zeros((4, 4), np.uint16)).save(file, "PNG")
    return file.getvalue()


def archive_in() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.png", image())
    return file.getvalue()


LINK = stat.S_IFLNK | 0o777
TEXT_BOMB = png(8, 6, (b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000))))

BAD_ARCHIVES: Mapping[str, tuple[Make, dict[str, Any], str]] = {
    "no archive": (
        raw(b"Rar!" + bytes(50)),
        {},
        "a.zip: expects a zip archive of images, received a file of another kind. Check what it is, or save it again.",
    ),
    "empty": (
        raw(b""),
        {},
        "a.zip: expects a zip archive of images, received an empty file. Save or download it again.",
    ),
    "cut off": (
        changed(lambda content: content[:-30]),
        {},
        "a.zip: expects a zip archive of images, received a broken one: its zip archive has no end: it was cut off, or something was appended. Download or save it again.",
    ),
    "something appended": (
        changed(lambda content: content + b"\n"),
        {},
        "a.zip: expects a zip archive of images, received a broken one: its zip archive has no end: it was cut off, or something was appended. Download or save it again.",
    ),
    "nothing in it": (
        lambda path: zipped(path, {}),
        {},
        "a.zip: expects images in folders named after their classes, received no image at all. Put images into it, a folder for each class.",
    ),
    "nothing but hidden files": (
        only(".DS_Store", "__MACOSX/a/1.png"),
        {},
        "a.zip: expects images in folders named after their classes, received no image at all. Put images into it, a folder for each class.",
    ),
    "no folders": (
        only("1.png", "2.png"),
        {},
        "a.zip, entry “1.png”: expects images in folders named after their classes, received an image in no folder. Arrange them as class/image.png.",
    ),
    "an image beside the folders": (
        only("a/1.png", "b/1.png", "3.png"),
        {},
        "a.zip, entry “3.png”: expects images in folders named after their classes, received an image in no folder. Arrange them as class/image.png.",
    ),
    "one class": (
        only("a/1.png", "a/2.png"),
        {},
        "a.zip: expects 2 to 1,000 folders of classes, received 1: “a”. Arrange them as class/image.png.",
    ),
    "folders in a class": (
        only("a/1.png", "b/c/1.png"),
        {},
        "a.zip, entry “b/c/1.png”: expects images in folders named after their classes, received a folder in the folder of a class. Arrange them as class/image.png.",
    ),
    "an empty class": (
        with_file("c/", b""),
        {},
        "a.zip, entry “c”: expects an image in every folder, received an empty one. Remove it.",
    ),
    "too deep": (
        only("a/1.png", "/".join("bcdefghijklmnopqrs")),
        {},
        "a.zip, entry “b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s”: expects at most 16 folders in folders, received 18. Use fewer.",
    ),
    "a path upwards": (
        info("../1.png"),
        {},
        "a.zip, entry “../1.png”: expects a path within the archive, received one that leads elsewhere. Make the archive again.",
    ),
    "a path upwards within": (
        info("a/../../1.png"),
        {},
        "a.zip, entry “a/../../1.png”: expects a path within the archive, received one that leads elsewhere. Make the archive again.",
    ),
    "an absolute path": (
        info("/etc/1.png"),
        {},
        "a.zip, entry “/etc/1.png”: expects a path within the archive, received one that leads elsewhere. Make the archive again.",
    ),
    "a drive": (
        info("C:/a/1.png"),
        {},
        "a.zip, entry “C:/a/1.png”: expects a path within the archive, received one that leads elsewhere. Make the archive again.",
    ),
    "a backslash": (
        renamed("a/aa.png", "..\\a.png"),
        {},
        r"a.zip, entry “..\a.png”: expects a path within the archive, received one that leads elsewhere. Make the archive again.",
    ),
    "a control character": (
        info("a/\x1b[31m.png"),
        {},
        "a.zip, entry “a/�[31m.png”: expects a name of 1 to 500 characters that can be shown, received another. Rename it.",
    ),
    "a zero byte in a name": (
        renamed("a/aa.png", "a/a\0.png"),
        {},
        "a.zip, entry “a/a�.png”: expects a name of 1 to 500 characters that can be shown, received another. Rename it.",
    ),
    "a name of 600 characters": (
        info("a/" + "x" * 600),
        {},
        "a.zip, entry “…xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx”: expects a name of 1 to 500 characters that can be shown, received another. Rename it.",
    ),
    "a link": (
        info("a/2.png", b"/etc/passwd", LINK),
        {},
        "a.zip, entry “a/2.png”: expects a file, received a link. Put the file itself into the archive.",
    ),
    "a device": (
        info("a/2.png", b"", stat.S_IFCHR | 0o666),
        {},
        "a.zip, entry “a/2.png”: expects a file, received something else. Put the file itself into the archive.",
    ),
    "a name twice": (
        lambda path: twice(path),
        {},
        "a.zip, entry “a/1.png”: expects every name once, received two entries with this one. Make the archive again.",
    ),
    "encrypted": (
        flagged,
        {},
        "a.zip, entry “a/1.png”: expects a file that can be read, received one that is encrypted. Make the archive without a password.",
    ),
    "packed with LZMA": (
        lambda path: zipped(path, GOOD, zipfile.ZIP_LZMA),
        {},
        "a.zip, entry “a/1.png”: expects a file packed as zip does it, received another method. Make the archive with deflate.",
    ),
    "overlapping entries": (
        overlapping,
        {},
        "a.zip, entry “b/1.png”: expects an entry that agrees with its checksum, received a damaged one. Make the archive again.",
    ),
    "a wrong checksum": (
        changed(lambda content: content.replace(b"IDAT", b"IDAX", 1)),
        {},
        "a.zip, entry “a/1.png”: expects an entry that agrees with its checksum, received a damaged one. Make the archive again.",
    ),
    "an image of 0 bytes": (
        with_file("a/2.png", b""),
        {},
        "a.zip, entry “a/2.png”: expects an image (png, jpg, bmp, gif or webp), received an empty file. Take it out, or save it again.",
    ),
    "text as an image": (
        with_file("a/2.png", b"no image"),
        {},
        "a.zip, entry “a/2.png”: expects an image (png, jpg, bmp, gif or webp), received a file of another kind. Take it out.",
    ),
    "an archive in it": (
        with_file("a/2.png", archive_in()),
        {},
        "a.zip, entry “a/2.png”: expects an image (png, jpg, bmp, gif or webp), received an archive. Unpack it: archives in archives are not read.",
    ),
    "a PDF document": (
        with_file("a/2.pdf", b"%PDF-1.4"),
        {},
        "a.zip, entry “a/2.pdf”: expects an image (png, jpg, bmp, gif or webp), received a PDF document. Export its pages as png.",
    ),
    "a drawing": (
        with_file("a/2.svg", b"<svg></svg>"),
        {},
        "a.zip, entry “a/2.svg”: expects an image (png, jpg, bmp, gif or webp), received an SVG drawing. Export it as png.",
    ),
    "TIFF": (
        with_file("a/2.png", image(form="TIFF")),
        {},
        "a.zip, entry “a/2.png”: expects an image (png, jpg, bmp, gif or webp), received a TIFF image. Convert it to png.",
    ),
    "PostScript": (
        with_file("a/2.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
        {},
        "a.zip, entry “a/2.png”: expects an image (png, jpg, bmp, gif or webp), received a file of another kind. Take it out.",
    ),
    "a cut-off PNG": (
        with_file("a/2.png", noise(0)[:100]),
        {},
        "a.zip, entry “a/2.png”: expects an image (png, jpg, bmp, gif or webp), received a damaged one. Take it out, or save it again.",
    ),
    "a cut-off JPEG": (
        with_file("a/2.jpg", noise(0, (200, 200), "JPEG")[:3000]),
        {},
        "a.zip, entry “a/2.jpg”: expects an image (png, jpg, bmp, gif or webp), received a damaged one. Take it out, or save it again.",
    ),
    "a cut-off GIF": (
        with_file("a/2.gif", noise(0, form="GIF")[:60]),
        {},
        "a.zip, entry “a/2.gif”: expects an image (png, jpg, bmp, gif or webp), received a file of another kind. Take it out.",
    ),
    "a cut-off BMP": (
        with_file("a/2.bmp", noise(0, form="BMP")[:60]),
        {},
        "a.zip, entry “a/2.bmp”: expects an image (png, jpg, bmp, gif or webp), received a damaged one. Take it out, or save it again.",
    ),
    "a cut-off WebP": (
        with_file("a/2.webp", noise(0, form="WEBP")[:60]),
        {},
        "a.zip, entry “a/2.webp”: expects an image (png, jpg, bmp, gif or webp), received a damaged one. Take it out, or save it again.",
    ),
    "16 bits a channel": (
        with_file("a/2.png", deep_png()),
        {},
        "a.zip, entry “a/2.png”: expects 8 bits a channel, received an image of mode “I;16”. Convert it to 8 bits a channel.",
    ),
    "an image of 900 megapixels": (
        with_file("a/2.png", png(30_000, 30_000)),
        {},
        "a.zip, entry “a/2.png”: expects at most 40,000,000 pixels, received more. Make the image smaller, or take it out.",
    ),
    "an image of 42 megapixels": (
        with_file("a/2.png", png(7_000, 6_000)),
        {},
        "a.zip, entry “a/2.png”: expects at most 40,000,000 pixels, received 6,000×7,000. Make the image smaller, or take it out.",
    ),
    "an image of 100 megapixels": (
        with_file("a/2.png", png(10_000, 10_000)),
        {},
        "a.zip, entry “a/2.png”: expects at most 40,000,000 pixels, received more. Make the image smaller, or take it out.",
    ),
    "an image of no pixels": (
        with_file("a/2.png", png(0, 5)),
        {},
        "a.zip, entry “a/2.png”: expects an image (png, jpg, bmp, gif or webp), received a file of another kind. Take it out.",
    ),
    "a text of 50 MB in an image": (
        with_file("a/2.png", TEXT_BOMB),
        {},
        "a.zip, entry “a/2.png”: expects an image (png, jpg, bmp, gif or webp), received a damaged one. Take it out, or save it again.",
    ),
    "a bomb": (
        with_file("a/2.png", bytes(40_000_000)),
        {},
        "a.zip, entry “a/2.png”: expects at most 33,554,432 bytes, unpacked, received 40,000,000. Take it out.",
    ),
    "no rows": (
        lambda path: zipped(path, GOOD),
        {"height": -1},
        "a.zip: expects images of 1 to 1,024 rows and columns, received -1×64. Use smaller ones.",
    ),
    "too many rows": (
        lambda path: zipped(path, GOOD),
        {"height": 5000},
        "a.zip: expects images of 1 to 1,024 rows and columns, received 5000×64. Use smaller ones.",
    ),
    "two channels": (
        lambda path: zipped(path, GOOD),
        {"channels": 2},
        "a.zip: expects 1 channel (gray) or 3 (colors), received 2. Use one of these.",
    ),
}


def twice(path: Path) -> Path:
    content = zipped(path, GOOD | {"a/2.png": image()}).read_bytes()
    path.write_bytes(content.replace(b"a/2.png", b"a/1.png"))
    return path


def folder(*files: tuple[bytes, bytes]) -> Make:
    """A folder of good images, and of these."""

    def make(path: Path) -> Path:
        path = path.with_suffix("")
        for name, content in (*((name.encode(), content) for name, content in GOOD.items()), *files):
            file = os.path.join(os.fsencode(path), name)  # noqa: PTH118 - names of bytes
            os.makedirs(os.path.dirname(file), exist_ok=True)  # noqa: PTH103, PTH120
            with open(file, "wb") as opened:  # noqa: PTH123
                opened.write(content)
        return path

    return make


def linked(name: str, target: str) -> Make:
    def make(path: Path) -> Path:
        path = folder()(path)
        (path / name).symlink_to(target)
        return path

    return make


def empty(path: Path) -> Path:
    path = path.with_suffix("")
    path.mkdir()
    return path


def huge(path: Path) -> Path:
    path = folder()(path)
    with (path / "a" / "2.png").open("wb") as file:
        file.truncate(33 * 2**20)
    return path


BAD_FOLDERS: Mapping[str, tuple[Make, dict[str, Any], str]] = {
    "empty": (
        empty,
        {},
        "a: expects images in folders named after their classes, received no image at all. Put images into it, a folder for each class.",
    ),
    "a link to a file": (
        linked("a/2.png", "/etc/passwd"),
        {},
        "a, entry “a/2.png”: expects a file, received a link. Put the file itself into the folder.",
    ),
    "a link to a folder": (
        linked("c", "/etc"),
        {},
        "a, entry “c”: expects a file, received a link. Put the file itself into the folder.",
    ),
    "a link to nothing": (
        linked("a/2.png", "gone"),
        {},
        "a, entry “a/2.png”: expects a file, received a link. Put the file itself into the folder.",
    ),
    "a file of 33 MB": (
        huge,
        {},
        "a, entry “a/2.png”: expects at most 33,554,432 bytes, received 34,603,008. Take it out.",
    ),
    "a name of no text": (
        folder((b"\xff/1.png", image())),
        {},
        "a, entry “�/1.png”: expects names of 1 to 100 characters that can be shown, received “�”. Rename it.",
    ),
    "a text beside images": (
        folder((b"a/notes.txt", b"1")),
        {},
        "a, entry “a/notes.txt”: expects an image (png, jpg, bmp, gif or webp), received a file of another kind. Take it out.",
    ),
    "an image of 0 bytes": (
        folder((b"a/2.png", b"")),
        {},
        "a, entry “a/2.png”: expects an image (png, jpg, bmp, gif or webp), received an empty file. Take it out, or save it again.",
    ),
}
