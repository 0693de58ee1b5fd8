"""What the Devices page asks for: devices at once, moves and experiments as tasks. Stop ends an experiment."""

from __future__ import annotations

from dataclasses import dataclass

from composer.device_reports import DevicesReport, MixReport, MoveReport
from composer.errors import KernelStopped, KernelTimeout
from composer.recordings.pieces import together
from composer.recordings.settings import OF_A_DESIGN, Settings
from composer.recordings.text import loads, settings_text
from composer.reports import KernelReport
from composer.ui import models, state, tasks
from composer.ui.document import Document
from composer.ui.tasks import Asking

TIMING, MOVING = "timing", "moving"
_DEVICES = "devices"
_ANSWER = 60.0  # seconds: a GPU takes a while to be found
_BUSY = 1.0  # seconds, after which a kernel is at work


@dataclass(frozen=True, slots=True)
class Home:
    """The device of the live model, "" while it is at work. `notice`: why an earlier one was lost."""

    device: str
    notice: str = ""


def devices() -> DevicesReport:
    """What devices there are, and how much of their memory is free now.

    Raises:
        ComposerError: where no kernel answers.
    """
    report: DevicesReport = models.timings().get(_DEVICES).call("devices", timeout=_ANSWER)
    return report


def mix() -> MixReport:
    """What torch says to X+Y on two devices.

    Raises:
        ComposerError: where no kernel answers.
    """
    report: MixReport = models.timings().get(_DEVICES).call("mix", timeout=_ANSWER)
    return report


def move_tensor(device: str, always: bool) -> MoveReport:
    """Send a tensor to a device.

    Raises:
        ComposerError: where no kernel answers, or it cannot go there.
    """
    report: MoveReport = models.timings().get(_DEVICES).call(
        "move_tensor", timeout=_ANSWER, device=device, always=always
    )  # fmt: skip
    return report


def home(document: Document) -> Home:
    """Where the live model is, or would be built.

    Raises:
        ComposerError: where no kernel answers.
    """
    kernel = models.pool().get(document.id)
    notice = models.pool().take_notice(document.id)
    try:
        report: KernelReport = kernel.call("ping", timeout=_BUSY)
    except KernelTimeout:
        return Home("", notice)
    return Home(report.device, notice)


def move(document: Document, device: str) -> None:
    """Move the live model to a device; the task's result is a `MoveReport`."""
    tasks.begin(document, MOVING, "move_model", device, text=document.text, device=device)


def begin(document: Document, settings: Settings) -> None:
    """Time what `settings` say; the recording is kept in the workspace as soon as it is there.

    Where its process ends before, as by Stop, what was finished is kept.
    """
    text, recordings = document.text, state.documents().workspace.recordings
    of_a_design = settings.kind in OF_A_DESIGN

    def work(ask: Asking) -> str:
        design = text if of_a_design else ""
        try:
            found = loads(ask(models.timings(), document.id, "measure", settings=settings_text(settings), text=design))
        except KernelStopped:
            left = together([loads(piece.text) for piece in ask.pieces])
            if left is None:
                raise
            found = left
        return recordings.save(found)

    def stop() -> None:
        models.timings().close(document.id)  # at once, whatever it is doing: it holds nothing that is worth keeping

    tasks.start(document, TIMING, work, settings.kind, patience=0.5, live=False, stop=stop)
