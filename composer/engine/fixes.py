"""Repairs of a failed step, as edits that the app and the command line can offer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

from composer.design.document import Design
from composer.design.lower import lower
from composer.design.names import unique
from composer.design.nodes import Layer, Node, Op, Parallel, Residual, Sequential
from composer.design.paths import find, place
from composer.design.plan import step_at
from composer.engine.explain import wants_floats
from composer.engine.flow import Failure, Record
from composer.errors import Fix
from composer.expressions import Name, is_expression, parse
from composer.reports import TensorType, ValueType

Edit = Mapping[str, Any]


def fixes(
    design: Design, failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]
) -> tuple[Fix, ...]:
    """What would make the failed step run, the most likely first. `inputs` are its types with their sizes named."""
    node = find(design, failure.at.node)
    return (
        *_item(design, failure, node, inputs),
        *_flatten(design, failure, node, inputs),
        *_sizes(failure, node, inputs, records),
        *_cast(design, failure, node, inputs),
        *_dim(failure, node, inputs),
        *_shortcut(failure, node, inputs),
    )


def _item(design: Design, failure: Failure, node: Node, inputs: tuple[ValueType, ...]) -> Iterator[Fix]:
    """The first item of a tuple, such as the outputs of an LSTM, instead of the tuple."""
    step = step_at(lower(design), failure.at.node)
    if step is None or not inputs or not isinstance(inputs[0], tuple) or not inputs[0]:
        return
    wires = ["" if ref is None else str(ref) for ref in step.inputs]
    change = {"edit": "set_inputs", "path": failure.at.node, "inputs": [f"{wires[0]}.0", *wires[1:]]}
    yield Fix("take the first item of the tuple", (change,), certain=True)


def _flatten(design: Design, failure: Failure, node: Node, inputs: tuple[ValueType, ...]) -> Iterator[Fix]:
    """A Linear that is fed feature maps, and would take them flattened."""
    first = inputs[0] if inputs else None
    if not isinstance(node, Layer) or node.kind != "Linear" or not isinstance(first, TensorType):
        return
    sizes = first.dims[1:]
    if len(sizes) < 2 or not all(isinstance(size, int) for size in sizes) or not failure.mismatches:
        return
    together = prod(size for size in sizes if isinstance(size, int))
    edits = _insert_before(design, failure.at.node, node, Layer(id="flatten", kind="Flatten"))
    if not edits:
        return
    if together == failure.mismatches[0].expected:
        yield Fix("insert a Flatten before it", edits, certain=True)
    elif not is_expression(node.options["in_features"]):
        resize = {"edit": "set_option", "path": failure.at.node, "name": "in_features", "value": together}
        yield Fix(f"insert a Flatten before it and set in_features={together}", (*edits, resize))


def _sizes(failure: Failure, node: Node, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Iterator[Fix]:
    """Options set to the sizes that come in; or the layer made lazy."""
    if not failure.mismatches or not failure.mended or not isinstance(node, Layer):
        return
    if not all(_is_definite(failure, k, inputs) for k in range(len(failure.mismatches))):
        return
    edits = [_set_size(failure, node, each.option, each.received, records) for each in failure.mismatches]
    flat = node.kind != "Linear" or not isinstance(inputs[0], TensorType) or len(inputs[0].dims) <= 2
    if all(edits):
        names = " and ".join(f"{each['name']}={_shown(each['value'])}" for each in edits if each)
        own = all(each and each["path"] == failure.at.node for each in edits)
        where = "" if own else f" of {next(each['path'] for each in edits if each)}"
        yield Fix(f"set {names}{where}", tuple(each for each in edits if each), certain=flat and own)
    if node.spec.lazy and {each.option for each in failure.mismatches} <= set(node.spec.infers):
        yield Fix("make it lazy", ({"edit": "set_kind", "path": failure.at.node, "kind": node.spec.lazy},))


def _is_definite(failure: Failure, k: int, inputs: tuple[ValueType, ...]) -> bool:
    """Whether a received size is a number for every batch, not a symbol's."""
    mismatch = failure.mismatches[k]
    named, actual = inputs[mismatch.input], failure.inputs[mismatch.input]
    assert isinstance(named, TensorType) and isinstance(actual, TensorType)
    received = mismatch.received if isinstance(mismatch.received, tuple) else (mismatch.received,)
    return all(size in named.dims for size in received)


def _shown(value: Any) -> str:
    return "×".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _set_size(failure: Failure, node: Layer, option: str, value: Any, records: Mapping[str, Record]) -> Edit | None:
    """The edit that makes `option` be `value`: where it is written, in the node or in the use that gives it."""
    written = node.options.get(option)
    if isinstance(value, tuple):
        return {"edit": "set_option", "path": failure.at.node, "name": option, "value": list(value)}
    if not is_expression(written):
        return {"edit": "set_option", "path": failure.at.node, "name": option, "value": value}
    tree = parse(str(written))
    use = records.get(failure.at.scope)
    if isinstance(tree, Name) and use and failure.at.scope:
        return {"edit": "set_option", "path": use.node, "name": tree.name, "value": value}
    return None


def _cast(design: Design, failure: Failure, node: Node, inputs: tuple[ValueType, ...]) -> Iterator[Fix]:
    """Numbers of another type than the layer takes."""
    first = inputs[0] if inputs else None
    if not isinstance(node, Layer | Op) or not isinstance(first, TensorType):
        return
    embeds = node.spec.category == "Embedding"
    wanted = "int64" if embeds else failure.dtype or ("float32" if wants_floats(failure, first) else "")
    if not wanted or first.dtype == wanted or (embeds and first.dtype == "int32") or first.dtype.startswith("complex"):
        return
    edits = _insert_before(design, failure.at.node, node, Op(id="cast", kind="Cast", options={"dtype": wanted}))
    if edits:
        yield Fix(f"insert a Cast to {wanted} before it", edits, certain=not embeds)


def _insert_before(design: Design, path: str, node: Node, new: Node) -> tuple[Edit, ...]:
    """Edits that put `new` in front of `node`, on its first wire; none where its block has no place for it."""
    at = place(path)
    block = find(design, str(at.parent)) if at.ids else None
    if not isinstance(block, Sequential | Residual) or node not in block.nodes:
        return ()
    taken = {*block.input_names, *(child.id for child in block.children)}
    id = unique(new.id, taken)
    data: dict[str, Any] = {"kind": new.kind, "id": id}
    if isinstance(new, Layer | Op) and new.options:
        data["options"] = dict(new.options)
    if node.inputs:
        data["inputs"] = [node.inputs[0]]
    insert = {"edit": "insert", "path": str(at.parent), "index": block.nodes.index(node), "node": data}
    if not node.inputs:
        return (insert,)
    return (insert, {"edit": "set_inputs", "path": path, "inputs": [id, *node.inputs[1:]]})


def _dim(failure: Failure, node: Node, inputs: tuple[ValueType, ...]) -> Iterator[Fix]:
    """A concat along the one dimension in which its inputs differ."""
    shapes = [each.dims for each in inputs if isinstance(each, TensorType)]
    if failure.kind != "Concat" or len(shapes) < len(inputs) or len({len(dims) for dims in shapes}) != 1:
        return
    differ = [axis for axis, sizes in enumerate(zip(*shapes, strict=True)) if len(set(sizes)) > 1]
    if len(differ) != 1:
        return
    edit = "set_field" if isinstance(node, Parallel) else "set_option"
    if isinstance(node, Parallel) or (isinstance(node, Op) and node.kind == "Concat"):
        change = {"edit": edit, "path": failure.at.node, "name": "dim", "value": differ[0]}
        yield Fix(f"join along dimension {differ[0]}", (change,), certain=True)


def _shortcut(failure: Failure, node: Node, inputs: tuple[ValueType, ...]) -> Iterator[Fix]:
    """A residual whose body changes the number of features or channels."""
    if not isinstance(node, Residual) or node.shortcut or failure.kind != "Add" or len(inputs) != 2:
        return
    body, entry = inputs
    if not isinstance(body, TensorType) or not isinstance(entry, TensorType) or len(body.dims) != len(entry.dims):
        return
    projection = _projection(entry.dims, body.dims)
    if projection:
        id = unique("shortcut", {*node.input_names, *(child.id for child in node.nodes)})
        change = {"edit": "set_shortcut", "path": failure.at.node, "node": {**projection, "id": id}}
        yield Fix(f"add a shortcut, {projection['kind']}", (change,), certain=True)


def _projection(entry: tuple[int | str, ...], body: tuple[int | str, ...]) -> dict[str, Any] | None:
    """A layer from sizes `entry` to sizes `body`: a Linear, or a 1×1 convolution that may stride."""
    if len(entry) in (2, 3) and entry[:-1] == body[:-1]:
        return {"kind": "Linear", "options": {"in_features": entry[-1], "out_features": body[-1]}}
    if len(entry) != 4 or entry[0] != body[0]:
        return None
    strides = []
    for before, after in zip(entry[2:], body[2:], strict=True):
        if before == after:
            strides.append(1)
        elif isinstance(before, int) and isinstance(after, int) and 0 < after < before and _strides_to(before, after):
            strides.append(before // after)
        else:
            return None
    options: dict[str, Any] = {"in_channels": entry[1], "out_channels": body[1], "kernel_size": 1}
    if set(strides) != {1}:
        options["stride"] = strides[0] if len(set(strides)) == 1 else strides
    return {"kind": "Conv2d", "options": options}


def _strides_to(before: int, after: int) -> bool:
    """Whether a stride of `before // after` leaves `after` of `before` points."""
    return -(-before // (before // after)) == after
