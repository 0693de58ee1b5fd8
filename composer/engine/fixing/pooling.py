"""A head of fixed size behind images of another size: they are pooled to the size it was made for."""

from __future__ import annotations

from collections.abc import Iterator

from composer.engine.explain import decided
from composer.engine.fixing.case import Case, fix
from composer.engine.fixing.placing import before, new
from composer.errors import Fix
from composer.reports import TensorType, ValueType

_FLATTENS = ("Flatten", "flatten")


def pool(case: Case) -> Iterator[Fix]:
    """Adaptive pooling in front of the Flatten, or of the Flatten that is missing."""
    if case.node.kind != "Linear" or len(case.failure.mismatches) != 1 or not isinstance(case.first, TensorType):
        return
    wanted, given = case.failure.mismatches[0].expected, case.failure.inputs[0]
    if not isinstance(wanted, int) or not isinstance(given, TensorType):
        return
    if len(given.dims) > 3:
        size = _size(wanted, given)
        if size:
            node = new(f"AdaptiveAvgPool{len(given.dims) - 2}d", output_size=size)
            edits = before(case.design, case.path, 0, [node, new("Flatten")])
            yield from fix(f"insert {node['kind']}({size}) and a Flatten before it", edits)
        return
    record = case.records.get(decided(case.failure.origins[0], case.records))
    if record is None or record.kind not in _FLATTENS or len(given.dims) != 2:
        return
    maps = record.inputs[0].type
    size = _size(wanted, maps)
    if size and isinstance(maps, TensorType) and maps.dims[0] == given.dims[0]:
        node = new(f"AdaptiveAvgPool{len(maps.dims) - 2}d", output_size=size)
        edits = before(case.design, record.node, 0, [node])
        yield from fix(f"insert {node['kind']}({size}) before {record.node}", edits)


def _size(wanted: int, maps: ValueType | None) -> int:
    """The side of maps that make `wanted` features, 0 where there is none or they have it already."""
    if not isinstance(maps, TensorType) or not 3 <= len(maps.dims) <= 5:
        return 0
    channels, axes = int(maps.dims[1]), len(maps.dims) - 2
    if not channels or wanted % channels:
        return 0
    side = round((wanted // channels) ** (1 / axes))
    fits = side**axes * channels == wanted and maps.dims[2:] != (side,) * axes
    return side if fits else 0
