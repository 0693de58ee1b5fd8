"""A person's file, opened: that it is one, and how large it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from composer.engine.datasets.wording import refused


@contextmanager
def opened(path: Path, most: int, kind: str) -> Iterator[tuple[BinaryIO, int]]:
    """The file at `path`, open, and how many bytes it has: at least one and at most `most`.

    Raises:
        DataError: where it is none, is empty, too large, or cannot be read.
    """
    name = path.name
    try:
        if not path.is_file():
            raise refused(name, kind, "nothing that is there", "Check the name, or bring the file here again.")
        nbytes = path.stat().st_size
        if not nbytes:
            raise refused(name, kind, "an empty file", "Save or download it again.")
        if nbytes > most:
            raise refused(name, f"at most {most:,} bytes", f"{nbytes:,}", "Use a part of it.")
        with path.open("rb") as file:
            yield file, nbytes
    except OSError as error:
        reason = error.strerror or "an error of the disk"
        raise refused(name, "a file that can be read", reason, "Check that it is there and yours.") from None
