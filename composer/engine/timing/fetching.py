"""Many small products whose norm is fetched to the host each time, against norms that are logged on the device."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from composer.engine.timing.curves import Curve, timed_curves
from composer.engine.timing.method import threads
from composer.engine.timing.points import Tell, Work
from composer.engine.timing.recorder import Recorder
from composer.recordings.recording import Recording
from composer.recordings.settings import Fetching

FETCHED = "fetched each time"
LOGGED = "logged on the device"
_MATRICES = 16  # that the products take in turn


def fetching(settings: Fetching, tell: Tell = lambda event: None) -> Recording:
    """Time `settings.products` products and their norms, both ways, at every size on every device.

    Raises:
        MeasureError: where a device is not there.
    """
    recorder = Recorder(settings)
    with threads(settings.method.threads):
        curves = [
            Curve(what, device, settings.sizes, partial(_work, device, settings.products, way), "float32", note, 3)
            for device in recorder.devices
            for note in [_note(device, settings)]
            for what, way in ((FETCHED, fetched), (LOGGED, logged))
        ]
        return timed_curves(curves, recorder, tell)


def fetched(matrices: list[Tensor], products: int) -> list[float]:
    """The norms of products, each of which the host waits for."""
    count = len(matrices)
    return [
        float(torch.linalg.matrix_norm(matrices[k % count] @ matrices[(k + 1) % count])) for k in range(products)
    ]  # fmt: skip


def logged(matrices: list[Tensor], products: int) -> list[float]:
    """The same norms, which stay where they are computed until all are."""
    count = len(matrices)
    log = torch.empty(products, device=matrices[0].device)
    for k in range(products):
        log[k] = torch.linalg.matrix_norm(matrices[k % count] @ matrices[(k + 1) % count])
    found: list[float] = log.tolist()
    return found


def _work(device: torch.device, products: int, way: Callable[[list[Tensor], int], list[float]], n: int) -> Work:
    matrices = _matrices(device, n)
    return Work(lambda: way(matrices, products), matrices, flops=products * 2 * n**3)


def _matrices(device: torch.device, n: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(n, n, generator=generator).to(device) for _ in range(_MATRICES)]


def _note(device: torch.device, settings: Fetching) -> str:
    """Whether both ways give the same norms."""
    matrices, products = _matrices(device, settings.sizes[0]), min(settings.products, 2 * _MATRICES)
    left, right = fetched(matrices, products), logged(matrices, products)
    differing = sum(a != b for a, b in zip(left, right, strict=True))
    if not differing:
        return "the norms are the same both ways"
    return f"{differing:,} of {products:,} norms are not the same both ways"
