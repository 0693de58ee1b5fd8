"""What can be done with the nodes that are selected, as buttons: all of it has a key in the tree, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from composer.design.edits.ids import fresh_definition_name
from composer.design.nodes import BlockBase, Node, Op, Repeat, Tensor, Use
from composer.design.paths import find, place
from composer.ui import state
from composer.ui.document import Document
from composer.ui.handler import Operation
from composer.ui.language import _

Action = tuple[str, str, str, Sequence[Operation]]
"""A key, a label, an icon, and the operations."""


def actions(document: Document, path: str, node: Node) -> None:
    """The menu of what can be done with the selection, and the way into and out of definitions."""
    at = place(path)
    with st.container(horizontal=True, gap="small", key="actions"):
        if at.definition:
            st.button(
                _("Back to the design"), icon=":material/arrow_upward:", key="leave", on_click=state.select, args=("",)
            )
        if isinstance(node, Use) and document.design.definition(node.of):
            st.button(
                _("Edit the definition"),
                icon=":material/arrow_downward:",
                key="enter",
                help=_("A change there changes all its uses."),
                on_click=state.select,
                args=(f".{node.of}",),
            )
        if not at.ids:
            return
        count = len(outermost(state.selection()))
        label = _("Actions") if count < 2 else _("Actions on {count}").format(count=count)
        with st.popover(label, icon=":material/more_horiz:", key=state.ACTIONS, on_change="rerun") as menu:
            if menu.open:
                for key, label, icon, operations in _known(document, state.selection()):
                    st.button(
                        label,
                        icon=icon,
                        key=f"act:{key}",
                        type="tertiary",
                        on_click=_do,
                        args=(document, operations),
                    )


def _do(document: Document, operations: Sequence[Operation]) -> None:
    state.change(document, operations)
    state.set_widget(state.ACTIONS, False)  # the menu has done its work


def _known(document: Document, paths: Sequence[str]) -> Iterator[Action]:
    """The actions that the nodes at `paths` allow."""
    design = document.design
    chosen = [(path, find(design, path)) for path in outermost(paths)]
    movable = all(not isinstance(find(design, str(place(path).parent)), Repeat) for path, _node in chosen)
    nodes = [node for _path, node in chosen]

    def each(edit: str, **arguments: str) -> list[Operation]:
        return [{"edit": edit, "path": path, **arguments} for path, _node in chosen]

    if movable:
        yield "copy", _("Duplicate (d)"), ":material/content_copy:", each("duplicate", mode="copy")
        if all(isinstance(node, BlockBase | Use) for node in nodes):
            yield "linked", _("Duplicate, linked (l)"), ":material/link:", each("duplicate", mode="linked")
        if not any(isinstance(node, Op | Tensor) for node in nodes):
            yield "shared", _("Duplicate, shared (s)"), ":material/share:", each("duplicate", mode="shared")
    for key, kind in (("w", "Sequential"), ("p", "Parallel"), ("r", "Residual"), ("R", "Repeat")):
        wrap = {"edit": "wrap", "paths": [path for path, _node in chosen], "kind": kind}
        label = _("Wrap in a {kind} ({key})").format(kind=kind, key=key)
        yield f"wrap:{kind}", label, ":material/select_all:", [wrap]
    if len(chosen) == 1 and isinstance(nodes[0], BlockBase):
        name = fresh_definition_name(design, nodes[0])
        yield "unwrap", _("Unwrap (u)"), ":material/deselect:", each("unwrap")
        label = _("Make a definition {name} (m)").format(name=name)
        yield "define", label, ":material/category:", each("make_definition", name=name)
    if movable:
        yield "remove", _("Delete (Del)"), ":material/delete:", each("remove")


def outermost(paths: Sequence[str]) -> list[str]:
    """`paths` without those inside another one, and without roots, in their order."""
    below = {path for path in paths for other in paths if path.startswith(f"{other}.") and place(other).ids}
    return [path for path in dict.fromkeys(paths) if place(path).ids and path not in below]
