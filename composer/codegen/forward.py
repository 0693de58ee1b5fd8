"""The `forward` of a block: one line a step, in the order of the diagram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from composer.catalog.options import literal
from composer.codegen import render
from composer.codegen.layout import Line
from composer.codegen.modules import attribute
from composer.design.names import is_attribute, unique, variable
from composer.design.nodes import Layer, Tensor
from composer.design.plan import BlockPlan, LayerCall, OpCall, Ref, SharedCall, Step, TensorCall

END = 10**9  # a reader past every step: the block's output


def forward(block: BlockPlan, rename: Mapping[str, str], notes: Mapping[str, str]) -> list[Line]:
    """Lines of `def forward`, indented for a class. `rename` says where an option is read from."""
    body = _Forward(block, rename)
    lines: list[Line] = []
    signature = ", ".join(("self", *(body.variables[name] for name in block.inputs)))
    head = Line(f"    def forward({signature}):", (block.path,))
    for position, step in enumerate(block.steps):
        if isinstance(step.call, TensorCall):
            continue
        text = body.expression(step)
        note = notes.get(step.path, "")
        if position == len(block.steps) - 1 and block.outputs == (Ref(step.id),):
            return [head, *lines, _line(f"return {text}", note, step.path)]
        lines.append(_line(f"{body.name(position, step)} = {text}", note, step.path))
    results = [body.value(ref) for ref in block.outputs]
    return [head, *lines, _line(f"return {', '.join(results)}", "", block.path)]


def _line(text: str, note: str, path: str) -> Line:
    return Line(f"        {text}" + (f"  # {note}" if note else ""), (path,))


class _Forward:
    """Chooses variables: `x`, or `y` while `x` is still needed, flows down a chain; other values have names."""

    def __init__(self, block: BlockPlan, rename: Mapping[str, str]) -> None:
        self._block = block
        self._rename = rename
        self._tensors = {step.id: step.call.node for step in block.steps if isinstance(step.call, TensorCall)}
        self._readers = _readers(block)
        self.variables: dict[str, str] = {}
        for name in block.inputs:
            self.variables[name] = unique(variable(name), {"self", *self.variables.values()})
        taken = {self.variables[name] for name in block.inputs[1:]}
        self._flows = [name for name in ("x", "y", "z") if name not in taken]

    def name(self, position: int, step: Step) -> str:
        """The variable that takes the value of `step`."""
        live = {
            self.variables[name]
            for name, readers in self._readers.items()
            if name in self.variables and max(readers, default=-1) > position
        }
        readers = set(self._readers.get(step.id, ()))
        source = next((self.variables.get(ref.name) for ref in step.inputs if ref), None)
        chain = self._block.kind != "Parallel" and len(readers) <= 1
        passes_on = readers <= {position + 1, END}
        goes_on = source in self._flows and source not in live
        if chain and goes_on and source:
            chosen = source
        elif chain and passes_on and (free := [flow for flow in self._flows if flow not in live]):
            chosen = free[0]
        else:
            chosen = unique(variable(step.id), {*self.variables.values(), *self._flows})
        self.variables[step.id] = chosen
        return chosen

    def value(self, ref: Ref) -> str:
        node = self._tensors.get(ref.name)
        text = _tensor(node) if node else self.variables[ref.name]
        return text + "".join(f"[{item}]" for item in ref.items)

    def expression(self, step: Step) -> str:
        inputs = [self.value(ref) if ref else None for ref in step.inputs]
        match step.call:
            case OpCall(_, options):
                return render.call_op(step.call.spec, options, inputs, self._rename)
            case LayerCall(node) | SharedCall(_, Layer() as node):
                return render.call_layer(node.spec, attribute("self", step.id), node.options, inputs, self._rename)
        return f"{attribute('self', step.id)}({', '.join(text or 'None' for text in inputs)})"


def _tensor(node: Tensor) -> str:
    if is_attribute(node.id):
        return f"self.{node.id}"
    getter = "get_parameter" if node.kind == "Parameter" else "get_buffer"
    return f"self.{getter}({literal(node.id)})"


def _readers(block: BlockPlan) -> dict[str, list[int]]:
    """For every value, the positions of the steps that read it."""
    found: dict[str, list[int]] = {}
    reads: Sequence[tuple[int, Sequence[Ref | None]]] = [
        *((position, step.inputs) for position, step in enumerate(block.steps)),
        (END, block.outputs),
    ]
    for position, refs in reads:
        for ref in refs:
            if ref:
                found.setdefault(ref.name, []).append(position)
    return found
