"""The programs of runs that this app started, while they get ready: it takes them seconds until they train."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from composer.errors import WorkspaceError
from composer.training import processes as program
from composer.training.commands import Distribution
from composer.workspace import RunEntry
from composer.workspace.standing import has_begun

_launched: dict[Path, subprocess.Popen[bytes]] = {}
_called_off: set[Path] = set()


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a run: its state on the disk, or "starting" while its program gets ready."""

    entry: RunEntry
    state: str

    @property
    def moves(self) -> bool:
        return self.state in ("starting", "running", "paused")


def launch(path: Path, processes: int = 1, how: Distribution = "") -> None:
    """Start a program that trains in a run's folder, from its last checkpoint; it belongs to nobody.

    Raises:
        WorkspaceError: where it cannot be started.
    """
    try:
        process = program.launch(path, processes, how)
    except OSError as error:
        raise WorkspaceError(f"{path}: {error.strerror or error}.") from error
    _launched[path] = process
    _called_off.discard(path)
    # Somebody has to take note of its end while this app is there: else it stays in the system's list.
    threading.Thread(target=process.wait, name="run", daemon=True).start()


def relaunch(path: Path) -> None:
    """Start the program of a run again, with as many processes as the last time.

    Raises:
        WorkspaceError: where it cannot be started.
    """
    last = program.launched(path)
    launch(path, last.processes if last else 1, last.distribution if last else "")


def standing(entry: RunEntry) -> Standing:
    """How it stands with a run, with what this app knows of its program."""
    process = _launched.get(entry.path)
    held = entry.state in ("running", "paused")
    starts = not held and process is not None and process.poll() is None and not has_begun(entry.path)
    return Standing(entry, "starting" if starts else entry.state)


def call_off(path: Path) -> None:
    """End a program that gets ready. One that trains by now stops after its step."""
    _called_off.add(path)
    process = _launched.get(path)
    if process is not None:
        process.terminate()


def is_called_off(path: Path) -> bool:
    """Whether the last program of a run was told to end before it had begun: that it did is no failure."""
    return path in _called_off
