"""The remote folder: the few things that are done there, with any file system's errors in one sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from fsspec.core import url_to_fs

from composer.errors import WorkspaceError
from composer.workspace.remote.address import shown, without_secrets
from composer.workspace.remote.manifest import UNKNOWN, is_mirrored

_STAGING = ".uploading"
# A file is there whole or not at all when it is put, folders are only parts of names, and buckets are not ours to make.
_OBJECT_STORES = {"s3", "s3a", "gs", "gcs"}
_TAGS = (
    "ETag", "etag", "md5Hash", "checksum", "mtime", "LastModified", "last_modified", "modified", "updated", "created",
)  # fmt: skip
_REFUSALS = (FileNotFoundError, PermissionError, NotADirectoryError, ImportError, ValueError)


class RemoteError(WorkspaceError):
    """The remote folder cannot be used. `refused`: it would not help to try again later, as where no network is."""

    def __init__(self, text: str, refused: bool = False) -> None:
        self.refused = refused
        super().__init__(text)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.refused)


class Moved(Exception):
    """A remote file is not any more what it was when it was decided what to do with it."""


class Store:
    """A folder on a file system that fsspec knows. Every method raises RemoteError where it cannot be used."""

    def __init__(self, address: str) -> None:
        self._address = address
        plain, question, _options = shown(address).partition("?")
        if question:
            raise RemoteError(f"{plain}: give no options after a “?”.", refused=True)
        with self._told():
            self._fs, root = url_to_fs(address)
        self._root = root.rstrip("/")
        protocols = (self._fs.protocol,) if isinstance(self._fs.protocol, str) else self._fs.protocol
        self._objects = bool(_OBJECT_STORES & set(protocols))
        self._tag: str | None = None
        self._staging = f"{self._root}/{_STAGING}"

    def begin(self, id: str) -> None:
        """Try whether it can be written to, and remove what a copy of that id left half written, once."""
        if self._tag is not None:
            return
        staging = f"{self._root}/{_STAGING}/{id}"
        probe = f"{staging}/probe"
        with self._told():
            self._folder(staging)
            self._fs.pipe_file(probe, b"Block Composer")
            self._fs.invalidate_cache()
            left = self._fs.ls(staging, detail=True)
            listed = next(each for each in left if each["name"].rpartition("/")[2] == "probe")
            info = self._fs.info(probe)
            for each in left:
                self._fs.rm_file(each["name"])
        agreeing = (each for each in _TAGS if each in info and _plain(info[each]) == _plain(listed.get(each)))
        self._staging, self._tag = staging, next(agreeing, "")

    def scan(self) -> dict[str, str]:
        """The marks of all files there."""
        self._fs.invalidate_cache()
        with self._told():
            found = self._fs.find(self._root, detail=True).items() if self._objects else self._walk(self._root)
            infos = {path.removeprefix(self._root).lstrip("/"): info for path, info in found}
            return {name: self._mark(info) for name, info in infos.items() if is_mirrored(name)}

    def mark(self, name: str) -> str:
        """The mark of a file there; "" where there is none."""
        self._fs.invalidate_cache()
        with self._told():
            try:
                return self._mark(self._fs.info(self._path(name)))
            except FileNotFoundError:
                return ""

    def put(self, source: Path, name: str, expected: str) -> str:
        """Write a file; others see the old content or the new, never anything between. Gives its mark.

        Raises:
            Moved: where the mark of what is there is not the `expected` one.
        """
        size = source.stat().st_size
        target = self._path(name)
        with self._told():
            if self._objects:
                self._expect(name, expected)
                self._fs.put_file(str(source), target)
            else:
                staged = f"{self._staging}/file"  # of this copy, which puts one at a time
                self._fs.put_file(str(source), staged)
                self._expect(name, expected)
                self._folder(target.rpartition("/")[0])
                self._move(staged, target)
        found = self.mark(name)
        return found if found.startswith(f"{size}.") else UNKNOWN

    def get(self, name: str, target: Path) -> None:
        """Write a file's content into one of this machine.

        Raises:
            Moved: where it is not there any more.
        """
        with self._told():
            try:
                self._fs.get_file(self._path(name), str(target))
            except FileNotFoundError:
                raise Moved(name) from None

    def remove(self, name: str, expected: str) -> None:
        """Remove a file, and the folders that hold nothing any more.

        Raises:
            Moved: where the mark of what is there is not the `expected` one.
        """
        self._expect(name, expected)
        path = self._path(name)
        with self._told():
            self._fs.rm_file(path)
        self._remove_empty(path.rpartition("/")[0])

    def end(self) -> None:
        """Leave no folder that was only needed to write."""
        self._remove_empty(self._staging)

    def _remove_empty(self, folder: str) -> None:
        while not self._objects and len(folder) > len(self._root):
            try:
                self._fs.rmdir(folder)
            except Exception:  # it holds something, or is no thing of its own, or cannot be reached
                return
            folder = folder.rpartition("/")[0]

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _folder(self, path: str) -> None:
        if not self._objects:
            self._fs.makedirs(path, exist_ok=True)

    def _expect(self, name: str, expected: str) -> None:
        if self.mark(name) != expected:
            raise Moved(name)

    def _move(self, path: str, target: str) -> None:
        try:
            self._fs.mv(path, target)
        except OSError as error:
            if error.errno != errno.EEXIST:
                raise
            self._fs.rm_file(target)  # such a file system replaces nothing: for a moment there is no file, but no part
            self._fs.mv(path, target)

    def _walk(self, folder: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """All files below: as `find` does, which takes a folder that cannot be listed for one without files."""
        try:
            listed = self._fs.ls(folder, detail=True)
        except FileNotFoundError:
            return
        for info in listed:
            path = info["name"].rstrip("/")
            if info["type"] != "directory":
                yield path, info
            elif path != folder and not path.rpartition("/")[2].startswith("."):
                yield from self._walk(path)

    def _mark(self, info: Mapping[str, Any]) -> str:
        return f"{info.get('size')}.{_plain(info.get(self._tag or ''))}"

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever a library of fsspec raises, as an error of ours: they have no exceptions in common."""
        try:
            yield
        except (RemoteError, Moved):
            raise
        except Exception as error:
            refused = isinstance(error, _REFUSALS) or "Credentials" in type(error).__name__
            reason = without_secrets(_reason(error), self._address)
            raise RemoteError(f"{shown(self._address)}: {reason}", refused) from None


def _plain(value: object) -> str:
    return str(value.timestamp()) if isinstance(value, datetime) else str(value)


def _reason(error: Exception) -> str:
    """One sentence."""
    text = " ".join(str(getattr(error, "strerror", None) or error).split())[:300].rstrip(".") or type(error).__name__
    if isinstance(error, PermissionError):
        text = f"this needs a permission ({text})"
    elif isinstance(error, FileNotFoundError):
        text = f"there is no such folder or bucket ({text})"
    return f"{text}."
