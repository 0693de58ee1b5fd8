"""What a document's kernel was asked to do, by name: what it told on its way, and a Stop that loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from composer.kernel.pool import Pool
from composer.ui import models
from composer.ui.document import Document
from composer.ui.jobs import Job


@dataclass(slots=True)
class Heard:
    """The event that a task told last."""

    last: Any = None

    def __call__(self, event: Any) -> None:
        self.last = event


@dataclass(frozen=True, slots=True)
class Task:
    """Something that was asked of the design that `text` says, and `about` what."""

    text: str
    about: Any
    job: Job[Any]
    heard: Heard

    @property
    def running(self) -> bool:
        return self.job.running

    @property
    def result(self) -> Any:
        """What the verb reported; None where it did not come to an end."""
        return self.job.result


def begin(
    document: Document, name: str, verb: str, about: Any = None, patience: float = 1.0, pool: Pool | None = None,
    ends: bool = False, then: Callable[[Any], Any] | None = None,
    **arguments: Any,
) -> Task:  # fmt: skip
    """Ask the document's kernel in `pool`, that of its live model where none is given, unless that is going on.

    The task waits for `patience` seconds, within which most come to an end. `then` makes its result of what the verb
    reports. A Stop has the verb given up; where it `ends` the process, that is at once, with all that it holds.
    """
    running = of(document, name)
    if running and running.running:
        return running
    kernels, heard = pool or models.pool(), Heard()

    def work() -> Any:
        report = kernels.get(document.id).call(verb, on_progress=heard, **arguments)
        return then(report) if then else report

    def stop() -> None:
        if ends:
            kernels.close(document.id)
        else:
            kernels.get(document.id).cancel()

    task = Task(document.text, about, Job(work, stop), heard)
    document.tasks[name] = task
    task.job.wait(patience)
    return task


def of(document: Document, name: str) -> Task | None:
    """The last task of this name."""
    return document.tasks.get(name)


def stop(document: Document, name: str) -> None:
    """Have a task given up."""
    task = of(document, name)
    if task:
        task.job.stop()


def forget(document: Document, name: str) -> None:
    """Show no more of a task that is done."""
    task = of(document, name)
    if task and not task.running:
        del document.tasks[name]
