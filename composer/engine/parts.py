"""The steps of blocks in parts: what an edit does not reach keeps its parts, and each of these is walked only once.

Where a part ends is told by the ids of its steps, not by their number, so that one step more or less in the middle
of a long block leaves the parts before and after as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from composer.design.plan import BlockCall, BlockPlan, Call, RepeatCall, SharedCall, Step, TensorCall, UseCall
from composer.memo import Memo

_USUAL = 16  # steps in a part, more or less


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Steps of a block that follow each other. `needs` are the names of the values that they take from outside.

    `paths` are the steps' in the document. `shares`: a shared module is among them or inside, `uses`: the use of a
    definition. `owns`: they register parameters or buffers on the block itself.
    """

    steps: tuple[Step, ...]
    needs: tuple[str, ...]
    paths: frozenset[str]
    shares: bool
    uses: bool
    owns: bool


_parts: Memo[Part] = Memo(10_000)
_of_blocks: Memo[tuple[Part, ...]] = Memo(10_000)


def parts(block: BlockPlan) -> tuple[Part, ...]:
    """The steps of `block`, in parts: the very same ones for the very same steps."""
    key = id(block)
    known = _of_blocks.get(key)
    return _of_blocks.put(key, tuple(_split(block)), block) if known is None else known


def _split(block: BlockPlan) -> Iterator[Part]:
    steps = block.steps
    start = 0
    if len(steps) > 2 * _USUAL:
        for k, step in enumerate(steps, start=1):
            if crc32(step.id.encode()) % _USUAL == 0:
                yield _part(steps[start:k])
                start = k
    if start < len(steps):
        yield _part(steps[start:])


def _part(steps: tuple[Step, ...]) -> Part:
    key = tuple(map(id, steps))
    return _parts.get(key) or _parts.put(key, _new_part(steps), steps)


def _new_part(steps: tuple[Step, ...]) -> Part:
    own: set[str] = set()
    needs: dict[str, None] = {}
    for step in steps:
        needs |= {ref.name: None for ref in step.inputs if ref and ref.name not in own}
        own.add(step.id)
    kinds = frozenset[str]().union(*(_kinds(step.call) for step in steps))
    return Part(
        steps,
        tuple(needs),
        frozenset(step.path for step in steps),
        shares="Shared" in kinds,
        uses="Use" in kinds,
        owns=any(isinstance(step.call, TensorCall) for step in steps),
    )


def _kinds(call: Call) -> frozenset[str]:
    """The kinds that matter of what is called, and of what is inside."""
    match call:
        case BlockCall(block):
            return block.kinds
        case RepeatCall(node):
            return node.kinds
        case UseCall():
            return frozenset(("Use",))
        case SharedCall():
            return frozenset(("Shared",))
    return frozenset()
