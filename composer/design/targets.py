"""Following the path of a module through a design: into blocks, uses, repeats and shared modules."""

from __future__ import annotations

from collections.abc import Sequence

from composer.design.document import Design
from composer.design.nodes import Block, BlockBase, Node, Op, Shared, Tensor, Use
from composer.design.paths import child

MAX_HOPS = 200  # a path through shared modules that refer to each other in a ring ends here


def target_of(design: Design, definition: str, ids: Sequence[str]) -> Node | None:
    """The node whose module is registered at `ids` below the root of a scope ("" is the design's own), or None.

    A shared module is followed to its original. An op is no module and is not found; a parameter, buffer or
    constant is found at the end of a path only.
    """
    root = design.root if not definition else _body(design, definition)
    return _follow(design, root, root, tuple(ids), MAX_HOPS) if root else None


def _body(design: Design, name: str) -> Block | None:
    found = design.definition(name)
    return found.body if found else None


def _follow(design: Design, at: Node, scope: Block, ids: tuple[str, ...], hops: int) -> Node | None:
    if hops == 0 or isinstance(at, Op):
        return None
    if isinstance(at, Shared):
        original = _follow(design, scope, scope, tuple(at.of.split(".")), hops - 1)
        return original and _follow(design, original, scope, ids, hops - 1)
    if not ids:
        return at
    if isinstance(at, Use):
        body = _body(design, at.of)
        return body and _follow(design, body, body, ids, hops - 1)
    if isinstance(at, BlockBase) and not isinstance(at, Tensor):
        below = child(at, ids[0])
        return below and _follow(design, below, scope, ids[1:], hops - 1)
    return None
