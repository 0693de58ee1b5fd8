"""Each node by itself: its id, options, sizes and values."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from composer.catalog import RESERVED_IDS
from composer.catalog.options import DTYPES
from composer.design.checks import values
from composer.design.document import Design
from composer.design.names import is_free_name
from composer.design.nodes import (
    BlockBase,
    Layer,
    Node,
    Op,
    Parallel,
    Repeat,
    Tensor,
    Use,
    Value,
)
from composer.design.paths import scopes, walk
from composer.errors import Fix, Problem
from composer.memo import Memo

MAX_VALUES = 10_000  # numbers written out in a document's tensor


def problems(design: Design) -> Iterator[Problem]:
    """Problems of every node of every tree."""
    for path, root, names in scopes(design):
        yield from _node(design, root, path, frozenset(names))


def _node(design: Design, node: Node, path: str, scope: frozenset[str]) -> Iterator[Problem]:
    if node.id in RESERVED_IDS and not isinstance(node, Op):
        edit = {"edit": "rename", "path": path, "id": f"{node.id}_"}
        fix = Fix(f"rename it to {node.id}_", (edit,), certain=True)
        yield Problem(path, "reserved-id", "an id that torch.nn.Module does not use itself", repr(node.id), (fix,))
    match node:
        case Layer() | Op():
            yield from values.options(path, node.spec, node.options, scope, own_sizes=isinstance(node, Op))
        case Tensor():
            yield from _tensor(node, path, scope)
        case Use():
            yield from _use(design, node, path, scope)
        case Repeat():
            yield from _repeat(design, node, path, scope)
            scope = scope | {node.index}
        case Parallel() if not node.nodes:
            yield Problem(path, "empty-parallel", "at least one branch", "none")
    if isinstance(node, BlockBase):
        for child in node.children:
            if not isinstance(child, Layer | Op):
                yield from _node(design, child, _below(path, child.id), scope)
            elif not _sound.get((id(child), scope)):
                yield from _leaf(design, child, _below(path, child.id), scope)


_sound: Memo[bool] = Memo(50_000)


def _leaf(design: Design, leaf: Layer | Op, path: str, scope: frozenset[str]) -> tuple[Problem, ...]:
    """Problems of a layer or op; that it has none is remembered, since that is so at any path."""
    found = tuple(_node(design, leaf, path, scope))
    if not found:
        _sound.put((id(leaf), scope), True, leaf)
    return found


def _below(path: str, id: str) -> str:
    return f"{path}.{id}" if path else id


def _use(design: Design, node: Use, path: str, scope: Collection[str]) -> Iterator[Problem]:
    definition = design.definition(node.of)
    if definition is None:
        known = [each.name for each in design.definitions]
        received = f"{values.shown(node.of)}{values.close(node.of, known)}"
        yield Problem(path, "unknown-definition", f"a definition ({', '.join(known) or 'there is none'})", received)
        return
    declared = {option.name: option for option in definition.options}
    for name, value in node.options.items():
        if name not in declared:
            fix = Fix(f"remove {name}", ({"edit": "unset_option", "path": path, "name": name},), certain=True)
            expected = f"options of {definition.name} ({', '.join(declared) or 'it has none'})"
            yield Problem(path, "unknown-option", expected, f"the option {values.shown(name)}", (fix,))
        else:
            yield from values.size(path, name, value, scope, low=-(2**53))
    for name, option in declared.items():
        if option.default is None and name not in node.options:
            yield Problem(path, "missing-option", f"a value for {name}: an integer", "none")


def _repeat(design: Design, node: Repeat, path: str, scope: Collection[str]) -> Iterator[Problem]:
    yield from values.size(path, "times", node.times, scope)
    if not isinstance(node.body, Layer | Use | BlockBase):
        yield Problem(path, "bad-body", "a layer, a block or a use as its body", node.body.kind)
    if node.mode == "copy" and _has_lazy(design, node.body):
        expected = "layers of known sizes to copy: lazy ones have no values yet"
        yield Problem(path, "lazy-copy", expected, "a lazy layer in its body")
    if not is_free_name(node.index):
        yield Problem(path, "bad-name", "an index that is a plain name", values.shown(node.index))
    elif design.definition(node.index):
        yield Problem(path, "name-taken", "an index named unlike any definition", repr(node.index))
    elif node.index in scope:
        yield Problem(path, "name-taken", "an index of its own name", f"{node.index!r}, which is in scope already")


def _has_lazy(design: Design, body: Node) -> bool:
    pending, seen = [body], set[str]()
    while pending:
        for _, node in walk(pending.pop()):
            if isinstance(node, Layer) and node.spec.concrete:
                return True
            definition = design.definition(node.of) if isinstance(node, Use) and node.of not in seen else None
            if definition:
                seen.add(definition.name)
                pending.append(definition.body)
    return False


def _tensor(node: Tensor, path: str, scope: Collection[str]) -> Iterator[Problem]:
    for k, each in enumerate(node.shape):
        yield from values.size(path, f"size {k}", each, scope)
    if node.dtype not in DTYPES:
        yield Problem(path, "bad-dtype", f"a dtype ({', '.join(DTYPES)})", values.shown(node.dtype))
    elif node.kind == "Parameter" and not node.dtype.startswith(("float", "bfloat", "complex")):
        yield Problem(path, "bad-dtype", "a parameter of real or complex numbers", node.dtype)
    if node.inputs:
        fix = Fix("remove its wires", ({"edit": "set_inputs", "path": path, "inputs": []},), certain=True)
        yield Problem(path, "inputs-of-tensor", f"no inputs for a {node.kind}", f"{len(node.inputs)}", (fix,))
    if node.init:
        yield from values.initializer(path, node.init, scope)
        if node.init.scheme == "sparse" or not node.dtype.startswith(("float", "bfloat")):
            yield from _needs_floats(node, path)
    if node.value is not None:
        yield from _literal(node, path)


def _needs_floats(node: Tensor, path: str) -> Iterator[Problem]:
    if not node.dtype.startswith(("float", "bfloat")):
        yield Problem(path, "bad-initializer", "an initializer only for real numbers", f"{node.dtype}")


def _literal(node: Tensor, path: str) -> Iterator[Problem]:
    if node.init:
        yield Problem(path, "two-values", "either a value or an initializer", "both")
    shape = _shape_of(node.value)
    if shape is None:
        yield Problem(path, "bad-value", f"a number, or nested lists of up to {MAX_VALUES:,} numbers", "other values")
    elif shape and shape != node.shape:
        yield Problem(path, "bad-value", f"values of shape {list(node.shape)}", f"shape {list(shape)}")


def _shape_of(value: Value) -> tuple[int, ...] | None:
    """The shape of nested tuples of numbers, or None where they are ragged, empty, too many or no numbers."""
    if not isinstance(value, tuple):
        return () if isinstance(value, bool | int | float) else None
    inner = {_shape_of(each) for each in value[: MAX_VALUES + 1]}
    if len(inner) != 1:
        return None
    (below,) = inner
    if below is None:
        return None
    shape = (len(value), *below)
    count = 1
    for dim in shape:
        count *= dim
    return shape if count <= MAX_VALUES else None
