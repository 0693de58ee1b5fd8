"""One writer at a time, and the system's errors in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from composer import atomic
from composer.errors import WorkspaceError

_SECONDS = 10


class Writing:
    """A lock on the workspace in `root`, which threads and processes hold while they change its names."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = FileLock(root / ".lock", timeout=_SECONDS)

    @contextmanager
    def __call__(self, path: Path) -> Iterator[None]:
        """Hold the lock while `path` is written.

        Raises:
            WorkspaceError: where it cannot be, or another program holds the lock for too long.
        """
        try:
            with explained(path), self._lock:
                yield
        except Timeout:
            raise WorkspaceError(f"Another program has been writing to {self._root} for {_SECONDS} s.") from None


@contextmanager
def explained(path: Path, needed: int | None = None) -> Iterator[None]:
    """Errors of the system as errors of ours, with the path and the reason. `needed` are the bytes to be written."""
    try:
        yield
    except Timeout:
        raise
    except OSError as error:
        raise WorkspaceError(atomic.reason(error, path, needed)) from error
