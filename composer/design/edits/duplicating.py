"""Three ways of having the same node twice: a copy, another use of one definition, or the same module."""

from __future__ import annotations

from typing import Literal

from composer.design.document import Design
from composer.design.edits.definitions import make_definition
from composer.design.edits.ids import free_id, fresh_definition_name, fresh_id
from composer.design.edits.references import Mender
from composer.design.edits.refusal import changed, refusal
from composer.design.edits.trees import block_at, is_shortcut, locate_child, with_children
from composer.design.nodes import BlockBase, Node, Op, Repeat, Shared, Tensor, Use, rebuild
from composer.design.paths import Place, find

Mode = Literal["copy", "linked", "shared"]


def duplicate(design: Design, path: str, mode: Mode, id: str = "") -> Design:
    """Put another of the node at `path` behind it, under a fresh id where none is given.

    `copy`: an independent one. `linked`: another use of its definition; a block becomes a definition first.
    `shared`: the same module, registered a second time.

    Raises:
        EditError: where nothing is there, the id is taken, only one node can stand there, or the node is of a
            kind that cannot be linked or shared.
    """
    at = locate_child(design, path)
    parent, node = block_at(design, at.parent), find(design, str(at))
    if isinstance(parent, Repeat) or is_shortcut(parent, node.id):
        raise refusal(path, "a node with a position among siblings", "a body or shortcut, of which there is one")
    known = {*parent.input_names, *(each.id for each in parent.children)}
    id = free_id(path, id, known) if id else fresh_id(parent, node.id)
    if mode == "shared":
        return with_children(design, at.parent, (node.id,), (node, _shared(node, at, id)))
    if mode == "linked":
        design, node = _linkable(design, at, node)
    copy_at = at.parent.child(id)
    mender = Mender(design, {at: copy_at})
    copy = rebuild(mender.node(node, at, parent), id=id)
    design = with_children(design, at.parent, (node.id,), (node, copy))
    return _with_marks(design, mender)


def _shared(node: Node, at: Place, id: str) -> Shared:
    if isinstance(node, Op | Tensor):
        raise refusal(str(at), "a layer, block or use, which is a module", f"a {node.kind}")
    original = node.of if isinstance(node, Shared) else ".".join(at.ids)
    return Shared(id=id, of=original, inputs=node.inputs)


def _linkable(design: Design, at: Place, node: Node) -> tuple[Design, Node]:
    if isinstance(node, BlockBase):
        design = make_definition(design, str(at), fresh_definition_name(design, node))
        node = find(design, str(at))
    if not isinstance(node, Use):
        raise refusal(str(at), "a block, or a use of a definition, to link", f"a {node.kind}")
    return design, node


def _with_marks(design: Design, mender: Mender) -> Design:
    """What ties, freezes or initializes parts of the original does the same to the copy.

    A tie between a part and something outside is not copied: the copy is independent.
    """
    ties = list(design.ties)
    for group in design.ties:
        copies = tuple(new for old in group if (new := mender.path(old)) != old)
        if len(copies) > 1:
            ties.append(copies)
    frozen = [new for old in design.frozen if (new := mender.path(old)) != old]
    rules = [rebuild(rule, where=new) for rule in design.initializers if (new := mender.path(rule.where)) != rule.where]
    return changed(
        design,
        ties=tuple(ties),
        frozen=(*design.frozen, *frozen),
        initializers=(*design.initializers, *rules),
    )
