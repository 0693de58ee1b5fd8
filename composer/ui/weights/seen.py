"""What the last look at gradients saw of the parameters: found again here, with what it was of, and if it is old."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from composer.signals import GradientsReport, ParameterSignal
from composer.tensor_reports import HeldTensor, Statistics
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.signals import asked


@dataclass(frozen=True, slots=True)
class Seen:
    """The last look at the gradients of this very design. `old`: the values have changed since."""

    report: GradientsReport
    old: bool

    @property
    def of(self) -> Mapping[str, ParameterSignal]:
        """What it saw, by every name of each parameter."""
        return {name: each for each in self.report.parameters for name in each.names}

    @property
    def gradients(self) -> Mapping[str, Statistics]:
        """The gradients that there are, by every name of each parameter."""
        return {name: each.gradient for name, each in self.of.items() if each.gradient}

    @property
    def text(self) -> str:
        """What it was of, and whether that is the past."""
        text = _("Gradients in {what}").format(what=asked(self.report))
        return f"{text} · {_('the values have changed since')}" if self.old else text


def seen(document: Document, rows: Sequence[HeldTensor]) -> Seen | None:
    """What the last look saw, if it was at the design as it is; `rows` are what the live model holds now."""
    look = document.gradients
    if look is None or look.text != document.text or look.job.running or look.job.result is None:
        return None
    report = look.job.result.report
    weights = {each.name: each.weight for each in report.parameters}
    held = {row.name: row.statistics for row in rows if row.statistics}
    old = any(name in held and held[name] != weight for name, weight in weights.items())
    return Seen(report, old)


def missing() -> str:
    """What to do where nothing was seen."""
    return _("No gradients yet of this design as it is: a look on the page Gradients shows them here, too.")
