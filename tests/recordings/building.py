"""Recordings for tests, made up."""

from __future__ import annotations

from typing import Any

from composer.recordings.derived import COPY, PRODUCT
from composer.recordings.recording import DeviceInfo, Machine, Point, Recording, Series, Versions
from composer.recordings.settings import Matmul

CPU = DeviceInfo(id="cpu", name="A processor", memory=2**34)
GPU = DeviceInfo(id="cuda:0", name="A GPU", memory=2**36, capability="9.0")
MACHINE = Machine(system="Linux 6.1 x86_64", cpu=CPU.name, cores=2, processors=4, load=0.5, devices=(CPU, GPU))
VERSIONS = Versions(composer="1", torch="2.13.0", python="3.12.1", backend="CUDA 12.8")


def series(device: str, *seconds: float, what: str = PRODUCT, first: int = 8, dtype: str = "float32") -> Series:
    """A point for each of `seconds`, at sizes that double."""
    sizes = [first * 2**k for k in range(len(seconds))]
    points = tuple(Point(x=n, samples=(each,), flops=2 * n**3) for n, each in zip(sizes, seconds, strict=True))
    return Series(what=what, device=device, dtype=dtype, points=points)


def copies(device: str, nbytes: int, seconds: float) -> Series:
    return Series(what=COPY, device=device, points=(Point(x=nbytes, samples=(seconds,), nbytes=2 * nbytes),))


def recording(*rows: Series, **fields: Any) -> Recording:
    given = {"date": "2026-01-31T23:59:59Z", "settings": Matmul(), "machine": MACHINE, "versions": VERSIONS}
    return Recording(series=rows or (series("cpu", 1e-6, 2e-6),), **given | fields)
