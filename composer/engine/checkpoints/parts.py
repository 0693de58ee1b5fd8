"""The parts of a file: what in it a person may load as one, and the plain values beside them."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from composer.checkpoint_reports import Part, Sort, StoredTensor
from composer.engine.checkpoints.contents import Contents, children, is_container, joined, tensors_in
from composer.engine.checkpoints.rules import TENSORS
from composer.engine.checkpoints.views import View
from composer.engine.checkpoints.wording import readable
from composer.engine.preview import dtype_name

PARTS = 50
ROWS = 4 * TENSORS
"""Tensors in all parts together: a tensor is in each part that holds its own."""
VALUES = 500
"""Plain values that are reported; an optimizer has a dozen for each group."""
_VALUE = 200


@dataclass(frozen=True, slots=True)
class FoundPart:
    """A part, and its tensors by name."""

    report: Part
    tensors: Mapping[str, View]


def parts_of(contents: Contents) -> tuple[FoundPart, ...]:
    """The first parts, each before those in it; a file of no tensors at all may have none."""
    found: list[FoundPart] = []
    rows = 0
    for path, sort, value in _offered(contents, "", contents.root):
        tensors = tensors_in(contents, value, without=_nothing if sort == "optimizer" else is_optimizer)
        rows += len(tensors)
        if len(found) == PARTS or (found and rows > ROWS):
            break
        found.append(FoundPart(Part(path, sort, _rows(tensors)), tensors))
    return tuple(found)


def is_optimizer(value: Any) -> bool:
    """Whether it is what `optimizer.state_dict()` gives."""
    return isinstance(value, dict) and isinstance(value.get("state"), dict) and type(value.get("param_groups")) is list


def _has_more(contents: Contents, value: Any) -> bool:
    """Whether it is a tensor or holds one, those of optimizers aside."""
    if type(value) is View:
        return True
    if not contents.has_tensors(value) or is_optimizer(value):
        return False
    return any(_has_more(contents, child) for _, child in children(value))


def _nothing(value: Any) -> bool:
    return False


def _offered(contents: Contents, path: str, value: Any) -> Iterator[tuple[str, Sort, Any]]:
    """The parts at and in `value`, as path, sort and value.

    A container is one where it holds tensors itself or several containers that do; around a single one it is not.
    """
    if is_optimizer(value):
        yield path, "optimizer", value
        return
    if not is_container(value):
        if type(value) is View and not path:
            yield path, "tensors", value
        return
    rest = [(key, each) for key, each in children(value) if is_container(each)]
    inner = sum(_has_more(contents, each) for _, each in rest)
    if inner > 1 or any(type(each) is View for _, each in children(value)) or (not path and not value):
        yield path, "state dict" if isinstance(value, dict) else "tensors", value
    for key, each in rest:
        if contents.has_names(each):
            yield from _offered(contents, joined(path, key), each)


def _rows(tensors: Mapping[str, View]) -> tuple[StoredTensor, ...]:
    first: dict[View, str] = {}
    rows = []
    for name, view in tensors.items():
        owner = first.setdefault(view, name) if view.count else name
        of = "" if owner == name else owner
        rows.append(StoredTensor(name, view.shape, dtype_name(view.dtype), view.nbytes, of))
    return tuple(rows)


def values_of(contents: Contents) -> tuple[tuple[str, str], ...]:
    """The first VALUES plain values, as text by path; a list of nothing but plain values is one."""
    found = []
    for path, value in contents.named.items():
        if type(value) is not View and not contents.has_names(value):
            found.append((path, _text(value)))
        if len(found) == VALUES:
            break
    return tuple(found)


_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxlist, _SHORT.maxtuple, _SHORT.maxset, _SHORT.maxdict = 3, 8, 8, 8, 8
_SHORT.maxother = _SHORT.maxlong = _SHORT.maxstring = 100


def _text(value: Any) -> str:
    return readable(value if isinstance(value, str) else _SHORT.repr(value), _VALUE)
