"""Marks of tests that need GPUs. Where there are none, they skip, and say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from composer.engine.devices import accelerators

COUNT = len(accelerators())


def needs_gpus(count: int = 1) -> Callable[[Any], Any]:
    """Mark a test that needs so many GPUs."""

    def mark(test: Any) -> Any:
        reason = f"needs {count} GPU{'s'[: count > 1]} that torch can use, and there are {COUNT} here"
        return pytest.mark.gpu(pytest.mark.skipif(count > COUNT, reason=reason)(test))

    return mark


def needs_cuda(test: Any) -> Any:
    """Mark a test that needs a GPU of CUDA's or ROCm's."""
    here = COUNT and accelerators()[0].type == "cuda"
    return pytest.mark.gpu(pytest.mark.skipif(not here, reason="needs a CUDA device, and there is none here")(test))
