"""What every layer and op of a model gives in a forward pass, and the gradient that comes back to it.

Numbers are taken when an output is there, for a later layer may write into it. No output is kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from composer.engine.calls import Calls
from composer.engine.decades import doubles, plain
from composer.engine.objectives import tensors
from composer.engine.origins import Place, place
from composer.engine.uses import is_layer
from composer.signals import FLAT, LayerSignal

_RECTIFIERS = {"ReLU", "ReLU6", "Threshold", "relu", "relu6", "threshold"}
_RANGES = {  # of what is flat at both ends
    "Sigmoid": (0.0, 1.0), "sigmoid": (0.0, 1.0), "Hardsigmoid": (0.0, 1.0), "hardsigmoid": (0.0, 1.0),
    "Tanh": (-1.0, 1.0), "tanh": (-1.0, 1.0), "Hardtanh": (-1.0, 1.0), "Softsign": (-1.0, 1.0),
}  # fmt: skip
_SEQUENCES = ("Conv1d", "ConvTranspose1d", "BatchNorm1d", "InstanceNorm1d")
_CHANNELS_LAST = (nn.Linear, nn.LayerNorm, nn.Embedding, nn.RNNBase, nn.MultiheadAttention)


@dataclass(slots=True)
class _Row:
    signal: LayerSignal
    gradient: float | None = None


class Signals:
    """The rows of a run, in the order of the calls."""

    def __init__(self) -> None:
        self._rows: dict[object, _Row] = {}
        self._channels_first = False  # of three dimensions, which alone do not say

    def layer(self, path: str, module: nn.Module, output: Any) -> None:
        """Note what a layer gave."""
        if not is_layer(module):
            return
        kind = type(module).__name__
        if kind in _SEQUENCES or isinstance(module, _CHANNELS_LAST):
            self._channels_first = kind in _SEQUENCES
        self.note(object(), path, kind, output)

    def note(self, key: object, path: str, kind: str, output: Any) -> None:
        """Note what came of a call; an earlier note of this `key` was not its last word."""
        found = next((each for each in tensors(output) if _counts(each)), None)
        if found is None:
            return
        row = self._rows[key] = _Row(_signal(path, kind, found, self._channels_first))
        if found.requires_grad:
            found.register_hook(lambda gradient: _came_back(row, gradient))  # type: ignore[no-untyped-call]

    def reports(self) -> list[tuple[LayerSignal, float | None]]:
        """Each row, and the norm of the gradient that came back."""
        return [(row.signal, row.gradient) for row in self._rows.values()]


def _counts(tensor: Tensor) -> bool:
    return (tensor.is_floating_point() or tensor.is_complex()) and tensor.numel() > 0


def _came_back(row: _Row, gradient: Tensor) -> None:
    row.gradient = float(torch.linalg.vector_norm(doubles(gradient)))


def _signal(path: str, kind: str, output: Tensor, channels_first: bool) -> LayerSignal:
    values = plain(output)
    std, mean = (float(each) for each in torch.std_mean(values, correction=0))
    finite = math.isfinite(mean)
    zeros = 1 - int(values.count_nonzero()) / values.numel()
    units, dead = _dead(values, channels_first) if kind in _RECTIFIERS else (0, None)
    saturated = None
    if kind in _RANGES:
        low, high = _RANGES[kind]
        edge = FLAT * (high - low)
        saturated = int(((values < low + edge) | (values > high - edge)).count_nonzero()) / values.numel()
    known: tuple[float | None, float | None] = (mean, std) if finite else (None, None)
    return LayerSignal(path, kind, tuple(output.shape), *known, zeros, finite, units, dead, saturated)


def _dead(values: Tensor, channels_first: bool) -> tuple[int, int]:
    """How many units there are, and how many are 0 for the whole batch."""
    if values.dim() < 2:
        return 0, 0
    axis = 1 if values.dim() > 3 or (values.dim() == 3 and channels_first) else values.dim() - 1
    silent = (values == 0).movedim(axis, 0).flatten(1).all(1)
    return silent.numel(), int(silent.sum())


class Ops(TorchFunctionMode):
    """Notes what the ops of generated code give: functions that its lines call, outside of any layer."""

    def __init__(self, filename: str, about: Mapping[int, Place], calls: Calls, signals: Signals) -> None:
        super().__init__()
        self._filename, self._about, self._calls, self._signals = filename, about, calls, signals

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = func(*args, **(kwargs or {}))
        if isinstance(output, Tensor) and not self._in_layer() and not output._is_view():
            self._note(output)
        return output

    def _in_layer(self) -> bool:
        return any(is_layer(call.module) for call in self._calls.stack)

    def _note(self, output: Tensor) -> None:
        line = place(self._filename)
        about = self._about.get(line)
        if about is None or not self._calls.stack:
            return
        call = self._calls.stack[-1]
        path = f"{call.path}.{about.id}".removeprefix(".")
        self._signals.note((call, line), path, about.kind, output)
