"""Runs: the many steps of a large block, so many at a time, to be drawn as one box each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from composer.design.plan import BlockCall, LayerCall, OpCall, RepeatCall, SharedCall, Step, TensorCall, UseCall
from composer.views.wording import shorten

CROWDED = 120  # steps; a block with more is drawn as runs
_LENGTH = 100  # steps of a run, unless there would be too many runs
_MOST = 30  # runs
_ID = 10  # characters of an id that fit twice
_KINDS = 3  # that are named


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive steps of one block. `key` is what it is opened and closed by: no path, for no id is empty."""

    key: str
    steps: tuple[Step, ...]

    @property
    def name(self) -> str:
        """The first and the last id."""
        return f"{shorten(self.steps[0].id, _ID)} … {shorten(self.steps[-1].id, _ID)}"

    @property
    def size(self) -> str:
        return f"{len(self.steps)} nodes"

    @property
    def kinds(self) -> str:
        """The most frequent kinds: `50 Linear · 50 ReLU`."""
        found = Counter(map(_kind, self.steps)).most_common()
        words = [f"{number} {shorten(kind, _ID + 4)}" for kind, number in found[:_KINDS]]
        return " · ".join([*words, *(["…"] if len(found) > _KINDS else [])])


def divided(steps: Sequence[Step], key: str) -> list[Run]:
    """The runs of a block or of a run, whose key is `key`; none where there are few enough steps to draw each.

    Runs begin at multiples of a round number, so that an edit leaves those before it as they were.
    """
    total = len(steps)
    if total <= CROWDED:
        return []
    length = _LENGTH * next(times for times in count(1) if total <= _MOST * times * _LENGTH)
    if length >= total:
        length = _LENGTH
    starts = list(range(0, total, length))
    if total - starts[-1] <= CROWDED - _LENGTH:
        starts.pop()  # a few left over go with those before them
    ends = [*starts[1:], total]
    return [Run(f"{key}..{k}", tuple(steps[a:b])) for k, (a, b) in enumerate(zip(starts, ends, strict=True))]


def _kind(step: Step) -> str:
    match step.call:
        case LayerCall(node) | TensorCall(node):
            return node.kind
        case OpCall(kind):
            return kind
        case UseCall(node):
            return node.of
        case BlockCall(block):
            return block.kind
        case RepeatCall(node):
            return node.kind
        case SharedCall():
            return "Shared"
