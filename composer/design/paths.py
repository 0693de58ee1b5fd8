"""Paths: ids joined by dots, the same string in the tree, in `named_modules()`, errors, rows and pictures.

A path names a place in the design's own tree: `encoder.0.attn`. A place inside a definition is written with
the definition's name behind a leading dot, `.ResBlock.conv1`; no id is empty, so the two cannot be confused.
The body of a Repeat is at index 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from composer.design.document import Definition, Design
from composer.design.nodes import Block, BlockBase, Node, Repeat, rebuild
from composer.errors import EditError, Problem


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: the definition it is in ("" for the design's own tree) and the ids below its root."""

    definition: str
    ids: tuple[str, ...]

    def __str__(self) -> str:
        head = ("", self.definition) if self.definition else ()
        return ".".join((*head, *self.ids))

    @property
    def parent(self) -> Place:
        return Place(self.definition, self.ids[:-1])

    def child(self, id: str) -> Place:
        return Place(self.definition, (*self.ids, id))


def place(path: str) -> Place:
    """The parts of `path`; "" is the root of the design."""
    if not path:
        return Place("", ())
    first, *rest = path.split(".")
    if first:
        return Place("", (first, *rest))
    return Place(rest[0] if rest else "", tuple(rest[1:]))


def join(*parts: str) -> str:
    """Parts of a path joined, empty ones left out."""
    return ".".join(part for part in parts if part)


def scopes(design: Design) -> Iterator[tuple[str, Block, tuple[str, ...]]]:
    """Every separate tree: (the path of its root, the root, the names of its options); the design's own comes last."""
    for each in design.definitions:
        yield f".{each.name}", each.body, tuple(option.name for option in each.options)
    yield "", design.root, ()


def walk(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """(path, node) for `node` and everything below it, in document order."""
    yield path, node
    if isinstance(node, BlockBase):
        for child in node.children:
            yield from walk(child, f"{path}.{child.id}" if path else child.id)


def missing(path: str, text: str = "nothing there") -> EditError:
    return EditError(Problem(path, "no-such-path", "the path of a node", text))


def root_of(design: Design, definition: str) -> Block:
    """The root block of the design's own tree ("") or of a definition.

    Raises:
        EditError: where there is no such definition.
    """
    if not definition:
        return design.root
    found = design.definition(definition)
    if found is None:
        raise missing(f".{definition}", f"no definition named {definition!r}")
    return found.body


def child(block: Node, id: str) -> Node | None:
    """The child of `block` called `id`; every index of a Repeat is its body."""
    if isinstance(block, Repeat):
        return block.body if id.isdecimal() else None
    return block.by_id.get(id) if isinstance(block, BlockBase) else None


def find(design: Design, path: str) -> Node:
    """The node at `path`.

    Raises:
        EditError: where the path leads nowhere.
    """
    at = place(path)
    node: Node | None = root_of(design, at.definition)
    for id in at.ids:
        node = child(node, id) if node else None
    if node is None:
        raise missing(path)
    return node


def with_root(design: Design, definition: str, root: Block) -> Design:
    """The design with another root block in one of its scopes."""
    if not definition:
        return _rebuilt(design, root=root)
    definitions = tuple(rebuild(each, body=root) if each.name == definition else each for each in design.definitions)
    return _rebuilt(design, definitions=definitions)


def _rebuilt(design: Design, **changes: object) -> Design:
    changed: Design = rebuild(design, **changes)
    return changed


def replace(design: Design, path: str, change: Callable[[Node], tuple[Node, ...]]) -> Design:
    """The design with the node at `path` replaced by what `change` makes of it: none, one or several nodes.

    Raises:
        EditError: where the path leads nowhere, or the result is no valid tree.
    """
    at = place(path)
    root = root_of(design, at.definition)

    def descend(node: Node, ids: tuple[str, ...]) -> tuple[Node, ...]:
        if not ids:
            return change(node)
        below = child(node, ids[0])
        if below is None or not isinstance(node, BlockBase):
            raise missing(path)
        children: list[Node] = []
        for each in node.children:
            children += descend(each, ids[1:]) if each is below else (each,)
        return (node.with_children(tuple(children)),)

    try:
        (changed,) = descend(root, at.ids)
        if not isinstance(changed, BlockBase):
            raise ValueError("the root is a block")
        return with_root(design, at.definition, changed)
    except ValueError as error:  # pydantic's ValidationError is one
        raise EditError(Problem(path, "invalid-tree", "a valid tree", first_line(error))) from None


def first_line(error: Exception) -> str:
    """What went wrong, without pydantic's frame around it."""
    errors = getattr(error, "errors", None)
    if errors:
        text = str(errors()[0]["msg"])
        return text.removeprefix("Value error, ")
    return str(error)


def definition_of(design: Design, name: str) -> Definition:
    """The definition called `name`.

    Raises:
        EditError: where there is none.
    """
    found = design.definition(name)
    if found is None:
        raise missing(f".{name}", f"no definition named {name!r}")
    return found
