"""Products of two n×n matrices on each device and in each dtype, and the bandwidth of a copy: a roofline."""

from __future__ import annotations

from functools import partial

import torch

from composer.engine.preview import DTYPE
from composer.engine.timing.method import threads
from composer.engine.timing.points import Tell, Work, curve
from composer.engine.timing.recorder import Recorder
from composer.recordings.derived import COPY, PRODUCT
from composer.recordings.recording import Recording, Series
from composer.recordings.settings import Dtype, Matmul


def matmul(settings: Matmul, tell: Tell = lambda event: None) -> Recording:
    """Time `a @ b` at every size on every device, and one copy on each.

    Raises:
        MeasureError: where a device is not there.
    """
    recorder = Recorder(settings)
    series = []
    with threads(settings.method.threads):
        for device in recorder.devices:
            series.append(_copies(device, settings, tell))
            series += [_products(device, dtype, settings, tell) for dtype in settings.dtypes]
    return recorder.recording(series)


def _products(device: torch.device, dtype: Dtype, settings: Matmul, tell: Tell) -> Series:
    text = f"{device}, {dtype}: products of {{x}}×{{x}}"
    points = curve(settings.sizes, device, settings.method, tell, text, partial(_product, device, dtype), power=3)
    return Series(what=PRODUCT, device=str(device), dtype=dtype, points=points)


def _product(device: torch.device, dtype: Dtype, n: int) -> Work:
    """A product of two random matrices: n multiplications and n additions for each of n² values."""
    a, b = (torch.randn(n, n, dtype=torch.float32, device=device).to(DTYPE[dtype]) for _ in range(2))
    return Work(lambda: a @ b, (a, b), flops=2 * n**3, nbytes=3 * a.nbytes)


def _copies(device: torch.device, settings: Matmul, tell: Tell) -> Series:
    text = f"{device}: a copy of {{x}} bytes"
    points = curve((settings.copy_bytes,), device, settings.method, tell, text, partial(_copy, device))
    return Series(what=COPY, device=str(device), points=points, note="x is in bytes; each is read and written")


def _copy(device: torch.device, size: int) -> Work:
    source = torch.zeros(size, dtype=torch.uint8, device=device)
    target = torch.ones_like(source)
    return Work(lambda: target.copy_(source), (source, target), nbytes=2 * size)
