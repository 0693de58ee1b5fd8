"""A custom layer is tried out, as the app asks for it: in a process of its own, for a few seconds at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from composer.codegen.alone import reached
from composer.design.document import Definition
from composer.errors import KernelError, KernelTimeout
from composer.trial_reports import TriedReport
from composer.ui import consent, models
from composer.ui.document import Document
from composer.ui.jobs import Job
from composer.ui.language import _

PATIENCE = 1.5  # seconds that a click waits for the result, which mostly comes sooner
SECONDS = 6.0
_STARTING = 60.0  # seconds that the process may take to come up

Given = tuple[tuple[int, ...], str] | None


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial of a custom layer as it was then."""

    definition: Definition
    job: Job[TriedReport]


def begin(
    document: Document,
    definition: Definition,
    options: Mapping[str, int],
    inputs: Sequence[Given],
    seed: int,
    waves: Sequence[float] = (),
) -> None:
    """Try a layer of the document as it is now, unless a trial is going on. Who asks for it lets its code run.

    `waves` make a signal of the inputs (`composer.engine.trying`).
    """
    if document.trial is not None and document.trial.job.running:
        return
    design, text, id = document.design, document.text, document.id
    consent.allow_definitions(reached(design, definition.name))

    def work() -> TriedReport:
        kernel = models.trials().get(id)
        kernel.call("ping", timeout=_STARTING)  # the time to come up is not the layer's
        try:
            asked: dict[str, Any] = {
                "name": definition.name,
                "options": options,
                "inputs": inputs,
                "seed": seed,
                "waves": waves,
            }
            report: TriedReport = kernel.call("try_layer", SECONDS, text=text, **asked)
        except KernelTimeout:
            models.trials().close(id)
            message = _("It was not done after {seconds:.0f} s and was stopped. Does a loop end? Are the sizes small?")
            raise KernelError(message.format(seconds=SECONDS)) from None
        return report

    document.trial = Trial(definition, Job(work, lambda: models.trials().close(id)))
    document.trial.job.wait(PATIENCE)


def stop(document: Document) -> None:
    """End the trial that is going on."""
    if document.trial:
        document.trial.job.stop()
