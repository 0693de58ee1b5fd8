"""Remembering what was found for the very same objects, so that an edit costs what it changed.

Designs and all they are made of are frozen, and an edit keeps the nodes that it does not touch: who asks again about
the same node gets what was found before.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Given = TypeVar("Given")
Found = TypeVar("Found")

_LAST = 16  # objects that `remembered` knows
_memos: list[Memo[object]] = []


class Memo(Generic[Found]):
    """Results by keys, which may hold the `id` of objects: these are kept with the result, so no other gets it.

    Results may have different weights; when all together weigh more than `limit`, everything is forgotten.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._weight = 0
        self._known: dict[Hashable, tuple[Found, object]] = {}
        _memos.append(self)  # type: ignore[arg-type]  # only to be cleared

    def get(self, key: Hashable) -> Found | None:
        """What was found for `key`, or None."""
        known = self._known.get(key)
        return known[0] if known else None

    def put(self, key: Hashable, found: Found, kept: object, weight: int = 1) -> Found:
        """Remember `found`; `kept` is whatever `key` has the id of."""
        if self._weight + weight > self._limit:
            self.clear()
        self._weight += weight
        self._known[key] = found, kept
        return found

    def clear(self) -> None:
        """Forget everything."""
        self._weight = 0
        self._known.clear()


def remembered(function: Callable[[Given], Found]) -> Callable[[Given], Found]:
    """`function`, which looks at a frozen object, with its last results at hand."""
    memo: Memo[tuple[Found]] = Memo(_LAST)

    def recalled(given: Given) -> Found:
        known = memo.get(id(given))
        return (known or memo.put(id(given), (function(given),), given))[0]

    recalled.__doc__ = function.__doc__
    recalled.__name__ = function.__name__
    return recalled


def forget() -> None:
    """Forget everything that is remembered anywhere (for benchmarks of a cold start)."""
    for memo in _memos:
        memo.clear()
