"""What single nodes say: options of layers, ops and uses, fields of blocks and tensors, and kinds."""

from __future__ import annotations

from composer.catalog import LAYERS, NODES, NodeSpec
from composer.design.document import Design
from composer.design.edits.refusal import rebuilt, refusal
from composer.design.edits.sizes import free_names, renamed
from composer.design.edits.trees import locate, locate_child, with_node
from composer.design.nodes import (
    TENSOR_KINDS,
    Initializer,
    Layer,
    Node,
    Op,
    Repeat,
    Tensor,
    Use,
    Value,
    rebuild,
)
from composer.design.paths import Place, find

FIELDS: dict[str, tuple[str, ...]] = {
    "Parallel": ("merge", "dim"),
    "Repeat": ("times", "mode", "index"),
    "Use": ("of",),
    "Shared": ("of",),
    **dict.fromkeys(TENSOR_KINDS, ("shape", "dtype", "init", "value")),
}
"""The fields that `set_field` sets, for each kind of node that has some."""


def set_option(design: Design, path: str, name: str, value: Value) -> Design:
    """Set an option of the layer, op or use at `path`. Whether the value fits is for `check` to say.

    Raises:
        EditError: where there is no such node or option.
    """
    at, node = _node_at(design, path)
    known = _option_names(design, node)
    if name not in known:
        raise refusal(path, f"an option of {node.kind} ({', '.join(known) or 'it has none'})", repr(name))
    options = {**node.options, name: value}  # type: ignore[union-attr]  # it has options, by its kind
    return with_node(design, at, rebuilt(node, path, options=options))


def unset_option(design: Design, path: str, name: str) -> Design:
    """Leave an option of the layer, op or use at `path` to its default.

    Raises:
        EditError: where there is no such node, or it does not say the option.
    """
    at, node = _node_at(design, path)
    options = dict(node.options) if isinstance(node, Layer | Op | Use) else {}
    if name not in options:
        raise refusal(path, f"an option that is set ({', '.join(options) or 'none is'})", repr(name))
    del options[name]
    return with_node(design, at, rebuilt(node, path, options=options))


def set_field(design: Design, path: str, name: str, value: Initializer | Value) -> Design:
    """Set what a node says beside options: see `FIELDS`. Another index is read by its body's expressions at once.

    Raises:
        EditError: where there is no such node or field, or the field does not take the value.
    """
    at, node = _node_at(design, path)
    known = FIELDS.get(node.kind, ())
    if name not in known:
        raise refusal(path, f"a field of {node.kind} ({', '.join(known) or 'it has none'})", repr(name))
    if isinstance(node, Repeat) and name == "index" and value != node.index:
        if value in free_names(node.body):
            raise refusal(path, "an index that the body does not read as something else", repr(value))
        node = rebuilt(node, path, body=renamed(node.body, {node.index: str(value)}))
    return with_node(design, at, rebuilt(node, path, **{name: value}))


def set_kind(design: Design, path: str, kind: str) -> Design:
    """Make the layer or op at `path` one of another kind, with those of its options that still apply.

    A parameter, buffer or constant becomes another of these.

    Raises:
        EditError: where there is no such node, or no such kind.
    """
    at = locate_child(design, path)
    node = find(design, str(at))
    if isinstance(node, Tensor) and kind in TENSOR_KINDS:
        return with_node(design, at, rebuild(node, kind=kind))
    if not isinstance(node, Layer | Op) or kind not in NODES:
        known = " or ".join(TENSOR_KINDS) if isinstance(node, Tensor) else "the kind of a layer or op"
        raise refusal(path, known, f"{kind!r} for a {node.kind}")
    options = _still_apply(NODES[kind], node.options)
    model: type[Layer | Op] = Layer if kind in LAYERS else Op
    return with_node(design, at, model(id=node.id, inputs=node.inputs, kind=kind, options=options))


def _still_apply(spec: NodeSpec, options: dict[str, Value]) -> dict[str, Value]:
    return {
        name: value
        for name, value in options.items()
        if name in spec.by_name and spec.by_name[name].accepts(spec.by_name[name].normalize(value))
    }


def _option_names(design: Design, node: Node) -> tuple[str, ...]:
    if isinstance(node, Layer | Op):
        return tuple(node.spec.by_name)
    definition = design.definition(node.of) if isinstance(node, Use) else None
    return tuple(option.name for option in definition.options) if definition else ()


def _node_at(design: Design, path: str) -> tuple[Place, Node]:
    at = locate(design, path)
    return at, find(design, str(at))
