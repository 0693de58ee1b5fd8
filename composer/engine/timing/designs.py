"""A design made ready to be timed: its live model, with sizes for lazy layers, and random inputs for it."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from composer.codegen.judging import custom_classes
from composer.codegen.source import class_name_of, source
from composer.design.document import Design
from composer.engine import build, data
from composer.engine.forward import forward
from composer.engine.lazy import waiting


def ready(design: Design, batch: int, sizes: Mapping[str, int]) -> nn.Module:
    """The design's model at its initial values, on the CPU. Lazy layers take their sizes from a batch of random values.

    Raises:
        DesignError: where the design has problems, or cannot run at these sizes.
    """
    code = source(design, build.notes_of(build.shapes_checked(design)))
    model, draws = build.drawn(code, class_name_of(design), design.seed, custom_classes(design))
    if waiting(model):
        forward(design, model, data.load("random", design.inputs, batch, 0, sizes), 0, draws)
    return model


def inputs_for(design: Design, batch: int, sizes: Mapping[str, int], device: torch.device) -> list[Tensor]:
    """A batch of random values, on `device`."""
    return [each.to(device) for each in data.load("random", design.inputs, batch, 0, sizes).tensors]


def batches_of(design: Design, wanted: tuple[int, ...]) -> tuple[int, ...]:
    """The batch sizes that `design` can have: those `wanted`, or the one that it declares."""
    first = design.inputs[0].shape[0] if design.inputs and design.inputs[0].shape else 1
    return (first,) if isinstance(first, int) else wanted


def held_by(model: nn.Module) -> list[Tensor]:
    """All tensors of a model."""
    return [*model.parameters(), *model.buffers()]
