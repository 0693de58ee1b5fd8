"""Steps of a chain: each adds one or a few nodes to a block that is being filled, or says that it cannot."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from composer.design.nodes import Initializer, Node, Shared, Tensor, Use
from tests.strategies.drawing import Defined, Filling, Make, Module, leaf
from tests.strategies.expressions import EXPRESSIONS
from tests.strategies.leaves import LARGEST, Shape, changing, keeping

Step = Callable[[Filling], bool]


def same_shape(block: Filling) -> bool:
    block.put_any(keeping(block.shape))
    return True


def new_shape(block: Filling) -> bool:
    block.put_any(changing(block.shape) or keeping(block.shape))
    return True


def adapt(block: Filling, shape: Shape) -> None:
    """Bring the flow to a shape; afterwards, the last child gives it."""
    if block.shape != shape:
        if len(block.shape) != 1:
            last = leaf("Unsqueeze", {"dim": 1}) if not block.shape else leaf("flatten", {})
            block.put(last, (prod(block.shape),))
        width = prod(shape)
        block.put(leaf("Linear", {"in_features": block.shape[0], "out_features": width}), (width,))
        if not shape:
            block.put(leaf("Select", {"dim": 1, "index": 0}), ())
        elif len(shape) > 1:
            block.put(leaf("Unflatten", {"dim": 1, "unflattened_size": shape}), shape)
    if not block.positional:
        block.put(leaf("Identity", {}), shape)


def bounded(block: Filling) -> None:
    """Keep values from growing out of the range of float32."""
    block.put(leaf(block.tree.pick(["Tanh", "tanh", "sigmoid", "Softsign"]), {}), block.shape)


_PAIRS = (
    "Add",
    "Sub",
    "Mul",
    "Maximum",
    "Minimum",
    "Concat",
    "Stack",
    "Bilinear",
    "Einsum",
    "Where",
    "PairwiseDistance",
)


def two_of_a_shape(block: Filling) -> bool:
    other = block.tree.pick(block.others(block.shape))
    kind = block.tree.pick(
        ["Add", "Sub", "Mul", "Maximum", "Minimum", "Concat", "Stack", "Bilinear", "Einsum", "Where"]
    )
    shape, wires = block.shape, (block.flow[0], other)
    if block.tree.chance(50):
        wires = wires[::-1]
    if kind == "Concat" and shape and 2 * prod(shape) <= LARGEST:
        block.put(leaf(kind, {"dim": 1}), (2 * shape[0], *shape[1:]), wires)
    elif kind == "Stack" and 2 * prod(shape) <= LARGEST:
        block.put(leaf(kind, {"dim": 1}), (2, *shape), wires)
    elif kind == "Bilinear" and len(shape) == 1:
        sizes = {"in1_features": shape[0], "in2_features": shape[0], "out_features": 4}
        block.put(leaf(kind, sizes), (4,), wires)
    elif kind == "Einsum" and len(shape) == 2:
        block.put(leaf(kind, {"equation": "nij,nij->nj"}), shape[1:], wires)
    elif kind == "PairwiseDistance" and shape:
        block.put(leaf(kind, {"keepdim": True}), (*shape[:-1], 1), wires)
    elif kind == "Where":
        mask = block.put(leaf("Greater", {}), shape, wires)
        block.values.pop()  # truth values are no numbers
        block.put(leaf(kind, {}), shape, (mask, *wires))
    else:
        block.put(leaf(kind if kind in ("Sub", "Mul", "Maximum", "Minimum") else "Add", {}), shape, wires)
    bounded(block)
    return True


def three(block: Filling) -> bool:
    wires = tuple(block.tree.pick(block.others(block.shape)) for _ in range(3))
    if len(block.shape) != 2:
        block.put(leaf("Add", {}), block.shape, wires)
        return True
    length, width = block.shape
    options = {"d_model": width, "nhead": 1, "dim_feedforward": 4, "batch_first": True}
    match block.tree.number(0, 3):
        case 0:
            block.put(leaf("ScaledDotProductAttention", {"is_causal": True}), block.shape, wires)
        case 1:
            block.put(leaf("TransformerDecoderLayer", options), block.shape, wires[:2])
        case 2:
            options = {"embed_dim": width, "num_heads": 1, "batch_first": True}
            block.put_tuple(leaf("MultiheadAttention", options), {"0": block.shape, "1": (length, length)}, wires)
        case _:
            mask = block.put_tensor(tensor("Buffer", (length, length), value=-0.5))
            options = {"embed_dim": width, "num_heads": 1, "batch_first": True, "need_weights": False}
            block.put_tuple(leaf("MultiheadAttention", options), {"0": block.shape}, (*wires, "", mask))
    return True


def tuple_of_parts(block: Filling) -> bool:
    shape, tree = block.shape, block.tree
    if not shape:
        return False
    half = (shape[0] // 2, *shape[1:])
    match tree.number(0, 5):
        case 0 if shape[0] % 2 == 0:
            block.put_tuple(leaf("Chunk", {"chunks": 2, "dim": 1}), {"0": half, "1": half})
        case 1 if shape[0] > 1:
            sizes = (1, shape[0] - 1)
            rest = (shape[0] - 1, *shape[1:])
            block.put_tuple(leaf("Split", {"split_size": sizes, "dim": 1}), {"1": rest, "0": (1, *shape[1:])})
        case 2:
            block.put_tuple(leaf("Sort", {"dim": 1}), {"0": shape})
        case 3:
            block.put_tuple(leaf("TopK", {"k": 1, "dim": 1}), {"0": (1, *shape[1:])})
        case 4:
            block.put_tuple(leaf("Max", {"dim": 1}), {"0": shape[1:]})
        case _:
            block.put_tuple(leaf("Unbind", {"dim": 1}), {str(k): shape[1:] for k in range(min(2, shape[0]))})
    return True


def recurrent(block: Filling) -> bool:
    if len(block.shape) == 1:
        block.put(leaf("Unsqueeze", {"dim": 1}), (1, *block.shape))
    if len(block.shape) != 2:
        return False
    length, width = block.shape
    kind = block.tree.pick(["LSTM", "GRU", "RNN"])
    options = {"input_size": width, "hidden_size": 3, "batch_first": True}
    id = block.put_tuple(leaf(kind, options), {"0": (length, 3)})
    if block.tree.chance(50):
        last = f"{id}.1.0" if kind == "LSTM" else f"{id}.1"
        block.put(leaf("Select", {"dim": 0, "index": -1}), (3,), (last,))
    return True


def unpooled(block: Filling) -> bool:
    if len(block.shape) != 3 or block.shape[1] % 2 or block.shape[2] % 2:
        return False
    channels, height, width = block.shape
    pool = leaf("MaxPool2d", {"kernel_size": 2, "return_indices": True})
    id = block.put_tuple(pool, {"0": (channels, height // 2, width // 2)})
    block.put(leaf("MaxUnpool2d", {"kernel_size": 2}), (channels, height, width), (f"{id}.0", f"{id}.1"))
    return True


def spectral(block: Filling) -> bool:
    if not block.shape:
        return False
    block.put(leaf("FFT", {"norm": "ortho"}), block.shape)
    block.values.pop()  # complex numbers fit nothing else
    block.put(leaf(block.tree.pick(["Abs", "Real", "Imag"]), {}), block.shape, (block.flow[0],))
    return True


def cast(block: Filling) -> bool:
    block.put(leaf("Cast", {"dtype": "float64"}), block.shape)
    block.values.pop()
    block.put(leaf("Cast", {"dtype": "float32"}), block.shape)
    return True


def with_tensor(block: Filling) -> bool:
    tree, shape = block.tree, block.shape
    kind = tree.pick(["Parameter", "Buffer", "Constant"])
    if len(shape) == 1 and tree.chance(50):
        out = tree.number(1, 5)
        weight = block.put_tensor(tensor(kind, (out, shape[0]), scheme="xavier_normal"))
        bias = block.put_tensor(tensor(kind, (out,), value=tuple(0.5 * k for k in range(out))))
        block.put(leaf("linear", {}), (out,), (block.flow[0], weight, *([bias] if tree.chance(50) else [])))
        return True
    if shape and tree.chance(30):
        bias = block.put_tensor(tensor(kind, shape[-1:], value=0.25))
        options = {"normalized_shape": shape[-1:]}
        block.put(leaf("layer_norm", options), shape, (block.flow[0], "", bias))
        return True
    own: list[dict[str, Any]] = [{"value": 1.5}, {"value": 2}, {"scheme": "normal"}, {"scheme": "uniform"}, {}]
    init = tree.pick([*own, *({"scheme": "expression", "expression": each} for each in EXPRESSIONS)])
    id = block.put_tensor(tensor(kind, shape[-1:], **init))
    if kind == "Parameter":
        tree.weights.append(((*block.path, id), shape[-1:]))
    block.put(leaf(tree.pick(["Add", "Mul", "Sub"]), {}), shape, (block.flow[0], id))
    return True


def tensor(kind: Any, shape: tuple[int | str, ...], scheme: str = "", value: Any = None, **options: Any) -> Make:
    init = Initializer(scheme=scheme, options=options) if scheme else None
    return lambda id, _: Tensor(id=id, kind=kind, shape=shape, init=init, value=value)


def expression(block: Filling) -> bool:
    """Sizes and numbers that options of a definition, or the index of a Repeat, decide."""
    tree, shape = block.tree, block.shape
    if not tree.names:
        return False
    size = tree.size_text()
    if len(shape) == 1 and tree.chance(70):
        (width,) = shape
        if tree.chance(70):
            block.put(leaf("Linear", {"in_features": width, "out_features": size}), (-1,))
            block.values.pop()
            block.put(leaf("Linear", {"in_features": size, "out_features": 4}), (4,), () if tree.chance(50) else None)
            _forget_modules(block, 2)
        else:
            down = block.put_tensor(tensor("Parameter", (width, size), scheme="orthogonal"))
            up = block.put_tensor(tensor("Buffer", (size, width), scheme="normal"))
            middle = block.put(leaf("MatMul", {}), (-1,), (block.flow[0], down))
            block.values.pop()
            block.put(leaf("MatMul", {}), shape, (middle, up))
            bounded(block)
        return True
    block.put(leaf(tree.pick(["AddScalar", "SubScalar"]), {"value": size}), shape)
    return True


def _forget_modules(block: Filling, count: int) -> None:
    """The last modules have shapes that expressions decide, so others cannot share them."""
    paths = {(*block.path, node.id) for node in block.nodes[-count:]}
    block.tree.modules = [each for each in block.tree.modules if each.path not in paths]


def shared(block: Filling) -> bool:
    """A module from before once more, after what brings the flow to the shape that it takes."""
    head = block.path[: block.copied]
    fits = [each for each in block.tree.modules if each.path[: block.copied] == head and len(each.path) > block.copied]
    if not fits:
        return False
    original = block.tree.pick([each for each in fits if each.takes == block.shape] or fits)
    adapt(block, original.takes)
    of = ".".join(original.path)
    block.put(lambda id, inputs: Shared(id=id, of=of, inputs=inputs), original.gives)
    return True


def use(block: Filling) -> bool:
    """A use of a definition, after what brings the flow to the shapes it takes."""
    tree = block.tree
    fits = [each for each in tree.defined if not (block.copied and each.lazy)]
    if not fits:
        return False
    defined = tree.pick(fits)
    wires = None
    if len(defined.takes) > 1:
        adapt(block, defined.takes[1])
        other = tree.pick(block.others(defined.takes[1]))
        adapt(block, defined.takes[0])
        wires = (block.flow[0], other)
    adapt(block, defined.takes[0])
    id = block.put(use_of(block, defined), defined.gives, wires)
    note_use(block, defined, id)
    return True


def use_of(block: Filling, defined: Defined) -> Make:
    """A use with options: numbers, expressions, or the default."""
    tree = block.tree
    options: dict[str, int | str] = {}
    for option in defined.definition.options:
        if option.default is None or tree.chance(50):
            options[option.name] = tree.size_text(cap=4) if tree.names and tree.chance(80) else tree.number(1, 4)

    def make(id: str, inputs: tuple[str, ...]) -> Node:
        return Use(id=id, of=defined.definition.name, options=options, inputs=inputs)

    return make


def note_use(block: Filling, defined: Defined, id: str) -> None:
    """The modules and parameters inside a use can be shared and tied, too."""
    head = (*block.path, id)
    block.tree.modules += [Module((*head, *each.path), each.takes, each.gives) for each in defined.modules]
    block.tree.weights += [((*head, *path), shape) for path, shape in defined.weights]


STEPS: tuple[Step, ...] = (
    same_shape, same_shape, same_shape, new_shape, new_shape, new_shape, two_of_a_shape, two_of_a_shape, three,
    tuple_of_parts, recurrent, unpooled, spectral, cast, with_tensor, with_tensor, shared, shared, use, use,
)  # fmt: skip
