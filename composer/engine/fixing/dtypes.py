"""Numbers of another type than a step takes."""

from __future__ import annotations

from collections.abc import Iterator

from composer.design.nodes import Layer, Op
from composer.engine.explain import BITWISE, is_complex, is_float, wants_floats
from composer.engine.fixing.case import Case, fix
from composer.engine.fixing.placing import before, before_each, new
from composer.errors import Fix
from composer.reports import TensorType


def cast(case: Case) -> Iterator[Fix]:
    """A cast to the type that is taken."""
    first, failure = case.first, case.failure
    if not isinstance(case.node, Layer | Op) or first is None:
        return
    embeds = case.category == "Embedding" or failure.kind == "embedding"
    wanted = "int64" if embeds else failure.dtype or ("float32" if wants_floats(failure, first) else "")
    if not wanted or first.dtype == wanted or (embeds and first.dtype == "int32") or is_complex(first):
        return
    edits = before(case.design, case.path, 0, [new("Cast", dtype=wanted)])
    yield from fix(f"insert a Cast to {wanted} before it", edits, certain=not embeds)


def real(case: Case) -> Iterator[Fix]:
    """Complex numbers where real ones are taken: their real part or their length is a choice."""
    first = case.first
    if first is None or not is_complex(first):
        return
    if not case.failure.dtype.startswith("float") and "not implemented for" not in case.failure.error:
        return
    for kind, what in (("Real", "the real part"), ("Abs", "the absolute value")):
        yield from fix(f"take {what}, {kind}", before(case.design, case.path, 0, [new(kind)]))


def booleans(case: Case) -> Iterator[Fix]:
    """Numbers into an op on bits: whether they are not zero."""
    types = [each for each in case.inputs if isinstance(each, TensorType)]
    wrong = [k for k, each in enumerate(types) if is_float(each)]
    if case.failure.kind not in BITWISE or not wrong or len(types) < len(case.inputs):
        return
    chains = {k: [new("Cast", dtype="bool")] for k in wrong}
    yield from fix("insert a Cast to bool before it", before_each(case.design, case.path, chains))
