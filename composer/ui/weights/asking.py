"""What the Parameters page asks of the live model: looking, which can be stopped, and changes of values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from composer.reports import ShapesReport
from composer.tensor_reports import HeldReport, HeldTensor, Measured, ModuleReport, Number, Picture, Window
from composer.ui import models
from composer.ui.document import Document
from composer.ui.jobs import Job
from composer.views import held as views

PATIENCE = 0.5  # seconds that the page waits for what mostly comes at once
_ANSWER = 30.0  # seconds until a part of a tensor's values has to be there


@dataclass(frozen=True, slots=True)
class Look:
    """A question to the kernel about the design that `text` says. `arrived` are the statistics that it told."""

    text: str
    job: Job[HeldReport]
    arrived: list[Measured] = field(default_factory=list)


@dataclass(slots=True)
class Weights:
    """What the app knows of the values of a document's live model. `notice`: why earlier values were lost."""

    look: Look | None = None
    known: tuple[str, HeldReport] | None = None
    notice: str = ""

    @property
    def busy(self) -> Look | None:
        return self.look if self.look and self.look.job.running else None

    def of(self, text: str) -> HeldReport | None:
        """What is known of the design that `text` says."""
        return self.known[1] if self.known and self.known[0] == text else None


def weights_of(document: Document) -> Weights:
    """What is known; all tabs share it."""
    with document.lock:
        if document.weights is None:
            document.weights = Weights()
        return document.weights


def look(document: Document, again: bool = False) -> Weights:
    """See what the live model holds, building it where it is not there. One that failed is repeated if `again`."""
    weights = weights_of(document)
    last = weights.look
    failed = last is not None and not last.job.running and last.job.result is None and last.text == document.text
    if not weights.busy and (again or not failed):
        weights.look = _ask(document, "held")
        weights.look.job.wait(PATIENCE)
    note(weights)
    return weights


def note(weights: Weights) -> None:
    """Keep what the last look said."""
    if weights.look and weights.look.job.result:
        weights.known = weights.look.text, weights.look.job.result


def change(document: Document, name: str, where: str, how: str, number: Number) -> str:
    """Change values of the live model; why it cannot be done, or ""."""
    return _act(document, "change", name=name, where=where, how=how, number=number)


def undo(document: Document) -> str:
    """Take back the last change of values; why it cannot be done, or ""."""
    return _act(document, "undo_values")


def redo(document: Document) -> str:
    """Do again what was undone last; why it cannot be done, or ""."""
    return _act(document, "redo_values")


def stop(document: Document) -> None:
    """End what is going on, and with it the model's process."""
    busy = weights_of(document).busy
    if busy:
        busy.job.stop()


def window(document: Document, name: str, where: str, top: int, left: int, rows: int, columns: int) -> Window:
    """A part of the values of `name`.

    Raises:
        ComposerError: where there is none.
    """
    where_to = {"top": top, "left": left, "rows": rows, "columns": columns}
    found: Window = _call(document, "window", name=name, where=where, **where_to)
    return found


def picture(document: Document, name: str, first: int) -> Picture | None:
    """Heat maps of the values of `name`; None where there are none.

    Raises:
        ComposerError: where no kernel answers.
    """
    found: Picture | None = _call(document, "picture", name=name, first=first)
    return found


def present(
    document: Document, weights: Weights, running: Look | None, report: ShapesReport
) -> tuple[tuple[HeldTensor, ...], dict[str, ModuleReport], bool]:
    """Rows and modules as far as they are known, and whether that is all that the live model holds.

    `running` is the look that is going on.
    """
    known = weights.of(document.text)
    if known and not running:
        return known.rows, dict(known.modules), True
    measured = {each.name: each.statistics for each in running.arrived} if running else {}
    rows = known.rows if known else views.rows_of(report)
    shown = tuple(HeldTensor(row.tensor, row.device, measured.get(row.name, row.statistics)) for row in rows)
    return shown, dict(known.modules) if known else views.modules_of(report), known is not None


def _call(document: Document, verb: str, **arguments: Any) -> Any:
    return models.pool().get(document.id).call(verb, timeout=_ANSWER, text=document.text, **arguments)


def _act(document: Document, verb: str, **arguments: Any) -> str:
    weights = weights_of(document)
    if weights.busy:
        return ""
    act = _ask(document, verb, **arguments)
    if not act.job.wait(_ANSWER):
        weights.look = act
        return ""
    if act.job.error:
        return str(act.job.error)
    weights.look = act
    note(weights)
    return ""


def _ask(document: Document, verb: str, **arguments: Any) -> Look:
    text, id, weights, arrived = document.text, document.id, weights_of(document), list[Measured]()

    def hear(event: Any) -> None:
        if isinstance(event, Measured):
            arrived.append(event)

    def work() -> HeldReport:
        kernel = models.pool().get(id)
        weights.notice = models.pool().take_notice(id) or weights.notice
        report: HeldReport = kernel.call(verb, on_progress=hear, text=text, **arguments)
        return report

    return Look(text, Job(work, lambda: models.pool().close(id)), arrived)
