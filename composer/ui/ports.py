"""What enters and leaves a block: names of its inputs, and outputs; and the inputs of the design."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from composer.design.document import Design
from composer.design.names import unique
from composer.design.nodes import BlockBase, Node, Sequential
from composer.design.paths import place
from composer.ui import state
from composer.ui.document import Document
from composer.ui.handler import Operation
from composer.ui.language import _
from composer.ui.messages import escape


def ports(document: Document, path: str, node: Node) -> None:
    """The inputs of a block or of the design, and the outputs of a Sequential."""
    if not isinstance(node, BlockBase):
        return
    if path:
        _names(document, path, node)
    else:
        _design_inputs(document)
    if isinstance(node, Sequential):
        _outputs(document, path, node)


def _names(document: Document, path: str, node: BlockBase) -> None:
    key = state.field_key(document, path, "inputs", "names")
    help = _(
        "What the nodes inside call the inputs of the block, with commas between. Another name in a place renames."
    )
    state.set_widget(key, ", ".join(node.input_names))
    with _row(key, _("inputs"), help, len(node.input_names) > 1):
        st.text_input(
            _("inputs"), key=key, label_visibility="collapsed", on_change=_rename, args=(document, path, node, key)
        )


@state.heard
def _rename(document: Document, path: str, node: BlockBase, key: str) -> None:
    names = [name.strip() for name in state.widget(key).split(",") if name.strip()]
    state.change(document, renamed(path, node, names))


def renamed(path: str, node: BlockBase, names: Sequence[str]) -> list[Operation]:
    """Operations that give a block other inputs; wires to those that are gone at the end go with them."""
    operations: list[Operation] = [{"edit": "set_input_names", "path": path, "names": list(names)}]
    if place(path).ids and len(node.inputs) > len(names) > 0:
        operations.append({"edit": "set_inputs", "path": path, "inputs": list(node.inputs[: len(names)])})
    return operations


def _outputs(document: Document, path: str, node: Sequential) -> None:
    key = state.field_key(document, path, "outputs", "wire")
    known = [*(each.id for each in reversed(node.children)), *node.input_names]
    help = _("What leaves the block; several are a tuple. Add .0 for an item of a tuple.")
    state.set_widget(key, list(node.outputs))
    with _row(key, _("outputs"), help, bool(node.outputs)):
        st.multiselect(
            _("outputs"),
            list(dict.fromkeys([*known, *node.outputs])),
            key=key,
            placeholder=f"({known[0]})",
            label_visibility="collapsed",
            accept_new_options=True,
            on_change=_set_outputs,
            args=(document, path, key),
        )


@state.heard
def _set_outputs(document: Document, path: str, key: str) -> None:
    outputs = [text.strip() for text in state.widget(key)]
    state.change(document, [{"edit": "set_outputs", "path": path, "outputs": outputs}])


def _design_inputs(document: Document) -> None:
    """A row for the name of each input, with a button that removes it, and one that adds another."""
    inputs = document.design.inputs
    for number, each in enumerate(inputs):
        key = state.field_key(document, "", str(number), "input")
        label = _("input {number}").format(number=number + 1)
        state.set_widget(key, each.name)
        with _row(key, label, _("What wires call this input of the design, and the code its argument."), True):
            st.text_input(
                label, key=key, label_visibility="collapsed", on_change=_rename_input, args=(document, number, key)
            )
            st.button(
                _("Remove {name}").format(name=escape(each.name)),
                icon=":material/close:",
                type="tertiary",
                key=f"reset:{key}",  # looks like the button that resets a field
                help=_("Remove this input. What is wired to it is told as a problem."),
                disabled=len(inputs) == 1,
                on_click=_change_inputs,
                args=(document, [other for other in _plain(document.design) if other["name"] != each.name]),
            )
    st.button(
        _("Add an input"),
        icon=":material/add:",
        type="tertiary",
        key="add_input",
        on_click=_change_inputs,
        args=(document, [*_plain(document.design), _another(document.design)]),
    )


def _plain(design: Design) -> list[dict[str, Any]]:
    return [each.model_dump(mode="json") for each in design.inputs]


def _another(design: Design) -> dict[str, Any]:
    """An input like the last one, under a name that is free."""
    taken = {*design.root.input_names, *(each.id for each in design.root.children)}
    return {**_plain(design)[-1], "name": unique("x", taken)}


@state.heard
def _rename_input(document: Document, number: int, key: str) -> None:
    inputs = _plain(document.design)
    inputs[number]["name"] = state.widget(key).strip()
    _change_inputs(document, inputs)


def _change_inputs(document: Document, inputs: list[dict[str, Any]]) -> None:
    state.change(document, [{"edit": "set_design", "inputs": inputs}])


def _row(key: str, label: str, help: str, given: bool) -> Any:
    """A row of the form, with its label; what belongs to it is drawn inside."""
    row = st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False, key=f"row:{key}")
    row.markdown(f"**{escape(label)}**" if given else escape(label), help=help, width=120)
    return row
