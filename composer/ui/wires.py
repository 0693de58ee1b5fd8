"""Where the inputs of a node come from, and what leaves a Sequential: choices of what is in scope."""

from __future__ import annotations

from functools import partial

import streamlit as st

from composer.design.checks.references import takes
from composer.design.edits.trees import is_shortcut
from composer.design.nodes import BlockBase, Node, Parallel, Repeat, Tensor
from composer.design.paths import find, place
from composer.ui import state
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape


def wires(document: Document, path: str, node: Node) -> None:
    """A choice for each input; what is typed may take an item of a tuple, as in `lstm.1`."""
    scope = in_scope(document, path)
    if not scope or isinstance(node, Tensor):
        return
    names, nothing = slots(document, path, node), _without_wires(document, path)
    for number, name in enumerate(names):
        key = state.field_key(document, path, str(number), "wire")
        wire = node.inputs[number] if number < len(node.inputs) else ""
        alone = number == 0 and not node.inputs
        state.set_widget(key, wire)
        label = name if len(names) > 1 and name else _("input {number}").format(number=number + 1)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False, key=f"row:{key}"):
            st.markdown(f"**{escape(label)}**" if wire else escape(label), help=_help(), width=120)
            st.selectbox(
                label,
                list(dict.fromkeys(["", *scope, wire])),
                key=key,
                label_visibility="collapsed",
                format_func=partial(_shown, f"({nothing})" if alone else _("(none)")),
                accept_new_options=True,
                on_change=_commit,
                args=(document, path, number, key),
            )


def _help() -> str:
    return _("A node that stands earlier in the block, or an input of the block. Add .0 for an item of a tuple.")


def _shown(nothing: str, text: str) -> str:
    return text or nothing


def in_scope(document: Document, path: str) -> list[str]:
    """What a wire of the node at `path` may name; nothing where the block around it does the wiring."""
    at = place(path)
    if not at.ids:
        return []
    parent = find(document.design, str(at.parent))
    if not isinstance(parent, BlockBase) or isinstance(parent, Repeat):
        return []
    ids = [each.id for each in parent.children]
    return [*reversed(ids[: ids.index(at.ids[-1])]), *parent.input_names]


def _without_wires(document: Document, path: str) -> str:
    """What a node takes that has no wires: the output of the one before, or where it begins anew the block's input."""
    at = place(path)
    parent = find(document.design, str(at.parent))
    assert isinstance(parent, BlockBase)
    anew = isinstance(parent, Parallel) or is_shortcut(parent, at.ids[-1])
    return parent.input_names[0] if anew else in_scope(document, path)[0]


def slots(document: Document, path: str, node: Node) -> tuple[str, ...]:
    """The names of the inputs that are offered, "" for one without; those of any number end with a free one."""
    least, most, names = takes(document.design, node, path)
    count = max(len(node.inputs), least)
    if most is None:
        count = max(len(node.inputs) + 1, least)
    return (*names, *[""] * (count - len(names)))


@state.heard
def _commit(document: Document, path: str, number: int, key: str) -> None:
    if not state.is_there(document, path):
        return
    inputs = list(find(document.design, path).inputs)
    inputs += [""] * (number + 1 - len(inputs))
    inputs[number] = (state.widget(key) or "").strip()
    while inputs and not inputs[-1]:
        inputs.pop()
    state.change(document, [{"edit": "set_inputs", "path": path, "inputs": inputs}])
