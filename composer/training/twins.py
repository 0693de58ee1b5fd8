"""The untied twin of a design: what was one parameter at several places is several, so that both can be trained."""

from __future__ import annotations

from composer.design.document import Design
from composer.design.nodes import BlockBase, Node, Repeat, Shared, rebuild
from composer.design.paths import find, join, scopes, with_root


def untied(design: Design) -> Design:
    """The design with copies of its own where a module was shared, and without ties. Names of parameters stay."""
    twin: Design = rebuild(design, ties=())
    for scope, root, _ in scopes(design):
        apart = _apart(design, root, scope)
        if apart is not root:
            twin = with_root(twin, scope.removeprefix("."), apart)  # type: ignore[arg-type]
    return twin


def shares(design: Design) -> bool:
    """Whether the design has one parameter at several places, so that its twin is another."""
    return untied(design) != design


def _apart(design: Design, node: Node, scope: str) -> Node:
    """`node` with modules of its own; the very same one where it shares nothing."""
    if isinstance(node, Shared):
        target = find(design, join(scope, node.of) if scope else node.of)
        return _apart(design, rebuild(target, id=node.id, inputs=node.inputs), scope)
    if not isinstance(node, BlockBase):
        return node
    children = tuple(_apart(design, child, scope) for child in node.children)
    if any(new is not old for new, old in zip(children, node.children, strict=True)):
        node = node.with_children(children)
    if isinstance(node, Repeat) and node.mode == "same":
        return rebuild(node, mode="copy")
    return node
