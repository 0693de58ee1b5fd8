"""Caps, counted before anything is expanded, so that a small file cannot mean an enormous model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from composer import expressions
from composer.design.document import Design
from composer.design.nodes import BlockBase, Layer, Node, Op, Repeat, Shared, Size, Tensor, Use
from composer.design.paths import join
from composer.errors import DesignError, Problem
from composer.expressions import ExpressionError
from composer.memo import remembered

MAX_TEXT = 8_000_000  # characters of a design file
MAX_NODES = 5_000  # nodes in the document
MAX_DEPTH = 32  # blocks in blocks, definitions included
MAX_LAYERS = 10_000  # layers, ops and tensors after expansion
_MAX_VISITS = MAX_LAYERS + MAX_NODES
_NESTED = (dict, list)


class _TooLarge(Exception):
    def __init__(self, path: str, expected: str, received: str) -> None:
        super().__init__(path)
        self.problem = Problem(path, "too-large", expected, received)


def check_document(data: Any) -> None:
    """Count the nodes and depth of parsed JSON, before models are made of it.

    Raises:
        DesignError: over 5,000 nodes, or nested deeper than 32 blocks.
    """
    count = 0
    # An initializer rule says a kind, too, but is no node.
    trees = {key: each for key, each in data.items() if key != "initializers"} if isinstance(data, dict) else data
    pending: list[tuple[Any, str, int]] = [(trees, "", 0)]
    while pending:
        value, path, depth = pending.pop()
        if isinstance(value, dict):
            if "kind" in value:
                count, depth = count + 1, depth + 1
                id = value.get("id")
                if id and isinstance(id, str):
                    path = f"{path}.{id}" if path else id
            elif "body" in value and isinstance(value.get("name"), str):
                path = f".{value['name']}"
            pending += [(each, path, depth) for each in value.values() if isinstance(each, _NESTED)]
        elif isinstance(value, list):
            pending += [(each, path, depth) for each in value if isinstance(each, _NESTED)]
        if count > MAX_NODES:
            raise DesignError(Problem("", "too-large", f"at most {MAX_NODES:,} nodes", "more"))
        if depth > MAX_DEPTH + 1:
            raise DesignError(Problem(path, "too-deep", f"at most {MAX_DEPTH} blocks in each other", "more"))


def check_expansion(design: Design) -> None:
    """Count what `design` expands to.

    Raises:
        DesignError: over 10,000 layers, or nested deeper than 32 blocks, with the path that passes the cap.
    """
    problem = expansion_problem(design)
    if problem:
        raise DesignError(problem)


@remembered
def expansion_problem(design: Design) -> Problem | None:
    """The problem of a design that is too large or deep when expanded, or None."""
    try:
        _Counter(design).count(design.root, {}, "", 0)
    except _TooLarge as error:
        return error.problem
    return None


class _Counter:
    """Counts leaves. Each visit counts at least one, so the work is bounded by the cap itself."""

    def __init__(self, design: Design) -> None:
        self._definitions = {each.name: each for each in design.definitions}
        self._visits = 0

    def count(self, node: Node, values: Mapping[str, int], path: str, depth: int) -> int:
        self._visits += 1
        if self._visits > _MAX_VISITS:
            raise _TooLarge(path, f"at most {MAX_LAYERS:,} layers", "more")
        if depth > MAX_DEPTH:
            raise _TooLarge(path, f"at most {MAX_DEPTH} blocks in each other, definitions included", "more")
        match node:
            case Layer() | Op() | Tensor() | Shared():
                return 1
            case Use():
                return self._use(node, values, path, depth)
            case Repeat():
                return self._repeat(node, values, path, depth)
            case BlockBase():
                total = 0
                for child in node.children:
                    if isinstance(child, Layer) and depth < MAX_DEPTH and self._visits < _MAX_VISITS:
                        self._visits += 1  # what a visit would do, of which a layer needs no more
                        total += 1
                    else:
                        total += self.count(child, values, join(path, child.id), depth + 1)
                    self._cap(total, path)
                return total
        return 1

    def _use(self, node: Use, values: Mapping[str, int], path: str, depth: int) -> int:
        definition = self._definitions.get(node.of)
        if definition is None:
            return 1
        own = {
            option.name: _integer(node.options.get(option.name, option.default), values)
            for option in definition.options
        }
        return max(1, self.count(definition.body, own, path, depth + 1))

    def _repeat(self, node: Repeat, values: Mapping[str, int], path: str, depth: int) -> int:
        times = _integer(node.times, values)
        if times <= 0:
            return 1
        self._cap(times, path)
        if node.mode != "new" or not _reads(node.body, node.index):
            total = times * self.count(node.body, {**values, node.index: 0}, join(path, "0"), depth + 1)
            return self._cap(total, path)
        total = 0
        for k in range(times):
            total += self.count(node.body, {**values, node.index: k}, join(path, str(k)), depth + 1)
            self._cap(total, path)
        return total

    @staticmethod
    def _cap(total: int, path: str) -> int:
        if total > MAX_LAYERS:
            raise _TooLarge(path, f"at most {MAX_LAYERS:,} layers after expansion", f"{total:,} or more")
        return total


def _integer(value: Size | None, values: Mapping[str, int]) -> int:
    """The value of a size; 1 where it has none, which `check` reports in its own place."""
    if isinstance(value, str):
        try:
            return expressions.evaluate(expressions.parse(value), values)
        except ExpressionError:
            return 1
    return 1 if value is None else value


def _reads(node: Node, name: str) -> bool:
    """Whether a size that decides the count below `node` (times, options of uses) can depend on `name`."""
    match node:
        case Use():
            return any(_mentions(value, name) for value in node.options.values())
        case Repeat():
            return _mentions(node.times, name) or _reads(node.body, name)
        case BlockBase():
            return any(_reads(child, name) for child in node.children)
    return False


def _mentions(value: Size, name: str) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return name in expressions.names(expressions.parse(value))
    except ExpressionError:
        return False
