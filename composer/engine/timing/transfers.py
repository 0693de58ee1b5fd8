"""Copies between the host and a device by size, from pageable and from pinned memory; on the CPU, within its memory."""

from __future__ import annotations

from functools import partial

import torch

from composer.engine.timing.curves import Curve, timed_curves
from composer.engine.timing.method import threads
from composer.engine.timing.points import Tell, Work
from composer.engine.timing.recorder import Recorder
from composer.recordings.derived import COPY
from composer.recordings.recording import Recording
from composer.recordings.settings import Transfers

TO_DEVICE = "to the device"
TO_HOST = "to the host"


def transfers(settings: Transfers, tell: Tell = lambda event: None) -> Recording:
    """Time copies of every size between the host and every device, both ways.

    Raises:
        MeasureError: where a device is not there.
    """
    recorder = Recorder(settings)
    curves = [
        Curve(what, device, settings.sizes, prepare, axis="bytes")
        for device in recorder.devices
        for what, prepare in _ways(device).items()
    ]
    with threads(settings.method.threads):
        return timed_curves(curves, recorder, tell)


def _ways(device: torch.device) -> dict[str, partial[Work]]:
    if device.type == "cpu":
        return {COPY: partial(_copy, device, device, False)}
    host = torch.device("cpu")
    return {
        f"{what}, {'pinned' if pinned else 'pageable'}": partial(_copy, source, target, pinned)
        for what, source, target in ((TO_DEVICE, host, device), (TO_HOST, device, host))
        for pinned in (False, True)
    }


def _copy(source: torch.device, target: torch.device, pinned: bool, size: int) -> Work:
    """A copy of so many bytes. Pinned memory of the host stays in its place, so that the device may read it itself."""
    tensors = [
        torch.ones(size, dtype=torch.uint8, device=device, pin_memory=pinned and device.type == "cpu")
        for device in (source, target)
    ]
    read, written = tensors
    return Work(lambda: written.copy_(read, non_blocking=pinned), tensors, nbytes=size)
