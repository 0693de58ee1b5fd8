"""Following the path of a module through a design: into blocks, uses, repeats and shared modules."""

from __future__ import annotations

from collections.abc import Sequence

from composer.design.document import Design
from composer.design.nodes import Block, BlockBase, Node, Op, Repeat, Shared, Use
from composer.design.paths import child

MAX_STEPS = 100  # shared modules that refer to each other in a ring, or over and over, end here


def target_of(design: Design, definition: str, ids: Sequence[str]) -> Node | None:
    """The node whose module is registered at `ids` below the root of a scope ("" is the design's own), or None.

    A shared module is followed to its original. An op is no module and is not found; a parameter, buffer or
    constant is found at the end of a path only.
    """
    root = design.root if not definition else _body(design, definition)
    found = _Follower(design).follow(root, root, tuple(ids)) if root else None
    return found[0] if found else None


def _body(design: Design, name: str) -> Block | None:
    found = design.definition(name)
    return found.body if found else None


class _Follower:
    """Follows one path. All its steps are counted together: shared modules can double them at every turn."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self._steps = MAX_STEPS

    def follow(self, at: Node, scope: Block, ids: tuple[str, ...]) -> tuple[Node, Block] | None:
        """The node at `ids` below `at`, and the root of the tree that it stands in; `scope` is that of `at`."""
        self._steps -= 1
        if self._steps < 0 or isinstance(at, Op):
            return None
        if isinstance(at, Shared):
            original = self.follow(scope, scope, tuple(at.of.split(".")))
            return self.follow(*original, ids) if original else None
        if not ids:
            return at, scope
        if isinstance(at, Use):
            body = _body(self._design, at.of)
            return self.follow(body, body, ids) if body else None
        if isinstance(at, Repeat) and not _has_index(at, ids[0]):
            return None
        if isinstance(at, BlockBase):
            below = child(at, ids[0])
            return self.follow(below, scope, ids[1:]) if below else None
        return None


def _has_index(repeat: Repeat, id: str) -> bool:
    """Whether a Repeat registers an instance as `id`, as far as its `times` tells."""
    plain = id == "0" or (id.isascii() and id.isdecimal() and id[0] != "0")
    return plain and (isinstance(repeat.times, str) or int(id) < repeat.times)
