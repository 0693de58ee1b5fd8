"""The live model of an open design, as the app asks for it: looking, dry runs and a new beginning, each with a Stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from composer.reports import LiveReport, Progress
from composer.ui import models
from composer.ui.document import Document
from composer.ui.jobs import Job

Given = tuple[tuple[tuple[int, ...], str], ...]
"""A shape and a dtype for each input."""

PATIENCE = 2.0  # seconds that a page waits for what mostly comes at once


@dataclass(slots=True)
class Progressing:
    """How far a dry run is."""

    last: Progress | None = None

    def __call__(self, event: Any) -> None:
        if isinstance(event, Progress):
            self.last = event


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the kernel about the design that `text` says, or something that was done with its model."""

    text: str
    what: Literal["look", "dry run", "reset"]
    job: Job[LiveReport]
    progress: Progressing = field(default_factory=Progressing)

    @property
    def failed(self) -> bool:
        return not self.job.running and self.job.result is None


@dataclass(slots=True)
class Live:
    """What the app knows of a document's live model: the last look, what was done last, and why values were lost."""

    look: Asked | None = None
    action: Asked | None = None
    known: tuple[str, LiveReport] | None = None
    notice: str = ""

    @property
    def busy(self) -> Asked | None:
        """What is going on."""
        return next((each for each in (self.action, self.look) if each and each.job.running), None)


def live_of(document: Document) -> Live:
    """What is known of a document's live model; all tabs share it."""
    with document.lock:
        if document.live is None:
            document.live = Live()
        return document.live


def look(document: Document, again: bool = False) -> Live:
    """See what the live model holds, building it where it is not there.

    A look that failed for this very design is not repeated unless `again`; nor is one begun while something runs.
    """
    live = live_of(document)
    last = live.look
    if not live.busy and (again or last is None or not last.failed or last.text != document.text):
        live.look = _ask(document, "look", "live")
        live.look.job.wait(PATIENCE)
    note(live)
    return live


def note(live: Live) -> None:
    """Keep what the last answers said."""
    for each in (live.action, live.look):
        if each and each.job.result:
            live.known = each.text, each.job.result


def dry_run(document: Document, data: str, samples: int, inputs: Given | None) -> None:
    """Run the live model once, which gives its lazy layers their sizes and values."""
    _act(document, "dry run", "dry_run", data=data, samples=samples, inputs=inputs)


def reset(document: Document) -> None:
    """Build the live model anew: its lazy layers wait for their first input again."""
    _act(document, "reset", "reset")


def stop(document: Document) -> None:
    """End what is going on, and with it the model's process."""
    busy = live_of(document).busy
    if busy:
        busy.job.stop()


def _act(document: Document, what: Literal["dry run", "reset"], verb: str, **arguments: Any) -> None:
    live = live_of(document)
    if not live.busy:
        live.action = _ask(document, what, verb, **arguments)
        live.action.job.wait(PATIENCE)


def _ask(document: Document, what: Literal["look", "dry run", "reset"], verb: str, **arguments: Any) -> Asked:
    text, id, progress, live = document.text, document.id, Progressing(), live_of(document)

    def work() -> LiveReport:
        kernel = models.pool().get(id)
        live.notice = models.pool().take_notice(id) or live.notice
        report: LiveReport = kernel.call(verb, on_progress=progress, text=text, **arguments)
        return report

    return Asked(text, what, Job(work, lambda: models.pool().close(id)), progress)
