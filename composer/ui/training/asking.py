"""Beginning a run: checked, its folder made with the live model's values, and a process of its own started in it.

So it goes on when the browser closes, and when the app does; whoever opens the run's folder finds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from composer.data_reports import Offered
from composer.design import text as designs
from composer.design.document import Input
from composer.reports import TensorType
from composer.tensor_reports import HeldReport
from composer.training.commands import Distribution
from composer.training.config import TrainConfig, dumps
from composer.training.telling import Command, tell
from composer.training.twins import untied
from composer.training_reports import CheckReport, SuitedReport
from composer.ui import models, state, tasks
from composer.ui.document import Document
from composer.ui.tasks import Asking
from composer.ui.training.launching import launch
from composer.ui.weights import asking as values

BEGINNING = "beginning"
TAKING = "taking"
_ANSWER = 30.0


@dataclass(frozen=True, slots=True)
class Begun:
    """What came of asking for a run: what was found before it, and the names of what was begun."""

    report: CheckReport
    run: str = ""
    twin: str = ""


@cache
def data_sets() -> tuple[Offered, ...]:
    """The data sets that can be loaded by name.

    Raises:
        ComposerError: where no kernel answers.
    """
    found: tuple[Offered, ...] = models.files().get("data").call("data_sets", timeout=_ANSWER)
    return found


@lru_cache(maxsize=64)
def suited_sets(inputs: tuple[Input, ...], output: TensorType | None) -> tuple[SuitedReport, ...]:
    """How each of the data sets goes with a design that takes `inputs` and gives `output`.

    Raises:
        ComposerError: where no kernel answers.
    """
    kernel = models.files().get("data")
    found: tuple[SuitedReport, ...] = kernel.call("suited_sets", timeout=_ANSWER, inputs=inputs, output=output)
    return found


@lru_cache(maxsize=64)
def columns_of(path: str, modified: int) -> tuple[str, ...]:
    """The names of the columns of the table at `path`, which was `modified` then; none where it is no table.

    Raises:
        ComposerError: where no kernel answers.
    """
    found: tuple[str, ...] = models.files().get("data").call("columns_of", timeout=_ANSWER, data=path)
    return found


def begin(document: Document, config: TrainConfig, processes: int, how: Distribution, twin: bool) -> None:
    """Check the run, make its folder, and start it; `twin`: and that of the untied twin, with equal values and data."""
    text, design, written = document.text, document.design, dumps(config)
    runs, kernels, id = state.documents().workspace.runs, models.pool(), document.id

    def work(ask: Asking) -> Begun:
        if twin:
            report: CheckReport = ask(kernels, id, "check_run", text=designs.dumps(untied(design)), config=written)
            if report.problems:
                return Begun(report)
        report = ask(kernels, id, "check_run", text=text, config=written)
        if report.problems:
            return Begun(report)
        path = runs.new_path(design.name)
        ask(kernels, id, "begin_run", text=text, config=written, folder=str(path))
        paths = [path]
        if twin:
            paths.append(runs.new_path(twin_name(path.name)))
            ask(kernels, id, "begin_twin", text=text, config=written, folder=str(paths[1]))
        for each in paths:
            launch(each, processes, how)
        return Begun(report, *(each.name for each in paths))

    tasks.forget(document, TAKING)
    tasks.start(document, BEGINNING, work, about=config, patience=0.3)


def twin_name(run: str) -> str:
    """What the run of the untied twin is called, unless there is one of that name."""
    return f"{run}-untied"


def event_file(path: Path) -> bytes:
    """The metrics of a run as TensorBoard reads them.

    Raises:
        ComposerError: where they cannot be written, or TensorBoard is not installed.
        OSError: where they cannot be read.
    """
    file: str = models.files().get("data").call("write_events", timeout=_ANSWER, folder=str(path))
    return Path(file).read_bytes()


def weights_file(document: Document) -> bytes:
    """The live model's values as a file of safetensors.

    Raises:
        ComposerError: where they cannot be written.
        OSError: where they cannot be read.
    """
    path = state.documents().workspace.checkpoints.outgoing(".safetensors")
    kernel = models.pool().get(document.id)
    kernel.call("save_state", text=document.text, path=str(path), format="safetensors")
    try:
        return path.read_bytes()
    finally:
        path.unlink(missing_ok=True)


def say(path: Path, order: Command) -> None:
    """Tell a run what to do."""
    try:
        tell(path, order)
    except OSError as error:
        state.notify(f"{path.name}: {error.strerror or error}.")


@dataclass(frozen=True, slots=True)
class Taken:
    """Weights that the live model has from a run, as after `step`; `undo` is what can be taken back since then."""

    run: str
    step: int
    undo: str


def take(document: Document, path: Path, step: int, left: bool) -> None:
    """Give the live model the weights of a run after `step`: those that it `left`, or else those of a checkpoint."""
    text, kernels, id, known = document.text, models.pool(), document.id, values.weights_of(document)

    def work(ask: Asking) -> Taken:
        ask(kernels, id, "take_weights", text=text, folder=str(path), step=None if left else step)
        report: HeldReport = ask(kernels, id, "held", text=text)
        known.known = text, report
        return Taken(path.name, step, report.undo)

    tasks.start(document, TAKING, work, about=path.name, patience=2)
