"""A look at a live model's gradients: run in the model's own process, with a Stop, found again after a refresh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from composer.signals import GradientsReport
from composer.ui import models
from composer.ui.document import Document
from composer.ui.jobs import Job
from composer.ui.live import Given

PATIENCE = 2.0  # seconds that a click waits for the result, which mostly comes sooner


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen. `notice`: why live values were lost before."""

    report: GradientsReport
    initial: bool
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the model of the design that `text` says."""

    text: str
    job: Job[Looked]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: data, samples and types as on Initialize; a seed, a loss, and whether in train mode."""

    data: str
    samples: int
    inputs: Given | None
    seed: int
    loss: str
    training: bool

    @property
    def arguments(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("data", "samples", "inputs", "seed", "loss", "training")}


def begin(document: Document, asked: Asked, rate: float | None = None, kind: str = "SGD") -> None:
    """Look at the document's model as it is now, unless a look is going on. With a learning rate `rate` it first takes
    one step of an optimizer of this `kind`."""
    if document.gradients is not None and document.gradients.job.running:
        return
    text, id = document.text, document.id

    def work() -> Looked:
        kernel = models.pool().get(id)
        given: dict[str, Any] = asked.arguments if rate is None else {**asked.arguments, "rate": rate, "kind": kind}
        report = kernel.call("gradients" if rate is None else "step", text=text, **given)
        return Looked(report, kernel.call("ping").initial, models.pool().take_notice(id))

    document.gradients = Look(text, Job(work, lambda: models.pool().close(id)))
    document.gradients.job.wait(PATIENCE)


def stop(document: Document) -> None:
    """End the look that is going on, and with it the model's process."""
    if document.gradients:
        document.gradients.job.stop()
