"""What the rules of a design do to its live model, as the app asks for it: a trial, or the real thing; with a Stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from composer.initial_reports import InitializedReport
from composer.ui import models
from composer.ui.document import Document
from composer.ui.jobs import Job

PATIENCE = 2.0  # seconds that a click waits for the result, which mostly comes sooner


@dataclass(slots=True)
class Filling:
    """What was asked of the live model of the design that `text` says. `undone`: what it did was taken back."""

    text: str
    trial: bool
    job: Job[InitializedReport]
    undone: bool = False


def begin(document: Document, trial: bool, signal: dict[str, Any]) -> None:
    """Fill the live model, or try what that would do, unless that is going on. `signal`: see `composer.kernel`."""
    if document.filling is not None and document.filling.job.running:
        return
    text, id = document.text, document.id

    def work() -> InitializedReport:
        report: InitializedReport = models.pool().get(id).call("initialize", text=text, trial=trial, signal=signal)
        return report

    document.filling = Filling(text, trial, Job(work, lambda: models.pool().close(id)))
    document.filling.job.wait(PATIENCE)


def stop(document: Document) -> None:
    """End what is going on, and with it the model's process."""
    if document.filling:
        document.filling.job.stop()
