"""What a custom layer declares: its parameters, buffers and constants, and the layers that its code calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from composer.catalog import LAYERS
from composer.design.document import Definition, Design
from composer.design.nodes import Node, Tensor, Use
from composer.ui.entries import Button, Entry
from composer.ui.fields import Field, fields_of, name_of
from composer.ui.handler import Operation
from composer.ui.language import _
from composer.ui.layers.custom import code_of
from composer.ui.palette import layer_node
from composer.ui.values import FieldError

LAYER = "layer"
_NORMAL = {"scheme": "normal"}


def node_fields(design: Design, definition: Definition, node: Node) -> Iterator[Field]:
    """The fields of one thing that is declared."""
    path = f".{definition.name}.{node.id}"
    yield from name_of(design, path, node)
    yield from fields_of(design, path, node)


def title(node: Node) -> tuple[str, str]:
    """Its name, and what it is."""
    if isinstance(node, Tensor):
        sizes = "×".join(str(each).removeprefix("=") for each in node.shape)
        return node.id, f"{node.kind} {sizes}"
    return node.id, node.of if isinstance(node, Use) else node.kind


def add_tensors(definition: Definition) -> list[Button]:
    """Buttons for one more of each kind."""
    kinds: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("Parameter", _("parameter"), _("Add a parameter: a tensor that is learned"), {"init": _NORMAL}),
        ("Buffer", _("buffer"), _("Add a buffer: a tensor that is saved and not learned"), {}),
        ("Constant", _("constant"), _("Add a constant: a tensor that is neither learned nor saved"), {}),
    )
    return [
        Button(label, [_insert(definition, {"kind": kind, "shape": [1], **rest})], help)
        for kind, label, help, rest in kinds
    ]


def add_layer(design: Design, definition: Definition) -> Entry:
    """A field for the kind of one more layer, or the name of another definition."""
    others = {each.name: each.name for each in design.definitions if each.name != definition.name}
    kinds = {spec.kind: spec.kind for spec in LAYERS.values() if spec.category != "Loss"}

    def operations(text: str) -> Sequence[Operation]:
        asked = text.strip()
        if not asked:
            return ()
        if asked in others:
            found = next(each for each in design.definitions if each.name == asked)
            options = {each.name: 1 for each in found.options if each.default is None}
            return [_insert(definition, {"kind": "Use", "of": asked, "options": options})]
        if asked in LAYERS:
            return [_insert(definition, layer_node(asked))]
        raise FieldError(_("expects the name of a layer, such as Linear, or of a definition of this design"))

    help = _("Its code calls it as self.<name>(x).")
    hint = _("Linear, Conv2d, …")
    return Entry(LAYER, _("add a layer"), "text", "", operations, {**others, **kinds}, help, hint)


def remove_node(definition: Definition, node: Node) -> Button:
    """A button that removes one."""
    edit = {"edit": "remove", "path": f".{definition.name}.{node.id}"}
    return Button(_("Remove"), [edit], _("Remove {name}").format(name=node.id))


def _insert(definition: Definition, node: dict[str, Any]) -> Operation:
    """It gets an id of its own there, so that two quick clicks make two."""
    return {"edit": "insert", "path": f".{definition.name}", "index": len(code_of(definition).nodes), "node": node}
