"""Lowering: the one place that knows what wires mean.

A node without wires takes the output of the sibling before it; an empty wire leaves an optional input out. A
block's inputs feed its first child, as many as that child requires; every branch of a Parallel, and the shortcut
of a Residual, starts from the block's inputs again.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from composer.design.document import Definition, Design
from composer.design.nodes import (
    Block,
    BlockBase,
    Code,
    Layer,
    Node,
    Op,
    Parallel,
    Repeat,
    Residual,
    Sequential,
    Shared,
    Tensor,
    Use,
)
from composer.design.paths import place
from composer.design.plan import (
    BROKEN,
    BlockCall,
    BlockPlan,
    Call,
    DefinitionPlan,
    LayerCall,
    ModuleCall,
    OpCall,
    Plan,
    Ref,
    RepeatCall,
    SharedCall,
    Step,
    TensorCall,
    UseCall,
)
from composer.design.targets import target_of
from composer.memo import Memo, remembered

_MERGES = {"concat": "Concat", "add": "Add", "multiply": "Mul", "stack": "Stack"}


_LIMIT = 20_000  # steps that are remembered
_calls: Memo[Call] = Memo(_LIMIT)
_steps: Memo[Step] = Memo(_LIMIT)
_definitions: Memo[Mapping[str, DefinitionPlan]] = Memo(100)


@remembered
def lower(design: Design) -> Plan:
    """The plan of `design`. Never fails: a wire that leads nowhere becomes `BROKEN`, which `check` reports.

    What an edit did not change has the very same steps as before.
    """
    lowering = _Lowering(design)
    return Plan(design.name, design.root.input_names, lowering.definitions(), lowering.body(design.root, ""))


def parse_wire(text: str) -> Ref | None:
    """The reference a wire's text means, or None where it is no reference (`lstm.1.0`: item 0 of item 1)."""
    name, *items = text.split(".")
    if not name or not all(item.isascii() and item.isdecimal() and len(item) < 6 for item in items):
        return None
    return Ref(name, tuple(map(int, items)))


class _Lowering:
    def __init__(self, design: Design) -> None:
        self._design = design
        self._definitions = {each.name: each for each in design.definitions}
        self._taken = tuple((each.name, len(each.body.input_names)) for each in design.definitions)

    def definitions(self) -> Mapping[str, DefinitionPlan]:
        """The plans of the definitions: they depend on nothing else of the design."""
        given = self._design.definitions
        key = tuple(map(id, given))
        known = _definitions.get(key)
        if known is not None:
            return known
        return _definitions.put(key, {each.name: self._definition(each) for each in given}, given)

    def _definition(self, each: Definition) -> DefinitionPlan:
        options = tuple((option.name, option.default) for option in each.options)
        return DefinitionPlan(each.name, options, self.body(each.body, f".{each.name}"))

    def body(self, root: Block, path: str) -> BlockPlan | RepeatCall:
        call = self._call(root, path)
        return call.block if isinstance(call, BlockCall) else call  # type: ignore[return-value]  # a block's call

    def _around(self, node: Node) -> Hashable:
        """What the lowering of `node` depends on beside its own path and wires; None: on the whole design."""
        if isinstance(node, Shared):
            return None
        if isinstance(node, BlockBase):
            if "Shared" in node.kinds:
                return None
            if "Use" in node.kinds:
                return self._taken
        return ()

    def _call(self, node: Node, path: str) -> Call:
        around = self._around(node) if isinstance(node, BlockBase) else None
        if around is None:
            return self._new_call(node, path)
        key = (id(node), path, around)
        return _calls.get(key) or _calls.put(key, self._new_call(node, path), node)

    def _new_call(self, node: Node, path: str) -> Call:
        match node:
            case Layer():
                return LayerCall(node)
            case Op():
                return OpCall(node.kind, node.options)
            case Tensor():
                return TensorCall(node)
            case Use():
                return UseCall(node)
            case Shared():
                ids = tuple(node.of.split("."))
                return SharedCall(ids, target_of(self._design, place(path).definition, ids))
            case Repeat():
                below = f"{path}.0" if path else "0"
                body: ModuleCall = self._call(node.body, below)  # type: ignore[assignment]  # check refuses others
                return RepeatCall(node, path, body)
            case Code():
                return BlockCall(self._custom(node, path))
            case Sequential() | Parallel() | Residual():
                return BlockCall(self._block(node, path))

    def _custom(self, node: Code, path: str) -> BlockPlan:
        steps = tuple(self._step(child, path, ()) for child in node.nodes)
        return BlockPlan(path, node.kind, node.input_names, steps, (), node.kinds, node.code)

    def _block(self, node: Sequential | Parallel | Residual, path: str) -> BlockPlan:
        steps: list[Step] = []
        scope = set(node.input_names)
        parallel = isinstance(node, Parallel)
        for child in node.children:
            source: str | tuple[Ref | None, ...]
            if child.inputs:
                source = self._wires(child, scope)
            elif not steps or parallel or (isinstance(node, Residual) and child is node.shortcut):
                source = self._entry(child, node.input_names)
            else:
                source = steps[-1].id
            steps.append(self._step(child, path, source))
            scope.add(child.id)
        outputs, merge = self._outputs(node, steps, scope)
        if merge:
            steps.append(Step("", path, OpCall(*merge), outputs))
            outputs = (Ref(""),)
        return BlockPlan(path, node.kind, node.input_names, tuple(steps), outputs, node.kinds)

    def _step(self, child: Node, path: str, source: str | tuple[Ref | None, ...]) -> Step:
        """The step of a child of the block at `path`, which takes the output of a sibling (its id) or inputs."""
        around = () if isinstance(child, Layer) else self._around(child)
        key = (id(child), path, source, around)
        known = _steps.get(key) if around is not None else None
        if known:
            return known
        below = f"{path}.{child.id}" if path else child.id
        inputs = (Ref(source),) if isinstance(source, str) else source
        step = Step(child.id, below, self._call(child, below), () if isinstance(child, Tensor) else inputs)
        return step if around is None else _steps.put(key, step, child)

    def _outputs(
        self, node: Sequential | Parallel | Residual, steps: Sequence[Step], scope: set[str]
    ) -> tuple[tuple[Ref, ...], tuple[str, dict[str, int]] | None]:
        """What leaves the block, and the merge (an op's kind and options) that makes it one value."""
        first = Ref(node.input_names[0])
        match node:
            case Parallel():
                branches = tuple(Ref(step.id) for step in steps) or (first,)
                if node.merge == "tuple" or not steps:
                    return branches, None
                return branches, (_MERGES[node.merge], {"dim": node.dim} if node.merge in ("concat", "stack") else {})
            case Residual():
                body = Ref(node.nodes[-1].id) if node.nodes else first
                return (body, Ref(node.shortcut.id) if node.shortcut else first), ("Add", {})
            case Sequential() if node.outputs:
                return tuple(_within(parse_wire(text), scope) for text in node.outputs), None
        return (Ref(steps[-1].id) if steps else first,), None

    def _wires(self, child: Node, scope: set[str]) -> tuple[Ref | None, ...]:
        return tuple(_within(parse_wire(text), scope) if text else None for text in child.inputs)

    def _entry(self, child: Node, names: Sequence[str]) -> tuple[Ref, ...]:
        return tuple(Ref(name) for name in names[: max(1, self._required(child))])

    def _required(self, child: Node) -> int:
        match child:
            case Layer() | Op():
                return child.spec.required_inputs
            case Use():
                definition = self._definitions.get(child.of)
                return len(definition.body.input_names) if definition else 1
            case BlockBase():
                return len(child.input_names)
        return 1


def _within(ref: Ref | None, scope: set[str]) -> Ref:
    return ref if ref and ref.name in scope else BROKEN
