"""The plain values that a pickle of torch may make by a call, each of checked arguments."""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch

from composer.engine.checkpoints.described import Ordered, key_of
from composer.engine.checkpoints.rules import sizes


def ordered(items: Any = ()) -> Ordered:
    if type(items) not in (list, tuple):
        raise TypeError
    return Ordered((key_of(key), value) for key, value in items)


def counter(counts: Any = None) -> Any:
    """A schedule's milestones, for example."""
    if counts is not None and type(counts) is not dict:
        raise TypeError
    return Counter(counts or {})


def set_of(items: Any = ()) -> set[Any]:
    if type(items) is not list and items != ():
        raise TypeError
    return set(map(key_of, items))


def frozenset_of(items: Any = ()) -> frozenset[Any]:
    return frozenset(set_of(items))


def encoded(text: Any, encoding: Any) -> bytes:
    """Bytes, which protocol 2 writes as text."""
    if type(text) is not str or encoding not in ("latin1", "latin-1"):
        raise TypeError
    return text.encode("latin-1")


def bytes_of() -> bytes:
    """No bytes at all, which protocol 2 writes as a call of nothing."""
    return b""


def bytearray_of(*given: Any) -> bytearray:
    if not given or (len(given) == 1 and type(given[0]) is bytes):
        return bytearray(*given)
    return bytearray(encoded(*given))


def complex_of(real: Any, imaginary: Any) -> complex:
    if type(real) is not float or type(imaginary) is not float:
        raise TypeError
    return complex(real, imaginary)


def size(given: Any) -> torch.Size:
    if type(given) is not tuple:
        raise TypeError
    return torch.Size(sizes(given, "size in it"))


def device(kind: Any, index: Any = None) -> torch.device:
    if type(kind) is not str or type(index) not in (int, type(None)):
        raise TypeError
    return torch.device(kind) if index is None else torch.device(kind, index)
