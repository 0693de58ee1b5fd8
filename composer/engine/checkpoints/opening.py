"""The front door for files of tensors: what comes in is checked before any of it is used, and nothing of it is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from torch import Tensor

from composer.checkpoint_reports import FileReport
from composer.engine.checkpoints.contents import Contents
from composer.engine.checkpoints.copying import Copier
from composer.engine.checkpoints.parts import parts_of, values_of
from composer.engine.checkpoints.reading import Read, read_file
from composer.engine.checkpoints.rules import check_tensors
from composer.engine.checkpoints.views import View, mapped
from composer.engine.checkpoints.wording import MOST, quoted, readable
from composer.engine.statistics import statistics
from composer.errors import CheckpointError
from composer.tensor_reports import Measured, Statistics

LARGEST = 2**40
"""Bytes of a file that is opened."""
_NAME = 60


class Checkpoint:
    """An open file of tensors, all of it checked. `report` says what it holds; statistics are not in it yet."""

    def __init__(self, file: BinaryIO, nbytes: int, read: Read) -> None:
        """Keep `file`, of `nbytes`, in which `read` was found.

        Raises:
            CheckpointError: where what it holds has no clear names, or no end.
        """
        self._contents = Contents(read.root)
        check_tensors({path: each for path, each in self._contents.named.items() if type(each) is View}, nbytes)
        found = parts_of(self._contents)
        self._views = {part.report.path: part.tensors for part in found}
        self._file = file
        parts, values = tuple(part.report for part in found), values_of(self._contents)
        self.report = FileReport(read.format, nbytes, parts, values, read.metadata)

    def tensor(self, part: str, name: str) -> Tensor:
        """A tensor in memory that the file is mapped to: changing it changes nothing in the file.

        Copy what is kept for long: where the file is cut while it is mapped, the system ends the process.

        Raises:
            CheckpointError: where the file has no such part or tensor.
        """
        return mapped(self.view(part, name), self._file)

    def view(self, part: str, name: str) -> View:
        """Where a tensor is in the file, and how it is laid out there.

        Raises:
            CheckpointError: where the file has no such part or tensor.
        """
        found = self._views.get(part, {}).get(name)
        if found is None:
            raise CheckpointError(
                f"There is no tensor {quoted(name)} in the part {quoted(part)} of the file. Choose one that it has."
            )
        return found

    def content(self, part: str) -> Any:
        """A part as nested Python with copies of its tensors, such as `load_state_dict` takes; "" is the whole file.

        Raises:
            CheckpointError: where the file has no such part.
        """
        if part and part not in self._views:
            raise CheckpointError(f"There is no part {quoted(part)} in the file. Choose one that it has.")
        return Copier(self._file).copy(self._contents.named[part])

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_checkpoint(path: Path, largest: int = LARGEST) -> Checkpoint:
    """Open a file of safetensors or of `torch.save`, of at most `largest` bytes. Nothing in it is run.

    Raises:
        CheckpointError: where there is no such file, or anything in it is not as it should be.
    """
    try:
        return _opened(path, largest)
    except CheckpointError as error:
        reason = str(error)
    except OSError as error:
        reason = f"it cannot be read ({error.strerror or 'an error of the disk'}). Check that it is there and yours."
    raise CheckpointError(readable(f"{readable(path.name, _NAME)}: {reason}", MOST))


def _opened(path: Path, largest: int) -> Checkpoint:
    if path.exists() and not path.is_file():
        raise CheckpointError("it is no file. Choose a .safetensors file or one of torch.save.")
    file = path.open("rb")
    try:
        nbytes = path.stat().st_size
        if nbytes > largest:
            raise CheckpointError(f"it has {nbytes:,} bytes, and {largest:,} are the most. Choose a smaller file.")
        return Checkpoint(file, nbytes, read_file(file, nbytes))
    except BaseException:
        file.close()
        raise


def measured(checkpoint: Checkpoint, tell: Callable[[Measured], None] = lambda event: None) -> FileReport:
    """The report of `checkpoint` with statistics of every tensor, each told as it is measured."""
    report = checkpoint.report
    total, done = sum(len(part.tensors) for part in report.parts), 0
    known: dict[View, Statistics | None] = {}
    parts = []
    for part in report.parts:
        rows = []
        for row in part.tensors:
            view = checkpoint.view(part.path, row.name)
            if view not in known:
                known[view] = statistics(checkpoint.tensor(part.path, row.name))
            rows.append(replace(row, statistics=known[view]))
            done += 1
            tell(Measured(row.name, known[view], done, total))
        parts.append(replace(part, tensors=tuple(rows)))
    return replace(report, parts=tuple(parts))
