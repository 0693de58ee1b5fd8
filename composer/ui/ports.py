"""What enters and leaves a block: names of its inputs, and outputs; and the inputs of the design."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from composer.design.document import Design
from composer.design.names import unique
from composer.design.nodes import BlockBase, Node, Sequential
from composer.design.paths import place
from composer.reports import ValueType
from composer.ui.entries import Button, Entry
from composer.ui.handler import Operation
from composer.ui.language import _
from composer.ui.wires import with_items


def ports(design: Design, path: str, node: Node, outputs: Mapping[str, ValueType]) -> Iterator[Entry]:
    """Rows for the inputs of a block or of the design, and for the outputs of a Sequential."""
    if not isinstance(node, BlockBase):
        return
    if path:
        yield _names(path, node)
    else:
        yield from _design_inputs(design)
    if isinstance(node, Sequential):
        yield _outputs(path, node, outputs)


def _names(path: str, node: BlockBase) -> Entry:
    help = _(
        "What the nodes inside call the inputs of the block, with commas between. Another name in a place renames."
    )
    held = ", ".join(node.input_names)

    def operations(text: str) -> list[Operation]:
        names = [name.strip() for name in text.split(",") if name.strip()]
        return renamed(path, node, names)

    return Entry("inputs", _("inputs"), "text", held, operations, help=help, given=len(node.input_names) > 1)


def renamed(path: str, node: BlockBase, names: Sequence[str]) -> list[Operation]:
    """Operations that give a block other inputs; wires to those that are gone at the end go with them."""
    if tuple(names) == node.input_names:
        return []
    operations: list[Operation] = [{"edit": "set_input_names", "path": path, "names": list(names)}]
    if place(path).ids and len(node.inputs) > len(names) > 0:
        operations.append({"edit": "set_inputs", "path": path, "inputs": list(node.inputs[: len(names)])})
    return operations


def _outputs(path: str, node: Sequential, outputs: Mapping[str, ValueType]) -> Entry:
    names = [*(each.id for each in reversed(node.children)), *node.input_names]
    known = dict.fromkeys([*with_items(names, path, outputs), *node.outputs])
    return Entry(
        "outputs",
        _("outputs"),
        "list",
        node.outputs,
        lambda chosen: [{"edit": "set_outputs", "path": path, "outputs": chosen}],
        {each: each for each in known},
        help=_("What leaves the block; several are a tuple. None chosen: the output of its last node."),
        hint=f"({names[0]})",
        given=bool(node.outputs),
    )


def _design_inputs(design: Design) -> Iterator[Entry]:
    """A row for the name of each input, with a button that removes it."""
    for number, each in enumerate(design.inputs):
        others = [other for other in _plain(design) if other["name"] != each.name]
        yield Entry(
            f"input:{number}",
            _("input {number}").format(number=number + 1),
            "text",
            each.name,
            _renaming(design, number),
            help=_("What wires call this input of the design, and the code its argument."),
            given=True,
            button=Button(
                _("Remove {name}").format(name=each.name),
                _inputs(others),
                _("Remove this input. What is wired to it is told as a problem."),
                enabled=len(design.inputs) > 1,
            ),
        )


def _renaming(design: Design, number: int) -> Callable[[str], Sequence[Operation]]:
    def operations(name: str) -> list[Operation]:
        inputs = _plain(design)
        inputs[number]["name"] = name.strip()
        return _inputs(inputs) if inputs != _plain(design) else []

    return operations


def another_input(design: Design) -> Button:
    """What adds an input like the last one, under a name that is free."""
    taken = {*design.root.input_names, *(each.id for each in design.root.children)}
    more = {**_plain(design)[-1], "name": unique("x", taken)}
    return Button(_("Add an input"), _inputs([*_plain(design), more]))


def _plain(design: Design) -> list[dict[str, Any]]:
    return [each.model_dump(mode="json") for each in design.inputs]


def _inputs(inputs: list[dict[str, Any]]) -> list[Operation]:
    return [{"edit": "set_design", "inputs": inputs}]
