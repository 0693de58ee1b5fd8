"""A forward pass that fails says where and for what input, in a sentence of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from composer.engine.preview import type_of
from composer.errors import DesignError, Problem
from composer.reports import describe

_MIXED = "all tensors to be on the same device"
_DEVICE = re.compile(r"\b(?:cpu|meta|(?:cuda|mps|xpu)(?::\d+)?)\b")
_FAILURES = (RuntimeError, ValueError, TypeError, IndexError, AssertionError, NotImplementedError)


@contextmanager
def located(model: nn.Module) -> Iterator[None]:
    """Run the block, in which `model` runs.

    Raises:
        DesignError: where it fails: at the innermost module that was called and had not answered.
    """
    running: list[tuple[str, nn.Module, tuple[Any, ...]]] = []
    handles = []
    for path, module in model.named_modules():

        def enter(module: nn.Module, args: tuple[Any, ...], path: str = path) -> None:
            running.append((path, module, args))

        handles.append(module.register_forward_pre_hook(enter, prepend=True))
        handles.append(module.register_forward_hook(lambda *_: running.pop() and None))
    try:
        yield
    except _FAILURES as error:
        if not running or "memory" in str(error):
            raise
        raise DesignError(_problem(*running[-1], str(error))) from None
    finally:
        for handle in handles:
            handle.remove()


def _problem(path: str, module: nn.Module, args: tuple[Any, ...], error: str) -> Problem:
    if _MIXED in error:
        there = " and ".join(dict.fromkeys(_DEVICE.findall(error)))
        expected = "tensors on one device (one that its code makes goes there by device=x.device)"
        return Problem(path, "devices", expected, f"tensors on {there}", detail=error[:300])
    received = " and ".join(describe(type_of(each)) + _range(each) for each in args)
    return Problem(path, "run", f"input that {type(module).__name__} can take", received or "nothing")


def _range(value: Any) -> str:
    """Of integers, which may be too large for what they count, the range."""
    if not isinstance(value, Tensor) or value.is_floating_point() or value.is_complex() or not value.numel():
        return ""
    return f" with values from {int(value.min()):,} to {int(value.max()):,}"
