"""Blocks and their children: finding them, and changing what a block holds.

A path may name any instance of a Repeat (`blocks.3.fc`); the document has one body, at index 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from composer.design.document import Design
from composer.design.edits.refusal import refusal
from composer.design.nodes import Block, BlockBase, Node, Residual, rebuild
from composer.design.paths import Place, child, find, missing, place, replace, root_of


def document_ids(root: Node, ids: Sequence[str]) -> tuple[str, ...]:
    """The ids below `root` as the document has them (a Repeat's body is `0`), as far as they lead somewhere."""
    node: Node | None = root
    found: list[str] = []
    for id in ids:
        node = child(node, id) if node else None
        if node is None:
            break
        found.append(node.id)
    return tuple(found)


def locate(design: Design, path: str) -> Place:
    """The place in the document of the node at `path`.

    Raises:
        EditError: where the path leads nowhere.
    """
    at = place(path)
    ids = document_ids(root_of(design, at.definition), at.ids)
    if len(ids) < len(at.ids):
        raise missing(path)
    return Place(at.definition, ids)


def locate_child(design: Design, path: str) -> Place:
    """Like `locate`, for a node that stands in a block.

    Raises:
        EditError: where the path leads nowhere, or to a root.
    """
    at = locate(design, path)
    if not at.ids:
        raise refusal(path, "the path of a node in a block", "a root")
    return at


def block_at(design: Design, at: Place) -> Block:
    """The block at a place.

    Raises:
        EditError: where another kind of node is there.
    """
    node = find(design, str(at))
    if not isinstance(node, BlockBase):
        raise refusal(str(at), "a block", f"a {node.kind}")
    return node


def chain(block: Block) -> tuple[Node, ...]:
    """The children that have a position. The shortcut of a Residual has none."""
    return block.nodes if isinstance(block, Residual) else block.children


def with_chain(block: Block, nodes: Sequence[Node]) -> Block:
    """`block` with other children at its positions."""
    changed: Block = (
        rebuild(block, nodes=tuple(nodes)) if isinstance(block, Residual) else block.with_children(tuple(nodes))
    )
    return changed


def is_shortcut(block: Block, id: str) -> bool:
    """Whether the child called `id` is the shortcut of a Residual."""
    return isinstance(block, Residual) and block.shortcut is not None and block.shortcut.id == id


def substitute(block: Block, ids: Sequence[str], nodes: Sequence[Node]) -> Block:
    """`block` with `nodes` in place of its adjacent children called `ids`.

    Raises:
        ValueError: where the shortcut of a Residual or the body of a Repeat would be several nodes.
    """
    if is_shortcut(block, ids[0]):
        if len(nodes) > 1:
            raise ValueError(f"a shortcut is one node, not {len(nodes)}")
        shortened: Block = rebuild(block, shortcut=nodes[0] if nodes else None)
        return shortened
    before = chain(block)
    start = next(k for k, each in enumerate(before) if each.id == ids[0])
    return with_chain(block, (*before[:start], *nodes, *before[start + len(ids) :]))


def with_node(design: Design, at: Place, node: Node) -> Design:
    """`design` with another node of the same id at a place.

    Raises:
        EditError: where the result is no valid tree.
    """
    return replace(design, str(at), lambda _: (node,))


def with_children(design: Design, at: Place, ids: Sequence[str], nodes: Sequence[Node]) -> Design:
    """`design` with `nodes` in place of the adjacent children called `ids` of the block at `at`.

    Raises:
        EditError: where the result is no valid tree.
    """

    def changed(block: Node) -> tuple[Node, ...]:
        return (substitute(block, ids, nodes),) if isinstance(block, BlockBase) else (block,)

    return replace(design, str(at), changed)


def checked_index(path: str, index: int, length: int) -> int:
    """`index` itself.

    Raises:
        EditError: where there is no such position.
    """
    if not 0 <= index <= length:
        raise refusal(path, f"a position from 0 to {length}", str(index))
    return index
