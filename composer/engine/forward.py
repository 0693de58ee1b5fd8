"""A run of a design's live model that fails with a reason of ours, and gives its lazy layers sizes all or none."""

from __future__ import annotations

from torch import Tensor, nn

from composer.design.document import Design
from composer.engine.data import Sample
from composer.engine.lazy import Tell, resolving
from composer.engine.located import located
from composer.engine.preflight import preflight, with_origins
from composer.engine.preview import type_of
from composer.engine.run import run
from composer.reports import ResolvedReport, RunReport


def forward(
    design: Design, model: nn.Module, sample: Sample, seed: int, draws: Tensor, tell: Tell = lambda row: None
) -> tuple[RunReport, tuple[ResolvedReport, ...]]:
    """The run of `model`, which is that of `design`, and the lazy layers that took their sizes in it.

    `seed` is the run's; lazy layers draw their values from the random state `draws`.

    Raises:
        DesignError: where the input does not fit. The model is then what it was.
    """
    names = [each.name for each in design.inputs]
    types = {name: type_of(tensor) or () for name, tensor in zip(names, sample.tensors, strict=True)}
    found = preflight(design, model, types)
    with resolving(model, draws, tell) as rows, located(model):
        report = run(model, names, sample, seed)
    return report, with_origins(rows, found)
