"""The model that is exported: the live one's values in what its source, run as it is, makes."""

from __future__ import annotations

from torch import nn

from composer.codegen.source import class_name_of, source
from composer.design.document import Design
from composer.engine.build import build, notes_of, shapes_checked, transfer
from composer.engine.carry import carry
from composer.engine.lazy import waiting
from composer.errors import CheckpointError


def plain(design: Design, model: nn.Module) -> nn.Module:
    """A copy of `model`, which is that of `design`, in eval mode. Loops of custom layers are not capped in it.

    Raises:
        DesignError: where the design has problems.
        CheckpointError: where lazy layers have no values yet, or a layer cannot be given its own.
    """
    sized(model)
    report = shapes_checked(design)
    copy = build(source(design, notes_of(report)), class_name_of(design), design.seed)
    carry(model, copy, report)
    kept = transfer(model, copy)
    left = list(waiting(copy)) or sorted(set(dict(model.named_parameters())) - set(kept))
    if left:
        raise CheckpointError(
            f"{left[0]} has sizes in the live model that the design does not give it. "
            "Make lazy layers concrete on Initialize, then export again."
        )
    return copy.eval()


def sized(model: nn.Module) -> None:
    """Refuse a model with lazy layers that wait for their first input.

    Raises:
        CheckpointError: where it has one.
    """
    for path, layer in waiting(model).items():
        raise CheckpointError(
            f"{path} is a {type(layer).__name__} that waits for its first input, so it has no values yet. "
            "A dry run on Initialize gives it some."
        )
