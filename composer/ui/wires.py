"""Where the inputs of a node come from: choices of what is in scope, with the items of what is a tuple."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from composer.design.checks.references import takes
from composer.design.document import Design
from composer.design.edits.trees import is_shortcut
from composer.design.nodes import BlockBase, Node, Parallel, Repeat, Tensor
from composer.design.paths import find, join, place
from composer.reports import ValueType
from composer.ui.entries import Entry
from composer.ui.handler import Operation
from composer.ui.language import _

_MANY = 200  # choices; of more, nobody finds one in a list, and it is typed


def wires(design: Design, path: str, node: Node, outputs: Mapping[str, ValueType]) -> Iterator[Entry]:
    """A row for each input of the node at `path`; `outputs` are the values that are known, by path."""
    scope = in_scope(design, path)
    if not scope or isinstance(node, Tensor):
        return
    names, nothing = slots(design, path, node), _without_wires(design, path)
    help = _("A node that stands earlier in the block, or an input of the block.")
    offered = with_items(scope, str(place(path).parent), outputs)
    many = len(offered) > _MANY
    for number, name in enumerate(names):
        wire = node.inputs[number] if number < len(node.inputs) else ""
        alone = number == 0 and not node.inputs
        empty = f"({nothing})" if alone else _("(none)")
        choices = {"": empty, **{each: each for each in (*offered, wire) if each}}
        label = name if len(names) > 1 and name else _("input {number}").format(number=number + 1)
        yield Entry(
            f"wire:{number}",
            label,
            "text" if many else "choice",
            wire,
            _setting(path, node, number),
            None if many else choices,
            help=help,
            hint=empty,
            given=bool(wire),
        )


def _setting(path: str, node: Node, number: int) -> Callable[[str], Sequence[Operation]]:
    def operations(wire: str) -> list[Operation]:
        inputs = [*node.inputs, *[""] * (number + 1 - len(node.inputs))]
        inputs[number] = wire.strip()
        while inputs and not inputs[-1]:
            inputs.pop()
        return [] if tuple(inputs) == node.inputs else [{"edit": "set_inputs", "path": path, "inputs": inputs}]

    return operations


def with_items(names: Sequence[str], block: str, outputs: Mapping[str, ValueType]) -> list[str]:
    """Names of nodes in a block, each followed by the references to the items of its output where that is a tuple."""
    return [each for name in names for each in (name, *_items(name, outputs.get(join(block, name))))]


def _items(reference: str, value: ValueType | None) -> Iterator[str]:
    if isinstance(value, tuple):
        for number, item in enumerate(value):
            yield f"{reference}.{number}"
            yield from _items(f"{reference}.{number}", item)


def in_scope(design: Design, path: str) -> list[str]:
    """What a wire of the node at `path` may name; nothing where the block around it does the wiring."""
    at = place(path)
    if not at.ids:
        return []
    parent = find(design, str(at.parent))
    if not isinstance(parent, BlockBase) or isinstance(parent, Repeat):
        return []
    ids = [each.id for each in parent.children]
    return [*reversed(ids[: ids.index(at.ids[-1])]), *parent.input_names]


def _without_wires(design: Design, path: str) -> str:
    """What a node takes that has no wires: the output of the one before, or where it begins anew the block's input."""
    at = place(path)
    parent = find(design, str(at.parent))
    assert isinstance(parent, BlockBase)
    anew = isinstance(parent, Parallel) or is_shortcut(parent, at.ids[-1])
    return parent.input_names[0] if anew else in_scope(design, path)[0]


def slots(design: Design, path: str, node: Node) -> tuple[str, ...]:
    """The names of the inputs that are offered, "" for one without; those of any number end with a free one."""
    least, most, names = takes(design, node, path)
    count = max(len(node.inputs), least)
    if most is None:
        count = max(len(node.inputs) + 1, least)
    return (*names, *[""] * (count - len(names)))
