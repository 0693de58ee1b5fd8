"""The app's kernels: one that previews any design, and one for the live model of each open design.

Previews have a process of their own, so that shapes are known while a model runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from composer.errors import ComposerError, KernelError, KernelTimeout
from composer.kernel.limits import Limits, default_memory
from composer.kernel.pool import Pool
from composer.reports import FlopsReport, RepairReport, ShapesReport, SourceReport
from composer.ui import consent
from composer.ui.language import _

PREVIEWS = "previews"
_SECONDS = 60.0
_CODE_SECONDS = 6.0  # where custom layers run
_TRIAL_MEMORY = 4 * 2**30


@dataclass(frozen=True, slots=True)
class Preview:
    """What a design is found to be. `failure` says why nothing was found ("": it was)."""

    report: ShapesReport
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A design's source, or why there is none."""

    report: SourceReport
    failure: str = ""

    @property
    def text(self) -> str:
        return self.report.text


@cache
def pool() -> Pool:
    """The kernels of this process."""
    return Pool()


@cache
def _previews() -> Pool:
    """A pool of its own: no design's id can be the name of another's kernel."""
    return Pool()


@cache
def trials() -> Pool:
    """Processes in which custom layers are tried out: one that runs away takes no live model with it."""
    return Pool(Limits(memory=min(default_memory() or _TRIAL_MEMORY, _TRIAL_MEMORY)))


@cache
def files() -> Pool:
    """Processes in which files of strangers are looked into: one that is the end of its process ends no model."""
    return Pool()


@cache
def timings() -> Pool:
    """Processes in which devices are timed: to stop an experiment is to end its process."""
    return Pool()


def changed(id: str) -> bool:
    """Whether the live model of the design `id` is known to have other values than its initial ones."""
    report = pool().report(id)
    return report is not None and report.changed


def preview(text: str) -> Preview:
    """Shapes, parameters and problems of the design that `text` says. Its code is run where that is allowed.

    Code that takes too long is stopped, and not run again before a person asks for it.
    """
    try:
        return _preview(text, consent.allowed_in(text))
    except KernelTimeout:
        consent.stop(text)
        return _preview(text, False)


@lru_cache(maxsize=64)
def _preview(text: str, run_code: bool) -> Preview:
    try:
        return Preview(_ask("shapes", text, run_code))
    except KernelTimeout:
        raise
    except ComposerError as error:
        return Preview(ShapesReport(), str(error))


def source(text: str) -> Source:
    """The source of the design that `text` says."""
    return _source(text, consent.allowed_in(text))


@lru_cache(maxsize=16)
def _source(text: str, run_code: bool) -> Source:
    try:
        return Source(_ask("source", text, run_code))
    except ComposerError as error:
        return Source(SourceReport("", {}, ()), str(error))


def flops(text: str) -> FlopsReport:
    """The FLOPs of the design that `text` says, for one sample; none where no kernel answers."""
    return _flops(text, consent.allowed_in(text))


@lru_cache(maxsize=16)
def _flops(text: str, run_code: bool) -> FlopsReport:
    try:
        found: FlopsReport = _ask("flops", text, run_code)
    except ComposerError:
        return FlopsReport()
    return found


def repair(text: str) -> RepairReport:
    """The design that `text` says after all fixes that involve no choice.

    Raises:
        ComposerError: where no kernel answers.
    """
    report: RepairReport = _ask("repair", text, consent.allowed_in(text))
    return report


def retry() -> None:
    """Forget what was found, failures among it: the next look asks a kernel again."""
    _preview.cache_clear()
    _source.cache_clear()
    _flops.cache_clear()


def close_all() -> None:
    """End every kernel; the next call starts one again."""
    pool().close_all()
    _previews().close_all()
    trials().close_all()
    files().close_all()
    timings().close_all()


def _ask(verb: str, text: str, run_code: bool) -> Any:
    kernel = _previews().get(PREVIEWS)
    custom = run_code and '"Code"' in text
    try:
        if custom:
            kernel.call("ping", timeout=_SECONDS)  # the time to come up is not the code's
        return kernel.call(verb, timeout=_CODE_SECONDS if custom else _SECONDS, text=text, run_code=run_code)
    except KernelTimeout:
        _previews().close(PREVIEWS)
        if custom:
            raise
        raise KernelError(_("The shapes were not found within a minute, and the search was stopped.")) from None
