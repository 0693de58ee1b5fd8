"""How one call is drawn as one box, whatever is inside it."""

from __future__ import annotations

from dataclasses import dataclass

from composer.catalog import LayerSpec
from composer.design.nodes import Use
from composer.design.plan import (
    BlockCall,
    Call,
    LayerCall,
    OpCall,
    RepeatCall,
    SharedCall,
    TensorCall,
    UseCall,
)
from composer.views.labels import Values, options_line, resolved, tensor_line, text_of, use_line

MODES: dict[str, tuple[str, ...]] = {"new": (), "copy": ("equal at start",), "same": ("same weights",)}
"""What a Repeat's mode says as badges."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a box says. `closed`: there is more inside."""

    role: str
    kind: str
    category: str
    line: str = ""
    closed: bool = False
    badges: tuple[str, ...] = ()


def leaf(call: Call, values: Values, merge: bool = False) -> Leaf:
    """The box of a call. `merge`: it joins the branches of a block, and is no node of its own."""
    match call:
        case LayerCall(node):
            line = options_line(node.spec, node.options, values)
            return Leaf("layer", node.kind, node.spec.category, line, badges=("lazy",) if node.spec.concrete else ())
        case OpCall(kind, options):
            line = options_line(call.spec, options, values)
            return Leaf("merge" if merge else "op", kind, call.spec.category, line)
        case TensorCall(node):
            return Leaf("tensor", node.kind, "Parameter", tensor_line(node, values))
        case UseCall(node):
            return Leaf("use", node.of, "Use", use_line(node, values), closed=True)
        case SharedCall():
            return _shared(call)
        case RepeatCall(node):
            line = f"{times(call, values)} {_name(node.body)}"
            return Leaf("block", "Repeat", "Block", line, closed=True, badges=MODES[node.mode])
        case BlockCall(block):
            number = sum(bool(step.id) for step in block.steps)
            line = f"{number} node{'' if number == 1 else 's'}" if number else "empty"
            return Leaf("block", block.kind, "Block", line, closed=bool(number))


def times(call: RepeatCall, values: Values) -> str:
    """`×12`, or the expression where its value is not known."""
    return f"×{text_of(resolved(call.node.times, values))}"


def _shared(call: SharedCall) -> Leaf:
    """A module used again looks like its original."""
    node = call.node
    spec = getattr(node, "spec", None)
    category = spec.category if isinstance(spec, LayerSpec) else "Use"
    return Leaf("shared", _name(node), category, f"same as {'.'.join(call.target)}", badges=("shared",))


def _name(node: object) -> str:
    """A node's kind, or the definition that it is a use of."""
    return node.of if isinstance(node, Use) else getattr(node, "kind", "?")
