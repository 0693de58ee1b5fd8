"""Blocks, filled with random children, that bring the flow to some shape or leave it as it is."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from composer.catalog import LAYERS
from composer.design.nodes import BlockBase, Layer, Node, Parallel, Repeat, Residual, Sequential, Use
from tests.strategies.drawing import Filling, leaf
from tests.strategies.leaves import LARGEST, Shape, keeping
from tests.strategies.names import INDEX_NAMES, INPUT_NAMES
from tests.strategies.templates import STEPS, Step, adapt, bounded, expression, note_use, use, use_of

DEEPEST = 3


def fill(block: Filling, most: int = 4) -> None:
    """Draw some children. The flow ends wherever it ends."""
    for _ in range(block.tree.number(1, most)):
        if block.tree.left > 0:
            step = _step(block)
            if not step(block):
                block.put_any(keeping(block.shape))


def _step(block: Filling) -> Step:
    tree = block.tree
    if tree.names and tree.chance(45):
        return expression if tree.chance(75) else use
    return tree.pick(BLOCKS if block.depth < DEEPEST and tree.chance(35) else STEPS)


def below(block: Filling, id: str, inputs: Mapping[str, Shape], copied: int = 0) -> Filling:
    """The inside of a child of `block`."""
    path = (*block.path, id)
    return Filling(block.tree, path, inputs, block.depth + 1, copied or block.copied)


def input_names(block: Filling, count: int) -> tuple[str, ...]:
    """Names of a block's inputs, mostly plain ones."""
    if block.tree.chance(60):
        return ("x", "skip", "other")[:count]
    names: list[str] = []
    while len(names) < count:
        names.append(block.tree.pick([name for name in INPUT_NAMES if name not in names]))
    return tuple(names)


def sequential(block: Filling) -> bool:
    """A Sequential of one or two inputs, with one or two outputs."""
    id, tree = block.fresh_id(), block.tree
    wires: tuple[str, ...] | None = None
    shapes = [block.shape]
    if tree.chance(35):
        other, shape = tree.pick(block.values)
        wires, shapes = (block.flow[0], other), [block.shape, shape]
    names = input_names(block, len(shapes))
    inner = below(block, id, dict(zip(names, shapes, strict=True)))
    if len(shapes) > 1 and shapes[0] == shapes[1] and tree.chance(50):
        inner.put(leaf("Sub", {}), shapes[0], ())  # the first child takes all inputs
    fill(inner)
    if tree.chance(25):
        _several_outputs(block, id, inner, wires)
        return True
    outputs: tuple[str, ...] = ()
    if not inner.positional or tree.chance(15):
        outputs = (inner.flow[0],)

    def make(id: str, inputs: tuple[str, ...]) -> Node:
        return Sequential(id=id, input_names=names, nodes=tuple(inner.nodes), outputs=outputs, inputs=inputs)

    block.put(make, inner.shape, wires, id)
    return True


def _several_outputs(block: Filling, id: str, inner: Filling, wires: tuple[str, ...] | None) -> None:
    chosen = [inner.tree.pick(inner.values) for _ in range(2)]
    outputs = tuple(wire for wire, _ in chosen)

    def make(id: str, inputs: tuple[str, ...]) -> Node:
        names = tuple(inner.inputs)
        return Sequential(id=id, input_names=names, nodes=tuple(inner.nodes), outputs=outputs, inputs=inputs)

    items = {str(k): shape for k, (_, shape) in enumerate(chosen)}
    block.put_tuple(make, items, wires, id)


def parallel(block: Filling) -> bool:
    """Branches brought to one shape, or of any shapes where they stay a tuple."""
    id, tree = block.fresh_id(), block.tree
    merge = tree.pick(["stack", "multiply", "add", "concat", "tuple"])
    (name,) = input_names(block, 1)
    count = tree.number(1, 3)
    goal = tree.pick([block.shape, (4,), (2, 3)]) or (2,)
    if count * prod(goal) > LARGEST:
        return False
    frame = below(block, id, {name: block.shape})
    gives: list[Shape] = []
    for _ in range(count):
        frame.flow, frame.positional = (name, block.shape), True
        branch(frame, None if merge == "tuple" else goal)
        gives.append(frame.shape)

    def make(id: str, inputs: tuple[str, ...]) -> Node:
        dim = 1 if merge in ("concat", "stack") else 0
        return Parallel(id=id, input_names=(name,), nodes=tuple(frame.nodes), merge=merge, dim=dim, inputs=inputs)

    if merge == "tuple" and count > 1:
        block.put_tuple(make, {str(k): shape for k, shape in enumerate(gives)}, None, id)
        return True
    merged = {"concat": (count * goal[0], *goal[1:]), "stack": (count, *goal)}
    shape = gives[0] if merge == "tuple" else merged.get(merge, goal)
    block.put(make, shape, None, id)
    bounded(block)
    return True


def branch(frame: Filling, goal: Shape | None) -> None:
    """One node: a leaf where the shape stays, else a Sequential."""
    if goal == frame.shape and frame.tree.chance(50):
        frame.put_any(keeping(frame.shape))
        return
    id = frame.fresh_id()
    inner = below(frame, id, {"x": frame.shape})
    fill(inner, 2)
    adapt(inner, inner.shape if goal is None else goal)
    frame.put(lambda id, inputs: Sequential(id=id, nodes=tuple(inner.nodes), inputs=inputs), inner.shape, None, id)


def residual(block: Filling) -> bool:
    """A body with its input added, or with a shortcut that brings the input to the body's shape."""
    id, tree, shape = block.fresh_id(), block.tree, block.shape
    (name,) = input_names(block, 1)
    inner = below(block, id, {name: shape})
    fill(inner)
    with_shortcut = tree.chance(50)
    adapt(inner, inner.shape if with_shortcut else shape)
    body, goal = tuple(inner.nodes), inner.shape
    shortcut: Node | None = None
    if with_shortcut:
        inner.flow, inner.positional = (name, shape), True
        branch(inner, goal)
        shortcut = inner.nodes[-1]

    def make(id: str, inputs: tuple[str, ...]) -> Node:
        return Residual(id=id, input_names=(name,), nodes=body, shortcut=shortcut, inputs=inputs)

    block.put(make, goal, None, id)
    return True


def repeat(block: Filling) -> bool:
    """A body that keeps the shape, some times over, in one of the three modes."""
    id, tree, shape = block.fresh_id(), block.tree, block.shape
    mode = tree.pick(["new", "new", "copy", "same"])
    free = [name for name in INDEX_NAMES if name not in (*tree.names, *tree.indices)]
    if not free:
        return False
    index, outside, around = tree.pick(free), dict(tree.names), tree.indices
    times: int | str = tree.size_text(cap=3) if tree.names and tree.chance(60) else tree.number(1, 3)
    count = 2 if len(shape) == 1 and tree.chance(25) else 1
    names, wires = input_names(block, count), None
    if count == 2:
        wires = (block.flow[0], tree.pick(block.others(shape)))
    tree.indices = (*around, index)
    if mode == "new":
        tree.names[index] = 0
    known = len(tree.weights)
    frame = below(block, id, dict.fromkeys(names, shape), len(block.path) + 2 if mode == "copy" else 0)
    body = body_of(frame, shape, count)
    tree.names, tree.indices = outside, around
    if mode != "same" and isinstance(times, int) and times > 1:
        place = len(block.path) + 1
        tree.weights += [((*path[:place], "1", *path[place + 1 :]), size) for path, size in tree.weights[known:]]

    def make(id: str, inputs: tuple[str, ...]) -> Node:
        return Repeat(id=id, input_names=names, body=body, times=times, mode=mode, index=index, inputs=inputs)

    block.put(make, shape, wires, id)
    return True


def body_of(frame: Filling, shape: Shape, count: int) -> Node:
    """The body of a Repeat, which is no op."""
    tree = frame.tree
    if count == 2:
        if tree.chance(40):
            sizes = {"in1_features": shape[0], "in2_features": shape[0], "out_features": shape[0]}
            return Layer(id="0", kind="Bilinear", options=sizes)
        return _inside(frame, "0", shape)
    fits = [each for each in tree.defined if each.takes == (shape,) and each.gives == shape]
    fits = [each for each in fits if not (frame.copied and each.lazy)]
    if fits and tree.chance(50):
        defined = tree.pick(fits)
        note_use(frame, defined, "0")
        node = use_of(frame, defined)("0", ())
        assert isinstance(node, Use)
        return node
    if tree.chance(35):
        kind, options, _ = frame.any_of([each for each in keeping(shape) if each[0] in LAYERS])
        return leaf(kind, options)("0", ())
    return _inside(frame, "0", shape)


def _inside(frame: Filling, id: str, shape: Shape) -> BlockBase:
    inner = below(frame, id, frame.inputs)
    fill(inner, 3)
    adapt(inner, shape)
    names = tuple(frame.inputs)
    if frame.tree.chance(30):
        return Residual(id=id, input_names=names, nodes=tuple(inner.nodes))
    return Sequential(id=id, input_names=names, nodes=tuple(inner.nodes))


BLOCKS: tuple[Step, ...] = (sequential, parallel, residual, repeat)
