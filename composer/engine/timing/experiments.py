"""All experiments, by their settings."""

from __future__ import annotations

from composer.design.document import Design
from composer.engine.timing.dispatch import dispatch
from composer.engine.timing.fetching import fetching
from composer.engine.timing.matmul import matmul
from composer.engine.timing.model import model
from composer.engine.timing.points import Tell
from composer.engine.timing.transfers import transfers
from composer.engine.timing.two_devices import two_devices
from composer.errors import MeasureError
from composer.recordings.recording import Recording
from composer.recordings.settings import Dispatch, Fetching, Matmul, Model, Settings, Transfers, TwoDevices


def measure(settings: Settings, design: Design | None = None, tell: Tell = lambda event: None) -> Recording:
    """Time what `settings` say; `design` where it is one that is timed.

    Raises:
        MeasureError: where it cannot be timed here.
        DesignError: where the design cannot be built.
    """
    match settings:
        case Matmul():
            return matmul(settings, tell)
        case Fetching():
            return fetching(settings, tell)
        case TwoDevices():
            return two_devices(settings, tell)
        case Transfers():
            return transfers(settings, tell)
    if design is None:
        raise MeasureError(f"The experiment {settings.kind!r} times a design: name one.")
    match settings:
        case Model():
            return model(settings, design, tell)
        case Dispatch():
            return dispatch(settings, design, tell)
