"""Are the gradients that autograd gives those of the function? Differences of its values say so, in float64."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.autograd.gradcheck import GradcheckError
from torch.nn.parameter import is_lazy

from composer.errors import CutOff
from composer.trial_reports import GradientCheck

_EACH = 200  # values in or out that are looked at one by one; of more, one sum in a random direction
_SLOW = 0.2  # seconds of a pass, beyond which the many that a check needs take too long


def gradient_check(layer: nn.Module, values: Sequence[Tensor | None], seed: int = 0) -> GradientCheck:
    """Check the gradients of a layer by its inputs and its parameters. The layer itself is left as it is."""
    double = copy.deepcopy(layer).double()
    inputs = [each.double() if each is not None and each.is_floating_point() else each for each in values]
    moved = [place for place, each in enumerate(inputs) if each is not None and each.is_floating_point()]
    parameters = {name: each for name, each in double.named_parameters() if each.requires_grad and not is_lazy(each)}
    if not moved and not parameters:
        return GradientCheck("none", "no input of real numbers, and no parameter")

    def function(*given: Tensor) -> tuple[Tensor, ...]:
        """The outputs of real numbers; random layers draw the same numbers at each call."""
        torch.manual_seed(seed)
        arguments = list(inputs)
        for place, value in zip(moved, given, strict=False):
            arguments[place] = value
        state = {name: each.clone() for name, each in double.named_buffers()}
        state |= dict(zip(parameters, given[len(moved) :], strict=True))
        return tuple(_real(torch.func.functional_call(double, state, tuple(arguments))))

    points = [each for place in moved if (each := inputs[place]) is not None] + list(parameters.values())
    with _doubles():
        return _judged(function, [each.detach().clone().requires_grad_() for each in points])


def _judged(function: object, points: list[Tensor]) -> GradientCheck:
    try:
        start = time.perf_counter()
        outputs = function(*points)  # type: ignore[operator]
        seconds = time.perf_counter() - start
        if not outputs:
            return GradientCheck("none", "no output of real numbers")
        if seconds > _SLOW:
            return GradientCheck("none", f"a pass takes {seconds:.1f} s in float64, and a check takes many")
        fast = any(sum(each.numel() for each in side) > _EACH for side in (points, outputs))
        torch.autograd.gradcheck(function, points, fast_mode=fast, check_undefined_grad=False)  # type: ignore[arg-type]
    except (CutOff, MemoryError):
        raise
    except GradcheckError as error:
        return GradientCheck("fails", _first_sentence(error))
    except Exception as error:
        return GradientCheck("none", f"it cannot be run in float64: {_first_sentence(error)}")
    if not any(each.requires_grad for each in outputs):
        return GradientCheck("none", "no output has a gradient")
    return GradientCheck("passes")


def _real(value: object) -> Iterator[Tensor]:
    if isinstance(value, tuple | list):
        for each in value:
            yield from _real(each)
    elif isinstance(value, Tensor) and value.is_floating_point():
        yield value


@contextmanager
def _doubles() -> Iterator[None]:
    """Tensors that the code makes are of float64, too."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _first_sentence(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:300].partition(". ")[0].rstrip(" .,:")
