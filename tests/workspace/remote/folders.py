"""File systems of fsspec over folders of this machine: one that works, and one that fails when it is told to."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

PIECE = 2**16  # bytes that a slow one writes at once


class Folder(LocalFileSystem):
    """`folder:///path`. Another protocol than `file`, so that it counts as remote."""

    protocol = "folder"

    @classmethod
    def _strip_protocol(cls, path: Any) -> str:
        return str(super()._strip_protocol(re.sub("(?<=://)[^/]*@", "", os.fspath(path))))


class Slow(Folder):
    """`slow:///path`: what is put there grows piece by piece."""

    protocol = "slow"

    def put_file(self, lpath: str, rpath: str, *arguments: Any, **options: Any) -> None:
        with Path(lpath).open("rb") as source, Path(self._strip_protocol(rpath)).open("wb") as target:
            while piece := source.read(PIECE):
                target.write(piece)
                target.flush()
                time.sleep(float(os.environ.get("SLOW", "0.01")))


class Troubled(Folder):
    """`troubled:///path`: before each call `before` is called with its name, and may raise."""

    protocol = "troubled"
    before: Callable[[str], None] = staticmethod(lambda name: None)

    def ls(self, path: str, *arguments: Any, **options: Any) -> Any:
        type(self).before("ls")
        return super().ls(path, *arguments, **options)

    def info(self, path: Any, **options: Any) -> Any:
        if not isinstance(path, os.DirEntry):
            type(self).before("info")
        return super().info(path, **options)

    def put_file(self, *arguments: Any, **options: Any) -> Any:
        type(self).before("put")
        return super().put_file(*arguments, **options)

    def get_file(self, *arguments: Any, **options: Any) -> Any:
        type(self).before("get")
        return super().get_file(*arguments, **options)

    def mv(self, *arguments: Any, **options: Any) -> Any:
        type(self).before("mv")
        return super().mv(*arguments, **options)

    def rm_file(self, path: str) -> Any:
        type(self).before("rm")
        return super().rm_file(path)


for each in (Folder, Slow, Troubled):
    fsspec.register_implementation(each.protocol, each, clobber=True)


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder that belong to both sides, with what is in them."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in _visible(folder)}


def _visible(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path
