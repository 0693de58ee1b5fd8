"""The runs of the workspace as they are listed: those of the open design first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from composer.training_reports import Measure
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.training.launching import Standing
from composer.workspace import RunEntry
from composer.workspace.standing import last_test


def is_of(entry: RunEntry, document: Document) -> bool:
    """Whether a run trains the open design, perhaps as it was before: one of its name, or of its structure."""
    own, found = document.design, entry.design
    return found is not None and (found.name == own.name or (found.root, found.ties) == (own.root, own.ties))


def sorted_for(document: Document, runs: Sequence[Standing]) -> list[Standing]:
    """The runs of the open design before those of others, in their order otherwise."""
    return sorted(runs, key=lambda each: not is_of(each.entry, document))


def label(run: Standing, own: bool) -> str:
    """A run's name and state; when it ended, and how well; and of which design it is, where not of the open one."""
    entry = run.entry
    parts = [entry.name, states()[run.state]]
    if not run.moves:
        parts[-1] += f" {_when(entry.modified)}"
    if run.state == "finished" and (tested := _last_test(entry.path, entry.modified)):
        parts.append(f"{measures()[tested[0]]} {tested[1]:.3g}")
    if not own and entry.design:
        parts.append(_("of {design}").format(design=entry.design.name))
    return " · ".join(parts)


def states() -> dict[str, str]:
    """What states of runs are called."""
    return {
        "starting": _("about to begin"), "new": _("not begun"), "running": _("running"), "paused": _("paused"),
        "interrupted": _("interrupted"), "stopped": _("stopped"), "nan": _("stopped: not a number"),
        "finished": _("finished"), "failed": _("failed"),
    }  # fmt: skip


def measures() -> dict[Measure, str]:
    """What metrics are called."""
    return {"accuracy": _("accuracy"), "mean absolute error": _("mean absolute error"), "": _("metric")}


def _when(time: datetime) -> str:
    here = time.astimezone()
    return f"{here:%H:%M}" if here.date() == datetime.now().astimezone().date() else f"{here:%Y-%m-%d %H:%M}"


@lru_cache(maxsize=256)
def _last_test(path: Path, modified: datetime) -> tuple[Measure, float] | None:
    """The last test of a run that was written last at that time."""
    return last_test(path)
