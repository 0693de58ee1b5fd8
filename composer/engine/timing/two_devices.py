"""Two products, each on a device of its own: one after another, and at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch

from composer.engine.devices import accelerators
from composer.engine.timing.clocks import synchronized
from composer.engine.timing.curves import Curve, timed_curves
from composer.engine.timing.method import threads
from composer.engine.timing.points import Tell, Work
from composer.engine.timing.recorder import Recorder
from composer.errors import MeasureError
from composer.recordings.recording import Recording
from composer.recordings.settings import TwoDevices

AFTER = "one after another"
TOGETHER = "at once"


def two_devices(settings: TwoDevices, tell: Tell = lambda event: None) -> Recording:
    """Time a product on each of two GPUs at every size; the second begins when the first is done, or with it.

    Raises:
        MeasureError: where there are no two GPUs, or the devices are no two of them.
    """
    found = accelerators()
    if len(found) < 2:
        raise MeasureError(f"This needs two GPUs, and there {'is one' if found else 'is none'} here.")
    recorder = Recorder(settings)
    if len(set(recorder.devices) & set(found)) < 2:
        raise MeasureError(f"This needs two of {', '.join(map(str, found))}.")
    devices = recorder.devices
    note = f"on {' and '.join(map(str, devices))}"
    curves = [
        Curve(what, devices[0], settings.sizes, partial(two_products, devices, waits), "float32", note, power=3)
        for what, waits in ((AFTER, True), (TOGETHER, False))
    ]
    with threads(settings.method.threads):
        return timed_curves(curves, recorder, tell)


def two_products(devices: Sequence[torch.device], waits: bool, n: int) -> Work:
    """A product on each of `devices`; `waits`: each one is done before the next begins."""
    matrices = [torch.randn(n, n, device=device) for device in devices]

    def call() -> None:
        for device, matrix in zip(devices, matrices, strict=True):
            matrix @ matrix
            if waits:
                synchronized([device])

    return Work(call, matrices, flops=len(devices) * 2 * n**3, also=devices[1:])
