"""Repairs of a failed step, as edits that the app and the command line can offer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from composer.design.document import Design
from composer.design.lower import lower
from composer.design.paths import find
from composer.design.plan import step_at
from composer.engine.fixing import dividing, dtypes, joining, pooling, ranks, sizes, windows
from composer.engine.fixing.case import Case
from composer.engine.flow import Failure, Record
from composer.errors import Fix
from composer.reports import ValueType


def fixes(
    design: Design, failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]
) -> Iterator[Fix]:
    """What might make the failed step run, the most likely first. `inputs` are its types with their sizes named."""
    case = Case(design, failure, find(design, failure.at.node), inputs, records)
    for rule in _RULES:
        yield from rule(case)


def _item(case: Case) -> Iterator[Fix]:
    """The first item of a tuple, such as the outputs of an LSTM, instead of the tuple."""
    step = step_at(lower(case.design), case.path)
    if step is None or not case.inputs or not isinstance(case.inputs[0], tuple) or not case.inputs[0]:
        return
    wires = ["" if ref is None else str(ref) for ref in step.inputs]
    change = {"edit": "set_inputs", "path": case.path, "inputs": [f"{wires[0]}.0", *wires[1:]]}
    yield Fix("take the first item of the tuple", (change,), certain=True)


_RULES: tuple[Callable[[Case], Iterator[Fix]], ...] = (
    _item,
    sizes.flatten,
    ranks.add_dimension,
    ranks.move_channels,
    sizes.sizes,
    pooling.pool,
    dividing.divide,
    windows.window,
    windows.border,
    windows.transposed,
    dtypes.cast,
    dtypes.real,
    dtypes.booleans,
    joining.dimension,
    joining.resize,
    joining.shortcut,
    joining.project,
    joining.raise_rank,
    ranks.last_dimension,
)
