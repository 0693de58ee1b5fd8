"""Products of two n×n matrices on each device and in each dtype, and the bandwidth of a copy: a roofline."""

from __future__ import annotations

from functools import partial

import torch

from composer.engine.preview import DTYPE
from composer.engine.timing.curves import Curve, timed_curves
from composer.engine.timing.method import threads
from composer.engine.timing.points import Tell, Work
from composer.engine.timing.recorder import Recorder
from composer.recordings.derived import COPY, PRODUCT
from composer.recordings.recording import Recording
from composer.recordings.settings import Dtype, Matmul

_NOTE = "so many bytes, not an n; each of them is read and written"


def matmul(settings: Matmul, tell: Tell = lambda event: None) -> Recording:
    """Time `a @ b` at every size on every device, and one copy on each.

    Raises:
        MeasureError: where a device is not there.
    """
    recorder = Recorder(settings)
    curves: list[Curve] = []
    for device in recorder.devices:
        curves.append(Curve(COPY, device, (settings.copy_bytes,), partial(_copy, device), note=_NOTE, axis="bytes"))
        for dtype in settings.dtypes:
            curves.append(Curve(PRODUCT, device, settings.sizes, partial(_product, device, dtype), dtype, power=3))
    with threads(settings.method.threads):
        return timed_curves(curves, recorder, tell)


def _product(device: torch.device, dtype: Dtype, n: int) -> Work:
    """A product of two random matrices: n multiplications and n additions for each of n² values."""
    a, b = (torch.randn(n, n, dtype=torch.float32, device=device).to(DTYPE[dtype]) for _ in range(2))
    return Work(lambda: a @ b, (a, b), flops=2 * n**3, nbytes=3 * a.nbytes)


def _copy(device: torch.device, size: int) -> Work:
    source = torch.zeros(size, dtype=torch.uint8, device=device)
    target = torch.ones_like(source)
    return Work(lambda: target.copy_(source), (source, target), nbytes=2 * size)
