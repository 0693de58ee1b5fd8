"""What a block's code needs from around it, and whether it is a plain chain."""

from __future__ import annotations

from collections.abc import Iterator

from composer import expressions
from composer.catalog import INITIALIZERS, SEQUENTIAL_NAMES, NodeSpec
from composer.codegen import render
from composer.design.nodes import Layer, Size
from composer.design.paths import place
from composer.design.plan import (
    BlockCall,
    BlockPlan,
    Call,
    LayerCall,
    OpCall,
    Ref,
    RepeatCall,
    SharedCall,
    TensorCall,
    UseCall,
)


def size_names(value: Size) -> frozenset[str]:
    """The names that a size reads."""
    return expressions.names(expressions.parse(value)) if isinstance(value, str) else frozenset()


def names(call: Call | BlockPlan) -> frozenset[str]:
    """The options and indices that `call` reads from around it."""
    match call:
        case LayerCall(node):
            return render.names_in(node.spec, node.options)
        case OpCall(_, options):
            return render.names_in(call.spec, options)
        case TensorCall(node):
            init = node.init
            own = render.names_in(INITIALIZERS[init.scheme], init.options) if init else frozenset[str]()
            return own.union(*map(size_names, node.shape))
        case UseCall(node):
            return frozenset().union(*map(size_names, node.options.values()))
        case BlockCall(block):
            return names(block)
        case BlockPlan():
            return frozenset().union(*(names(step.call) for step in call.steps))
        case RepeatCall(node, _, body):
            return size_names(node.times) | (names(body) - {node.index})
    return frozenset()


def words(call: Call | BlockPlan) -> frozenset[str]:
    """The names that the code of `call` reads or binds: options, indices and the classes of definitions."""
    match call:
        case UseCall(node):
            return names(call) | {node.of}
        case BlockCall(block):
            return words(block)
        case BlockPlan():
            return frozenset().union(*(words(step.call) for step in call.steps))
        case RepeatCall(node, _, body):
            return size_names(node.times) | words(body) | {node.index}
    return names(call)


def names_in_forward(block: BlockPlan) -> frozenset[str]:
    """The options and indices that the block's own `forward` reads: those of its ops and calls."""
    found: frozenset[str] = frozenset()
    for step in block.steps:
        if isinstance(step.call, OpCall):
            found |= names(step.call)
        elif isinstance(step.call, LayerCall):
            spec = step.call.node.spec
            at_call = {k: v for k, v in step.call.node.options.items() if k in spec.by_name and spec.by_name[k].at_call}
            found |= render.names_in(spec, at_call)
    return found


def targets(call: Call | BlockPlan) -> Iterator[tuple[str, ...]]:
    """The targets of every shared module at or below `call`, as ids from the root of the scope."""
    match call:
        case SharedCall(target, _):
            yield target
        case BlockCall(block):
            yield from targets(block)
        case BlockPlan():
            for step in call.steps:
                yield from targets(step.call)
        case RepeatCall(_, _, body):
            yield from targets(body)


def ids_of(call: BlockPlan | RepeatCall) -> tuple[str, ...]:
    """The ids from the root of the scope to a block."""
    return place(call.path).ids


def needs(call: Call | BlockPlan, within: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The shared targets below `call` that stand outside the block at `within`, each once, in order."""
    outside = (target for target in targets(call) if target[: len(within)] != within)
    return tuple(dict.fromkeys(outside))


def is_chain(block: BlockPlan) -> bool:
    """Whether `block` is what `nn.Sequential` does: modules in a row, each fed by the one before alone."""
    if block.kind != "Sequential" or len(block.inputs) != 1:
        return False
    previous = Ref(block.inputs[0])
    for step in block.steps:
        if step.inputs != (previous,) or step.id in SEQUENTIAL_NAMES or not _is_plain(step.call):
            return False
        previous = Ref(step.id)
    return block.outputs == (previous,)


def _is_plain(call: Call) -> bool:
    match call:
        case LayerCall(node) | SharedCall(_, Layer() as node):
            spec: NodeSpec = node.spec
            return not any(spec.by_name[name].at_call for name in node.options if name in spec.by_name)
        case UseCall() | SharedCall() | BlockCall() | RepeatCall():
            return True
    return False


def is_inline(block: BlockPlan) -> bool:
    """Whether `block` can be written as one `nn.Sequential(...)` expression.

    A chain that shares a module of its own cannot: that module needs a name before the chain is complete.
    """
    own = ids_of(block)
    return is_chain(block) and not any(target[: len(own)] == own for target in _inline_targets(block))


def _inline_targets(block: BlockPlan) -> Iterator[tuple[str, ...]]:
    """Targets that the expression itself would have to name: those that its classes do not resolve inside."""
    for step in block.steps:
        match step.call:
            case BlockCall(inner) if not is_inline(inner):
                yield from needs(inner, ids_of(inner))
            case RepeatCall(node, _, BlockCall(inner)) if len(node.input_names) > 1 or not is_inline(inner):
                yield from needs(inner, ids_of(inner))
            case call:
                yield from targets(call)
