"""A design's live model, at its initial values or with those of a file: what is run and exported without a kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from composer.checkpoint_reports import LoadReport, Pair, Part
from composer.codegen.judging import custom_classes
from composer.codegen.source import class_name_of, source
from composer.design.document import Design
from composer.engine.build import drawn, notes_of, shapes_checked
from composer.engine.checkpoints.comparing import compare, saved_tensors, stored_tensors
from composer.engine.checkpoints.loading import Checkpoint, load
from composer.engine.live import tensors_of
from composer.engine.values import Changes
from composer.matching.match import MatchReport, match
from composer.matching.rename import Rename
from composer.reports import TensorReport


@dataclass(frozen=True, slots=True)
class Valued:
    """A live model, and the random state from which its lazy layers go on to draw their values."""

    model: nn.Module
    draws: Tensor

    @property
    def rows(self) -> tuple[TensorReport, ...]:
        """Its parameters and buffers."""
        return tensors_of(self.model)

    def load(self, checkpoint: Checkpoint, part: str, pairs: Sequence[Pair]) -> LoadReport:
        """Copy tensors of a part of a file into the model, all or nothing.

        Raises:
            CheckpointError: where one cannot be loaded. The model is then what it was.
        """
        return load(self.model, checkpoint, part, pairs, Changes(), self.draws)

    def match(self, part: Part, renames: Sequence[Rename] = ()) -> MatchReport:
        """Which key of a file goes where."""
        return match(self.rows, part, renames)

    def unequal(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        """The names under which a file of this model's state dict has other values than the model, or none."""
        path = checkpoint.report.parts[0].path
        found = compare(saved_tensors(self.model), stored_tensors(checkpoint, path))
        return tuple(row.name for row in found.rows if row.state != "equal")


def initial(design: Design) -> Valued:
    """The live model of `design` at the values that it has under the design's seed. This runs code of custom layers.

    Raises:
        DesignError: where the design has problems.
    """
    report = shapes_checked(design)
    code = source(design, notes_of(report))
    return Valued(*drawn(code, class_name_of(design), design.seed, custom_classes(design)))
