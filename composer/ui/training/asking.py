"""Beginning a run: checked, its folder made with the live model's values, and a process of its own started in it.

So it goes on when the browser closes, and when the app does; whoever opens the run's folder finds it.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

from composer.data_reports import Offered
from composer.errors import TrainingError, WorkspaceError
from composer.training import processes as program
from composer.training.commands import Distribution
from composer.training.config import TrainConfig, dumps
from composer.training.telling import Command, tell
from composer.training_reports import CheckReport
from composer.ui import models, state, tasks
from composer.ui.document import Document
from composer.ui.tasks import Asking

BEGINNING = "beginning"
TAKING = "taking"
_ANSWER = 30.0


@cache
def data_sets() -> tuple[Offered, ...]:
    """The data sets that can be loaded by name.

    Raises:
        ComposerError: where no kernel answers.
    """
    found: tuple[Offered, ...] = models.files().get("data").call("data_sets", timeout=_ANSWER)
    return found


def begin(document: Document, config: TrainConfig, processes: int, how: Distribution) -> None:
    """Check the run, make its folder, and start it."""
    text, wanted = document.text, document.design.name

    def work(ask: Asking) -> str:
        written = dumps(config)
        report: CheckReport = ask(models.pool(), document.id, "check_run", text=text, config=written)
        if report.problems:
            raise TrainingError(report.problems)
        path = state.documents().workspace.runs.new_path(wanted)
        ask(models.pool(), document.id, "begin_run", text=text, config=written, folder=str(path))
        launch(path, processes, how)
        return path.name

    tasks.start(document, BEGINNING, work, patience=3)


def launch(path: Path, processes: int = 1, how: Distribution = "") -> None:
    """Start a program that trains in a run's folder, from its last checkpoint; it belongs to nobody.

    Raises:
        WorkspaceError: where it cannot be started.
    """
    try:
        process = program.launch(path, processes, how)
    except OSError as error:
        raise WorkspaceError(f"{path}: {error.strerror or error}.") from error
    # Somebody has to take note of its end while this app is there: else it stays in the system's list.
    threading.Thread(target=process.wait, name="run", daemon=True).start()


def say(path: Path, order: Command) -> None:
    """Tell a run what to do."""
    try:
        tell(path, order)
    except OSError as error:
        state.notify(f"{path.name}: {error.strerror or error}.")


def take(document: Document, path: Path) -> None:
    """Give the live model the weights that a run left."""
    tasks.begin(document, TAKING, "take_weights", path.name, patience=2, text=document.text, folder=str(path))


def last_words(path: Path) -> str:
    """The last line of what a run's program printed."""
    try:
        lines = (path / program.OUTPUT).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][:300] if lines else ""
