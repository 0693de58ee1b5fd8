"""What a page may download or upload by an address of its own, past Streamlit: large files, which are streamed.

A page gets an address with a token that nobody can guess, which stands for one file to be taken away or one place to
bring files to. The routes are in `composer.web.transfers`.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from composer.errors import WorkspaceError
from composer.views.numbers import parse_size
from composer.workspace import Received, StoredFile

DOWNLOAD, UPLOAD = "/composer/download", "/composer/upload"
UPLOAD_LIMIT = "BLOCK_COMPOSER_UPLOAD_LIMIT"
"""The environment's variable that says how large a file may be that is uploaded, such as 20 GB."""

_DEFAULT_LIMIT = 16 * 2**30
_SECONDS = 3600.0

T = TypeVar("T")


class Tokens(Generic[T]):
    """Tokens of one purpose, each for one thing. Asked for again, a thing has the same token, which then lasts longer.

    Safe to use from several threads.
    """

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._given: dict[str, tuple[T, float]] = {}

    def give(self, thing: T) -> str:
        """A token for `thing`, for as long as this purpose has it."""
        now = time.monotonic()
        with self._lock:
            self._given = {token: (held, ends) for token, (held, ends) in self._given.items() if now < ends}
            known = next((token for token, (held, _) in self._given.items() if held == thing), None)
            token = known or secrets.token_urlsafe(24)
            self._given[token] = (thing, now + self._seconds)
        return token

    def find(self, token: str) -> T | None:
        """What a token stands for; None where it does for nothing, or did too long ago."""
        with self._lock:
            thing, ends = self._given.get(token, (None, 0.0))
        return thing if time.monotonic() < ends else None

    def __len__(self) -> int:
        return len(self._given)


@dataclass(frozen=True, slots=True)
class Download:
    """A file, and what it is called where it comes to."""

    path: Path
    name: str


class Target(Protocol):
    """A place for files: each comes in piece by piece, and is there once it is kept.

    Both methods raise WorkspaceError where that cannot be done.
    """

    def receiving(self, wanted: str, nbytes: int | None = None) -> AbstractContextManager[Received]: ...

    def keep(self, received: Received) -> StoredFile: ...


@dataclass(frozen=True, slots=True)
class Upload:
    """Where files come to, each of at most `limit` bytes."""

    target: Target
    limit: int


downloads: Tokens[Download] = Tokens()
uploads: Tokens[Upload] = Tokens(24 * _SECONDS)  # a page may be open for a day before a file is dropped on it


def download_address(path: Path, name: str) -> str:
    """Where the file at `path` can be downloaded for an hour, as `name`."""
    return f"{DOWNLOAD}/{downloads.give(Download(path, name))}"


def upload_address(target: Target) -> str:
    """Where files can be uploaded that come to `target`."""
    return f"{UPLOAD}/{uploads.give(Upload(target, upload_limit()))}"


def upload_limit() -> int:
    """The most bytes that an upload may have.

    Raises:
        WorkspaceError: where the environment's variable says something else than a size.
    """
    text = os.environ.get(UPLOAD_LIMIT)
    try:
        return parse_size(text) if text else _DEFAULT_LIMIT
    except ValueError as error:
        raise WorkspaceError(f"{UPLOAD_LIMIT}: {error}") from None
