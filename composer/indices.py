"""A part of a tensor as people write it: `[0, 0]`, `[:, 3]`, `[2:5]`, `[..., -1]`. Nothing of it is evaluated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import EllipsisType

from composer.errors import DesignError, Problem

Index = int | slice | EllipsisType

_LONGEST = 200
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


def parse(text: str, shape: Sequence[int], path: str = "") -> tuple[Index, ...]:
    """The index that `text` says, of a tensor of sizes `shape`; "" and `[]` are all of it.

    Raises:
        DesignError: at `path`, where it is none, or leads out of the tensor.
    """
    inner = text.strip()
    if inner.startswith("[") and inner.endswith("]"):
        inner = inner[1:-1]
    if len(text) > _LONGEST:
        raise refused(path, text, "an index of at most 200 characters")
    parts = [part.strip() for part in inner.split(",")] if inner.strip() else []
    if len(parts) > 1 and not parts[-1]:
        parts.pop()
    index = tuple(_part(part, text, path) for part in parts)
    return _checked(index, shape, text, path)


def _part(part: str, text: str, path: str) -> Index:
    if part == "...":
        return ...
    if _INTEGER.fullmatch(part):
        return int(part)
    ends = [each.strip() for each in part.split(":")]
    if 2 <= len(ends) <= 3 and all(not each or _INTEGER.fullmatch(each) for each in ends):
        start, stop, step = (int(each) if each else None for each in (*ends, "")[:3])
        if step is None or step > 0:
            return slice(start, stop, step)
    raise refused(path, text, "an index such as [0, 0], [:, 3] or [2:5], with steps above 0")


def _checked(index: tuple[Index, ...], shape: Sequence[int], text: str, path: str) -> tuple[Index, ...]:
    given = [each for each in index if each is not ...]
    if len(index) - len(given) > 1 or len(given) > len(shape):
        raise refused(path, text, f"at most {len(shape)} indices, as its shape is {_shown(shape)}")
    before = index.index(...) if ... in index else len(index)
    sizes = [*shape[:before], *(shape[len(shape) - (len(given) - before) :] if before < len(given) else ())]
    for each, size in zip(given, sizes, strict=True):
        if isinstance(each, int) and not -size <= each < size:
            raise refused(path, text, f"indices from {-size} to {size - 1}, as its shape is {_shown(shape)}")
    return index


def refused(path: str, text: str, expected: str) -> DesignError:
    """The error for what `text` says of the tensor at `path`."""
    return DesignError(Problem(path, "bad-index", expected, repr(text[:_LONGEST])))


def _shown(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "that of a scalar"
