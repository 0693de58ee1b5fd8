"""Windows that are larger than what comes in."""

from __future__ import annotations

from collections.abc import Iterator

from composer.catalog.options import Value
from composer.design.nodes import Residual, Sequential
from composer.design.paths import find, place
from composer.engine.explain import is_too_small
from composer.engine.fixing.case import Case, Edits, fix, shown
from composer.errors import Fix


def window(case: Case) -> Iterator[Fix]:
    """A smaller kernel, padding, or for pooling its removal: each is a choice."""
    kernel, sizes = case.value("kernel_size"), _sizes(case)
    if kernel is None or not sizes or not is_too_small(case.failure.error):
        return
    kernels, pads = _each(kernel, case.axes), _each(case.value("padding") or 0, case.axes)
    steps = _each(case.value("dilation") or 1, case.axes)
    if not kernels or not pads or not steps or "Transpose" in case.node.kind:
        return
    rows = list(zip(sizes, kernels, pads, steps, strict=True))
    fitting = [min(kernel, (size + 2 * pad - 1) // step + 1) for size, kernel, pad, step in rows]
    if min(fitting) >= 1:
        value = min(fitting) if isinstance(kernel, int) else fitting
        if value not in (1, kernel):
            yield from fix(f"set kernel_size={shown(value)}", case.set(kernel_size=value))
    needed = [max(pad, -(-(step * (kernel - 1) + 1 - size) // 2)) for size, kernel, pad, step in rows]
    value = max(needed) if len(set(needed)) == 1 or isinstance(case.value("padding"), int) else needed
    yield from fix(f"set padding={shown(value)}", case.set(padding=value) if case.value("padding") is not None else ())
    if case.category == "Pooling":
        yield from fix("take it out", _removal(case))


def border(case: Case) -> Iterator[Fix]:
    """Padding that mirrors more points than there are."""
    padding, sizes = case.number("padding"), _sizes(case)
    if padding and sizes and "Padding size should be less than" in case.failure.error:
        yield from fix(f"set padding={min(sizes) - 1}", case.set(padding=min(sizes) - 1))


def transposed(case: Case) -> Iterator[Fix]:
    """A transposed convolution whose paddings do not fit its window or stride."""
    if "Transpose" not in case.node.kind:
        return
    for name in ("padding", "output_padding"):
        if case.value(name) and (is_too_small(case.failure.error) or name == "output_padding"):
            yield from fix(f"set {name}=0", case.set(**{name: 0}))


def _removal(case: Case) -> Edits:
    """None for a branch, or the body of a Repeat: something has to be there."""
    if not isinstance(find(case.design, str(place(case.path).parent)), Sequential | Residual):
        return ()
    return ({"edit": "remove", "path": case.path},)


def _sizes(case: Case) -> list[int]:
    """The sizes that a window moves over; none where they are not known for every input."""
    first = case.first
    if first is None or not case.axes or len(first.dims) <= case.axes:
        return []
    found = [size for size in first.dims[-case.axes :] if isinstance(size, int)]
    return found if len(found) == case.axes else []


def _each(value: Value, axes: int) -> list[int]:
    """An option for every axis; none where it is no number."""
    if isinstance(value, tuple):
        numbers = [each for each in value if isinstance(each, int)]
        return numbers if len(numbers) == axes else []
    return [value] * axes if isinstance(value, int) else []
