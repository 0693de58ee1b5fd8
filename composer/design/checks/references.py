"""Wires and shared modules: everything that names another place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from composer.design.checks.mending import mended
from composer.design.document import Design
from composer.design.lower import lower, parse_wire
from composer.design.nodes import BlockBase, Layer, Node, Op, Repeat, Sequential, Shared, Tensor, Use
from composer.design.paths import find, place, scopes
from composer.design.plan import BROKEN, BlockPlan, LayerCall, OpCall, RepeatCall, Step, TensorCall, blocks
from composer.design.targets import target_of
from composer.errors import Fix, Problem
from composer.memo import Memo


def problems(design: Design) -> Iterator[Problem]:
    """Problems of wires, numbers of inputs, and shared modules."""
    plan = lower(design)
    for body in (*(each.body for each in plan.definitions.values()), plan.root):
        if isinstance(body, RepeatCall):
            yield from _repeat_body(design, body)
        for block in blocks(body):
            if block.kind != "Code":
                yield from _block(design, block)
    for path, root, _ in scopes(design):
        yield from _naming(design, root, path)


def _naming(design: Design, node: Node, path: str) -> Iterator[Problem]:
    """Problems of the shared modules and of the outputs of blocks, at or below `node`."""
    if isinstance(node, Shared):
        yield from _shared(design, node, path)
    elif isinstance(node, BlockBase):
        if isinstance(node, Sequential):
            yield from _outputs(node, path)
        for child in node.children:
            if isinstance(child, Shared | BlockBase):
                yield from _naming(design, child, f"{path}.{child.id}" if path else child.id)


_sound: Memo[bool] = Memo(50_000)  # steps of layers and ops whose inputs are right, which no other node changes


def _block(design: Design, block: BlockPlan) -> Iterator[Problem]:
    scope = list(block.inputs)
    for step in block.steps:
        if step.id:
            if not _sound.get(id(step)):
                found = tuple(_wires(design, step, scope))
                if not found and isinstance(step.call, LayerCall | OpCall):
                    _sound.put(id(step), True, step)
                yield from found
            if isinstance(step.call, RepeatCall):
                yield from _repeat_body(design, step.call)
            scope.append(step.id)


def _wires(design: Design, step: Step, scope: list[str]) -> Iterator[Problem]:
    node = find(design, step.path)
    for position, (text, ref) in enumerate(zip(node.inputs, step.inputs, strict=False)):
        if ref == BROKEN:
            received = repr(text) if parse_wire(text) else f"{text!r}, which is no reference"
            expected = f"an input from an earlier sibling or the block ({', '.join(map(repr, scope[-8:]))})"
            fixes = tuple(mended(step.path, node.inputs, position, scope))
            yield Problem(step.path, "broken-wire", expected, received, fixes)
    if not isinstance(step.call, TensorCall):
        least, most, names = takes(design, node, step.path)
        yield from _arity(step.path, len(step.inputs), least, most, names)
        for k, ref in enumerate(step.inputs[:least]):
            if ref is None:
                yield Problem(step.path, "missing-input", f"a wire for input {k + 1}{_told(names)}", "it left out")


def _arity(path: str, given: int, least: int, most: int | None, names: Sequence[str]) -> Iterator[Problem]:
    if given < least or (most is not None and given > most):
        number = str(least) if least == most else (f"{least} or more" if most is None else f"{least} to {most}")
        word = "input" if number == "1" else "inputs"
        yield Problem(path, "number-of-inputs", f"{number} {word}{_told(names)}", str(given))


def takes(design: Design, node: Node, path: str) -> tuple[int, int | None, tuple[str, ...]]:
    """How many inputs `node` takes, at least and at most (None: any number), and their names where they have some."""
    match node:
        case Layer() | Op():
            spec = node.spec
            if spec.variadic:
                return spec.least, None, ()
            return spec.required_inputs, len(spec.inputs), tuple(each.name for each in spec.inputs)
        case Use():
            definition = design.definition(node.of)
            return _block_takes(definition.body) if definition else (0, None, ())
        case Shared():
            at = place(path)
            original = target_of(design, at.definition, tuple(node.of.split(".")))
            return takes(design, original, path) if original and not isinstance(original, Tensor) else (0, None, ())
        case BlockBase():
            return _block_takes(node)
    return 0, None, ()


def _block_takes(block: BlockBase) -> tuple[int, int | None, tuple[str, ...]]:
    return len(block.input_names), len(block.input_names), block.input_names


def _told(names: Sequence[str]) -> str:
    return f" ({', '.join(names)})" if len(names) > 1 else ""


def _repeat_body(design: Design, call: RepeatCall) -> Iterator[Problem]:
    """The body of a Repeat is fed by the Repeat alone, with as many inputs as it has."""
    node = call.node
    below = f"{call.path}.0" if call.path else "0"
    if node.body.inputs:
        fix = Fix("remove its wires", ({"edit": "set_inputs", "path": below, "inputs": []},), certain=True)
        yield Problem(
            below, "wired-body", "a body without wires: the Repeat feeds it", f"{list(node.body.inputs)}", (fix,)
        )
    if isinstance(node.body, Layer | Use | BlockBase):
        yield from _arity(below, len(node.input_names), *takes(design, node.body, below))
    if isinstance(call.body, RepeatCall):
        yield from _repeat_body(design, call.body)


def _outputs(node: Sequential, path: str) -> Iterator[Problem]:
    known = {*node.input_names, *(child.id for child in node.children)}
    for text in node.outputs:
        ref = parse_wire(text)
        if ref is None or ref.name not in known:
            fix = Fix("use the last child's output", ({"edit": "set_outputs", "path": path, "outputs": []},))
            yield Problem(
                path, "broken-output", "outputs that name children or inputs of the block", repr(text), (fix,)
            )


def _shared(design: Design, node: Shared, path: str) -> Iterator[Problem]:
    at = place(path)
    ids = tuple(node.of.split("."))
    target = target_of(design, at.definition, ids)
    if target is None:
        yield Problem(path, "broken-share", "the path of an earlier layer, block or use", repr(node.of))
        return
    if isinstance(target, Tensor):
        yield Problem(path, "broken-share", "a module to share", f"{node.of!r}, a {target.kind}")
        return
    if isinstance(target, Layer) and _computed_calls(target):
        expected = "an original that is called with plain numbers: its expressions mean nothing here"
        yield Problem(path, "share-expression", expected, ", ".join(_computed_calls(target)))
    yield from _order(design, path, at.definition, at.ids, ids)


def _computed_calls(layer: Layer) -> list[str]:
    """The options of the layer's calls, not of the layer itself, that hold expressions."""
    known = layer.spec.by_name
    return [
        name
        for name, value in layer.options.items()
        if name in known and known[name].at_call and any(True for _ in known[name].expressions(value))
    ]


def _order(design: Design, path: str, definition: str, own: tuple[str, ...], of: tuple[str, ...]) -> Iterator[Problem]:
    """The original stands earlier; from inside a Repeat's body it is that body's own, or one outside it."""
    common = 0
    while common < min(len(own), len(of)) and own[common] == of[common]:
        common += 1
    if common == len(of):
        yield Problem(path, "share-inside", "a module that it is not itself part of", repr(".".join(of)))
        return
    prefix = (("", definition) if definition else ()) + own[:common]
    block = find(design, ".".join(prefix)) if prefix else design.root
    if isinstance(block, Repeat):
        expected = f"an original in the same body ({'.'.join((*own[:common], '0'))}…) or outside the Repeat"
        yield Problem(path, "share-instance", expected, repr(".".join(of)))
        return
    order = [child.id for child in block.children] if isinstance(block, BlockBase) else []
    here = order.index(own[common]) if common < len(own) and own[common] in order else len(order)
    if of[common] in order and order.index(of[common]) > here:
        yield Problem(path, "share-later", "an original that stands earlier", repr(".".join(of)))
    if _copied_away(design, definition, own, common):
        expected = "an original inside the repeated body: a Repeat with mode 'copy' would copy another"
        yield Problem(path, "share-copied", expected, repr(".".join(of)))


def _copied_away(design: Design, definition: str, own: tuple[str, ...], common: int) -> bool:
    """Whether a Repeat of mode copy stands between a shared node and what it has in common with its original."""
    for end in range(common, len(own)):
        prefix = (("", definition) if definition else ()) + own[:end]
        node = find(design, ".".join(prefix)) if prefix else design.root
        if isinstance(node, Repeat) and node.mode == "copy":
            return True
    return False
