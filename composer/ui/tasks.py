"""What kernels were asked to do for a document, by name: what they told on their way, and a Stop that loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from composer.kernel.client import Kernel, Ticket
from composer.kernel.pool import Pool
from composer.reports import Piece
from composer.ui import models
from composer.ui.document import Document
from composer.ui.jobs import Job

_STOPPING = 1.0  # seconds that a Stop is waited for


class Asking:
    """Calls of one task, which can be given up. `last` is the event that was told last, `pieces` of the result are."""

    def __init__(self) -> None:
        self.last: Any = None
        self.pieces: list[Piece] = []
        self._ticket = Ticket()
        self._kernel: Kernel | None = None

    def __call__(self, kernels: Pool, id: str, verb: str, **arguments: Any) -> Any:
        """What a verb of the kernel `id` reports.

        Raises:
            ComposerError: what it raises; Cancelled where it was given up.
        """
        self._kernel = kernels.get(id)
        return self._kernel.call(verb, on_progress=self._hear, ticket=self._ticket, **arguments)

    def give_up(self) -> None:
        """Have the call that runs given up, and every later one."""
        self._ticket.cancelled = True
        if self._kernel:
            self._kernel.cancel(self._ticket)

    def _hear(self, event: Any) -> None:
        if isinstance(event, Piece):
            self.pieces.append(event)
        else:
            self.last = event


@dataclass(frozen=True, slots=True)
class Task:
    """Something that was asked about the design that `text` says. `about` is what; `live`: it is the live model's."""

    text: str
    about: Any
    live: bool
    job: Job[Any]
    asking: Asking

    @property
    def running(self) -> bool:
        return self.job.running

    @property
    def result(self) -> Any:
        """What came of it; None where it did not come to an end."""
        return self.job.result


def start(
    document: Document, name: str, work: Callable[[Asking], Any], about: Any = None, patience: float = 1.0,
    live: bool = True, stop: Callable[[], None] | None = None,
) -> Task:  # fmt: skip
    """Do `work` in a thread, unless the task of this name is going on, and wait for `patience` seconds.

    `stop` is what ends it; where none is given, what it asks is given up.
    """
    with document.lock:
        known = document.tasks.get(name)
        if known and known.running:
            return known
        asking = Asking()
        task = Task(document.text, about, live, Job(lambda: work(asking), stop or asking.give_up), asking)
        document.tasks[name] = task
    task.job.wait(patience)
    return task


def begin(
    document: Document, name: str, verb: str, about: Any = None, patience: float = 1.0, pool: Pool | None = None,
    **arguments: Any,
) -> Task:  # fmt: skip
    """Ask the document's kernel in `pool` for one verb; that of its live model where none is given."""
    kernels, id = pool or models.pool(), document.id
    return start(document, name, lambda ask: ask(kernels, id, verb, **arguments), about, patience, live=pool is None)


def of(document: Document, name: str) -> Task | None:
    """The last task of this name."""
    return document.tasks.get(name)


def running(document: Document) -> dict[str, Task]:
    """All that is going on, by name."""
    with document.lock:
        return {name: task for name, task in document.tasks.items() if task.running}


def stop(document: Document, name: str) -> None:
    """Have a task given up."""
    task = of(document, name)
    if task:
        task.job.stop(_STOPPING)


def forget(document: Document, name: str) -> None:
    """Show no more of a task that is done."""
    with document.lock:
        task = of(document, name)
        if task and not task.running:
            del document.tasks[name]
