"""Putting nodes in, taking them out, moving them, and renaming them."""

from __future__ import annotations

import re

from composer.design.document import Design
from composer.design.edits.ids import free_id, kept_or_fresh, named
from composer.design.edits.references import redirected
from composer.design.edits.refusal import rebuilt, refusal
from composer.design.edits.trees import (
    block_at,
    chain,
    checked_index,
    is_shortcut,
    locate,
    locate_child,
    with_chain,
    with_children,
    with_node,
)
from composer.design.names import is_attribute
from composer.design.nodes import Block, Code, Node, Repeat, Residual, rebuild
from composer.design.paths import Place, find


def insert(design: Design, path: str, index: int, node: Node) -> Design:
    """Put `node` into the block at `path`, at a position. A node without an id gets one.

    Raises:
        EditError: where there is no such block or position, the id is taken, or the block is a Repeat.
    """
    at = locate(design, path)
    block = block_with_positions(design, at)
    checked_index(path, index, len(chain(block)))
    return _put(design, at, block, index, named(block, node))


def remove(design: Design, path: str) -> Design:
    """Take the node at `path` out. What refers to it stays, and `check` names it.

    Raises:
        EditError: where nothing is there, or it is a root or the body of a Repeat.
    """
    at = locate_child(design, path)
    return with_children(design, at.parent, (at.ids[-1],), ())


def move(design: Design, path: str, to: str, index: int) -> Design:
    """Move the node at `path` into the block at `to`. `index` counts the children there without it.

    It keeps its id where that is free. Its wires keep their text, and mean what that says in the new block.

    Raises:
        EditError: where there is no such node, block or position, or the node would stand in itself.
    """
    at, to_at = locate_child(design, path), _outside(design, path, to)
    block = block_with_positions(design, to_at)
    here = at.parent == to_at
    checked_index(to, index, len(chain(block)) - (here and not is_shortcut(block, at.ids[-1])))
    id = at.ids[-1] if here else kept_or_fresh(block, at.ids[-1])
    design, node = _taken_out(design, at, to_at.child(id))
    return _put(design, to_at, block_with_positions(design, to_at), index, node)


def move_to_shortcut(design: Design, path: str, to: str) -> Design:
    """Make the node at `path` the shortcut of the Residual at `to`.

    Raises:
        EditError: where there is no such node or Residual, it has a shortcut, or the node would stand in itself.
    """
    at, to_at = locate_child(design, path), _outside(design, path, to)
    block = _residual(design, to_at)
    if block.shortcut:
        raise refusal(to, "a Residual without a shortcut", f"the shortcut {block.shortcut.id!r}")
    id = at.ids[-1] if at.parent == to_at else kept_or_fresh(block, at.ids[-1])
    design, node = _taken_out(design, at, to_at.child(id))
    return with_node(design, to_at, rebuilt(_residual(design, to_at), to, shortcut=node))


def set_shortcut(design: Design, path: str, node: Node | None = None) -> Design:
    """Give the Residual at `path` another shortcut, or with None its input itself.

    Raises:
        EditError: where there is no Residual, or the id is taken.
    """
    at = locate(design, path)
    block = _residual(design, at)
    if node and not node.id:
        node = rebuild(node, id=kept_or_fresh(rebuild(block, shortcut=None), "shortcut"))
    return with_node(design, at, rebuilt(block, path, shortcut=node))


def replace_body(design: Design, path: str, node: Node) -> Design:
    """Give the Repeat at `path` another body.

    Raises:
        EditError: where there is no Repeat.
    """
    at = locate(design, path)
    block = block_at(design, at)
    if not isinstance(block, Repeat):
        raise refusal(path, "a Repeat", f"a {block.kind}")
    return with_node(design, at, block.with_children((node,)))


def rename(design: Design, path: str, id: str) -> Design:
    """Give the node at `path` another id.

    Raises:
        EditError: where nothing is there, it is a root or the body of a Repeat, or the id is taken or no name.
    """
    at = locate_child(design, path)
    parent = block_at(design, at.parent)
    if isinstance(parent, Repeat):
        raise refusal(path, "a node that may have any id", "the body of a Repeat, whose ids are numbers")
    free_id(path, id, {*parent.input_names, *(each.id for each in parent.children)} - {at.ids[-1]})
    design = redirected(design, {at: at.parent.child(id)})
    node = rebuild(find(design, str(at)), id=id)
    design = with_children(design, at.parent, (at.ids[-1],), (node,))
    return _called(design, at, id) if isinstance(parent, Code) else design


def _called(design: Design, at: Place, id: str) -> Design:
    """The design whose custom layer says the new name of what is declared at a place."""
    if not is_attribute(id):
        raise refusal(str(at), "a name that code can say after self.", repr(id))
    block = block_at(design, at.parent)
    assert isinstance(block, Code)
    said = re.compile(rf"\bself(\s*)\.(\s*){re.escape(at.ids[-1])}\b")
    return with_node(design, at.parent, rebuild(block, code=said.sub(rf"self\1.\g<2>{id}", block.code)))


def _put(design: Design, at: Place, block: Block, index: int, node: Node) -> Design:
    free_id(str(at), node.id, {*block.input_names, *(each.id for each in block.children)})
    nodes = chain(block)
    return with_node(design, at, with_chain(block, (*nodes[:index], node, *nodes[index:])))


def _taken_out(design: Design, at: Place, to: Place) -> tuple[Design, Node]:
    """The design without the node at a place, its references rewritten for where it goes; and the node."""
    design = redirected(design, {at: to})
    node = rebuild(find(design, str(at)), id=to.ids[-1])
    return with_children(design, at.parent, (at.ids[-1],), ()), node


def _outside(design: Design, path: str, to: str) -> Place:
    at, to_at = locate(design, path), locate(design, to)
    if to_at.definition == at.definition and to_at.ids[: len(at.ids)] == at.ids:
        raise refusal(path, "a block that is not inside the node itself", repr(to))
    return to_at


def block_with_positions(design: Design, at: Place) -> Block:
    """The block at a place, into which nodes can be put.

    Raises:
        EditError: where there is none, or it is a Repeat.
    """
    block = block_at(design, at)
    if isinstance(block, Repeat):
        raise refusal(
            str(at), "a block with positions", "a Repeat, which has one body: put a block there, or replace it"
        )
    return block


def _residual(design: Design, at: Place) -> Residual:
    block = block_at(design, at)
    if not isinstance(block, Residual):
        raise refusal(str(at), "a Residual", f"a {block.kind}")
    return block
