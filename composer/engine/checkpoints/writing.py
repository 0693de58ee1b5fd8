"""Errors of the system while a file is written, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from composer import atomic
from composer.errors import CheckpointError


@contextmanager
def explained(path: Path, needed: int | None = None) -> Iterator[None]:
    """Write `path` in this block. `needed` are its bytes, where they are known.

    Raises:
        CheckpointError: where the system says that it cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise CheckpointError(atomic.reason(error, path, needed)) from error


@contextmanager
def only_if_right(path: Path) -> Iterator[None]:
    """Write a new file at `path` in this block, and look at it: where that raises an error, the file is removed."""
    try:
        with explained(path):
            yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise
