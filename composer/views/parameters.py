"""Every parameter and buffer as a row: what the live model holds of it, and what was inferred without running it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from composer.catalog import LAYERS
from composer.reports import LiveReport, ShapesReport, TensorReport, TensorType

State = Literal["uninitialized", "inferred", "materialized"]

UNINITIALIZED = {True: "<UninitializedParameter>", False: "<UninitializedBuffer>"}
"""What torch calls a parameter, or a buffer, that has no shape yet."""

_COLUMNS = ("name", "layer", "live_class", "dtype", "state", "live_shape", "inferred_shape", "count", "same_as")

Shape = tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter or buffer, by its name. `live` is its shape in the live model, `inferred` that of the preview.

    `layer` is the kind that the design names, `became` the class that a lazy layer has become. `count` is how many
    numbers the live model holds, None while that is unknown. `owner`: it is the same as an earlier one.
    """

    name: str
    layer: str
    became: str
    dtype: str
    parameter: bool
    state: State
    live: Shape
    inferred: Shape
    count: int | None
    owner: str

    @property
    def live_text(self) -> str:
        """The live shape; where there is none, what torch says in its place."""
        return UNINITIALIZED[self.parameter] if self.live is None else shape(self.live)

    @property
    def differs(self) -> bool:
        """Whether the live model took another size than the design's declared input gives."""
        return None not in (self.live, self.inferred) and self.live != self.inferred


def shape(sizes: Sequence[int]) -> str:
    """`256×20`."""
    return str(TensorType(tuple(sizes)))


def parameter_rows(report: ShapesReport, live: LiveReport | None) -> list[Row]:
    """A row for each tensor of the design, in the order of its state dict. Without `live` there is no live model."""
    inferred = {each.name: each for each in report.tensors}
    held = {each.name: each for each in live.tensors} if live else {}
    return [_row(inferred.get(name), held.get(name), report, live) for name in {**inferred, **held}]


def _row(
    inferred: TensorReport | None, held: TensorReport | None, report: ShapesReport, live: LiveReport | None
) -> Row:
    known = held or inferred
    assert known is not None
    path = known.name.rpartition(".")[0]
    step = report.steps.get(path)
    layer = step.kind if step else ""
    concrete = LAYERS[layer].concrete if layer in LAYERS else ""
    became = concrete if live and concrete and live.layers.get(path) == concrete else ""
    here = held.shape if held else None
    expected = inferred.shape if inferred else None
    state: State = "materialized" if here is not None else "uninitialized" if expected is None else "inferred"
    count = held.count if held else None
    return Row(known.name, layer, became, known.dtype, known.parameter, state, here, expected, count, known.owner)


def parameters_csv(rows: Sequence[Row]) -> str:
    """The rows as a file for a spreadsheet. What is unknown is empty."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(
        ("name", "layer", "live_class", "dtype", "state", "live_shape", "inferred_shape", "count", "same_as")
    )
    for row in rows:
        shapes = ("" if each is None else shape(each) for each in (row.live, row.inferred))
        count = "" if row.count is None else row.count
        writer.writerow((row.name, row.layer, row.became, row.dtype, row.state, *shapes, count, row.owner))
    return file.getvalue()
