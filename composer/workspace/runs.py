"""Runs: folders that somebody trains in, perhaps another program on another machine. They are only read here."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from composer.design import text as designs
from composer.design.document import Design
from composer.errors import ComposerError, WorkspaceError
from composer.training import config as configs
from composer.training.config import TrainConfig
from composer.training.layout import CHECKPOINTS, CONFIG, DESIGN, ENVIRONMENT, METRICS, SAMPLES, STATE, step_of
from composer.training_reports import Image, Row, row_of
from composer.workspace.ids import is_id, slug
from composer.workspace.standing import State, is_held, state
from composer.workspace.trash import Trash, Trashed
from composer.workspace.writing import Writing, explained

_IMAGES = TypeAdapter(tuple[Image, ...])
_SMALL = 2**24  # bytes of a file that is read whole


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run's folder, as it is listed. `problem` says why its design and configuration cannot be read ("" where they
    can)."""

    name: str
    path: Path
    modified: datetime
    state: State
    problem: str = ""
    design: Design | None = None
    config: TrainConfig | None = None


@dataclass(slots=True)
class Following:
    """What was read of a run's metrics until now. `read` adds what is new.

    `rows` are in the order of the file; where a run went back to a checkpoint, all of them are read again.
    """

    path: Path
    rows: list[Row] = field(default_factory=list)
    _offset: int = 0
    _file: int = 0

    def read(self) -> list[Row]:
        """The rows that are new. A last line that is not whole yet waits for the next time.

        Raises:
            WorkspaceError: where the file cannot be read.
        """
        with explained(self.path):
            if not self.path.exists():
                return []
            with self.path.open("rb") as file:
                status = self.path.stat()
                if status.st_ino != self._file or status.st_size < self._offset:
                    self._file, self._offset = status.st_ino, 0
                    self.rows.clear()
                file.seek(self._offset)
                data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        found = [row for line in whole.splitlines() if (row := row_of(line))]
        self.rows += found
        return found


class Runs:
    """The runs of a workspace. Every method raises WorkspaceError where the folder or a file cannot be used."""

    def __init__(self, root: Path, trash: Trash, writing: Writing) -> None:
        self.folder, self._trash, self._writing = root / "runs", trash, writing
        with self._writing(root):
            self.folder.mkdir(exist_ok=True)

    def all(self) -> tuple[RunEntry, ...]:
        """Every run, the last changed first."""
        with explained(self.folder):
            found = [entry(path) for path in self.folder.iterdir() if path.is_dir() and is_id(path.name)]
        return tuple(sorted((each for each in found if each), key=lambda each: each.modified, reverse=True))

    def path(self, name: str) -> Path:
        """Where a run of that name is, or would be."""
        if not is_id(name):
            raise WorkspaceError(f"{name[:60]!r} cannot be the name of a run.")
        return self.folder / name

    def new_path(self, wanted: str) -> Path:
        """A folder for a new run with a name like `wanted`, which no run has. It is there, and empty."""
        with self._writing(self.folder):
            path = self.folder / slug(wanted, [each.name for each in self.folder.iterdir()], "run")
            path.mkdir()
        return path

    def delete(self, name: str) -> Trashed | None:
        """Delete a run, where there is one; it can be restored for some weeks. One that is trained stays."""
        path = self.path(name)
        if path.is_dir() and is_held(path):
            raise WorkspaceError(f"The run {name!r} is being trained. Stop it first.")
        with self._writing(path), contextlib.suppress(FileNotFoundError):
            return self._trash.put(name, path)
        return None

    def restore(self, trashed: Trashed) -> str:
        """Bring a deleted run back, and say its name: the old one, or another where that is taken by now."""
        with self._writing(self.path(trashed.id)):
            names = [each.name for each in self.folder.iterdir()]
            name = slug(trashed.id, names, "run") if trashed.id in names else trashed.id
            try:
                self._trash.take(trashed, self.path(name))
            except FileNotFoundError:
                raise WorkspaceError(f"The deleted run {trashed.id!r} is not kept any more.") from None
        return name


def entry(path: Path) -> RunEntry | None:
    """How a run's folder is listed, wherever it is; None where it is gone or no run."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        if not (path / CONFIG).is_file():
            return None
        metrics = path / METRICS
        modified = (metrics if metrics.exists() else path / CONFIG).stat().st_mtime
        found = RunEntry(path.name, path, datetime.fromtimestamp(modified, UTC), state(path))
        try:
            design, config = read(path)
        except ComposerError as error:
            return replace(found, problem=str(error))
        return replace(found, design=design, config=config)
    return None


def read(path: Path) -> tuple[Design, TrainConfig]:
    """What is trained in a run's folder, and how.

    Raises:
        WorkspaceError: where that cannot be read.
        DesignError: where the design or configuration is none.
    """
    with explained(path):
        return designs.loads(_content(path / DESIGN)), configs.loads(_content(path / CONFIG))


def environment(path: Path) -> dict[str, str]:
    """What a run depends on beside its configuration, as words; empty where it cannot be read."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return {str(key): str(value) for key, value in json.loads(_content(path / ENVIRONMENT)).items()}
    return {}


def images(path: Path) -> tuple[Image, ...]:
    """The images of the samples whose predictions are in the metrics; none where there are none."""
    with contextlib.suppress(OSError, ValidationError):
        return _IMAGES.validate_json(_content(path / SAMPLES))
    return ()


def checkpoints(path: Path) -> tuple[int, ...]:
    """The steps after which there is a checkpoint, which has a state once it is here as a whole."""
    with contextlib.suppress(OSError):
        found = (step_of(each.parent.name) for each in (path / CHECKPOINTS).glob(f"*/{STATE}"))
        return tuple(sorted(step for step in found if step is not None))
    return ()


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_SMALL)
