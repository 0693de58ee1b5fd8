"""What is suspicious in a forward and backward pass, by the thresholds of `composer.signals`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from composer.engine.decades import plain
from composer.signals import DEAD, FACTOR, SAME, SATURATED, Flag, LayerSignal
from composer.tensor_reports import Statistics


def of_layers(rows: Sequence[tuple[LayerSignal, float | None]]) -> tuple[LayerSignal, ...]:
    """The rows with their gradients and flags. A signal is compared with that of the first layer that has any, a
    gradient with that at the last layer that has one."""
    stds = [signal.std for signal, _ in rows if signal.std]
    gradients = [gradient for _, gradient in rows if gradient is not None]
    first, last = stds[0] if stds else None, gradients[-1] if gradients else None
    return tuple(
        replace(signal, gradient=gradient, flags=tuple(_of_layer(signal, gradient, first, last)))
        for signal, gradient in rows
    )


def _of_layer(signal: LayerSignal, gradient: float | None, first: float | None, last: float | None) -> Iterator[Flag]:
    if not signal.finite or (gradient is not None and gradient - gradient != 0):
        yield "not-finite"
    if signal.dead and signal.dead >= DEAD * signal.units:
        yield "dead"
    if signal.saturated is not None and signal.saturated >= SATURATED:
        yield "saturated"
    if first and signal.std is not None and _spreads(signal):
        if signal.std * FACTOR < first:
            yield "vanishing-signal"
        elif signal.std > FACTOR * first:
            yield "exploding-signal"
    if last and gradient is not None:
        if gradient * FACTOR < last:
            yield "vanishing-gradient"
        elif gradient > FACTOR * last:
            yield "exploding-gradient"


def _spreads(signal: LayerSignal) -> bool:
    """Whether it has more than one number, which could differ."""
    return any(size > 1 for size in signal.shape)


def of_parameter(
    weight: Tensor, gradient: Tensor | None, found: Statistics | None, largest: float = 0.0
) -> Iterator[Flag]:
    """What is suspicious of one parameter. Those without a gradient have a standing of their own.

    `largest` is the largest entry of any gradient of the model: what is far below it may be rounding.
    """
    if gradient is None or found is None:
        return
    if found.finite < found.count:
        yield "not-finite"
    elif found.count and found.zeros == found.count:
        yield "zero"
    if weight.dim() > 1 and weight.shape[0] > 1 and _same_rows(weight) and _same_rows(gradient, largest):
        yield "identical"


def _same_rows(tensor: Tensor, largest: float = 0.0) -> bool:
    """Whether all rows are the same, as those of units are that nothing tells apart."""
    rows = plain(tensor).flatten(1)
    if not rows.numel() or not bool(torch.isfinite(rows).all()):
        return False
    return float((rows - rows[:1]).abs().max()) <= SAME * max(float(rows.abs().max()), largest)
