"""Look before you load, at a live model: with the sizes that its lazy layers would take from the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from torch import nn

from composer.checkpoint_reports import Part
from composer.engine.checkpoints.sizing import Shape, inputs_for, own, shapes_after
from composer.engine.lazy import waiting
from composer.engine.live import tensors_of
from composer.errors import CheckpointError
from composer.matching.match import MatchReport, MatchRow, match
from composer.matching.rename import Rename


def look(model: nn.Module, part: Part, renames: Sequence[Rename] = (), slices: bool = False) -> MatchReport:
    """What `match` says of `model`, where a lazy layer's own options may refuse what the file has.

    Nothing is changed: lazy layers go on waiting.
    """
    tensors = tensors_of(model)
    first = match(tensors, part, renames, slices)
    shapes = {row.name: _as_loaded(row) for row in first.rows if row.name and row.shape is None and row.loads}
    taken, refused = _after(model, shapes)
    sized = [replace(each, shape=taken.get(each.name, each.shape)) for each in tensors]
    second = {(row.name, row.key): row for row in match(sized, part, renames, slices).rows}
    rows = []
    for row in first.rows:
        again = second.get((row.name, row.key), row)
        if row.name in refused:
            row = replace(row, loads=False, note="", reason=refused[row.name])
        elif row.name in shapes and not (again.loads and again.state != "shape differs"):
            row = again
        rows.append(row)
    lost = {row.name.rpartition(".")[0]: row.name for row in rows if row.name in shapes and not row.loads}
    return MatchReport(tuple(_with_its_layer(row, lost) for row in rows), first.problems)


def _with_its_layer(row: MatchRow, lost: Mapping[str, str]) -> MatchRow:
    """A row of a lazy layer loads only with all that the file has for it; `lost` are what is refused, by layer."""
    refused = lost.get(row.name.rpartition(".")[0], "") if row.name and row.shape is None and row.loads else ""
    if not refused:
        return row
    return replace(row, loads=False, note="", reason=f"its layer gets no size, for {refused} does not fit")


def _as_loaded(row: MatchRow) -> Shape:
    shape = row.key_shape or ()
    return shape[::-1] if row.transpose else shape


def _after(model: nn.Module, shapes: dict[str, Shape]) -> tuple[dict[str, Shape], dict[str, str]]:
    """The shapes that tensors of lazy layers would have, by name, and why others cannot be loaded at all."""
    taken: dict[str, Shape] = {}
    refused: dict[str, str] = {}
    for path, module in waiting(model).items():
        names = [name for name in own(path, module) if name in shapes]
        try:
            taken |= shapes_after(model, inputs_for(model, {name: shapes[name] for name in names}))
        except CheckpointError as error:
            refused |= dict.fromkeys(names, str(error))
    return taken, refused
