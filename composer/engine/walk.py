"""Walking a design with types instead of tensors: every step at its instance, with the sizes in its scope."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping

from composer.codegen.judging import custom_classes
from composer.design.document import Design
from composer.design.lower import lower
from composer.design.paths import join, place
from composer.design.plan import (
    BlockCall,
    BlockPlan,
    Call,
    LayerCall,
    OpCall,
    Ref,
    RepeatCall,
    SharedCall,
    Step,
    TensorCall,
    UseCall,
)
from composer.engine import custom
from composer.engine.flow import LEFT_OUT, At, Failure, Flow, Inputs, Record, Walk
from composer.engine.leaves import Leaves, integer
from composer.engine.parts import Part, parts
from composer.expressions import ExpressionError
from composer.memo import Memo
from composer.reports import ValueType


def walk(design: Design, inputs: Mapping[str, ValueType], flops: bool = False, skip: Collection[str] = ()) -> Walk:
    """Run every step of `design` once for each of its instances, for the types of its inputs by name.

    A step that fails is a problem at the document's path; what depends on it has no output, the rest goes on.
    Nodes at the document's paths in `skip` are not run: they are known to be wrong, or are code that nobody asked for.
    """
    walker = _Walker(design, flops, skip)
    walker.body(lower(design).root, tuple(Flow(type, name) for name, type in inputs.items()), At("", "", "", "", {}))
    return walker.found


_pieces: Memo[tuple[Walk, dict[str, Flow]]] = Memo(100_000)  # records; some tens of megabytes


class _Walker:
    def __init__(self, design: Design, flops: bool, skip: Collection[str]) -> None:
        self._design = design
        self._plan = lower(design)
        self._flops = flops
        self._skip = skip
        self._around_skipped = {above for path in skip for above in _prefixes(path)}
        self._skips_inside_uses = any(path.startswith(".") for path in skip)
        self.found = Walk()
        self._leaves = Leaves(self.found, flops)

    def body(self, body: BlockPlan | RepeatCall, inputs: Inputs, at: At) -> Flow:
        kind = body.kind if isinstance(body, BlockPlan) else "Repeat"
        record = Record(at.path, at.node, kind, inputs, Flow(None, at.path), at.owner)
        self.found.records[at.path] = record  # before its children's: records are in the order of the document
        if isinstance(body, BlockPlan):
            record.output = self._block(body, inputs, at)
        else:
            record.output = self._repeat(body, inputs, at)
        return record.output

    def _block(self, block: BlockPlan, inputs: Inputs, at: At) -> Flow:
        known = dict(zip(block.inputs, inputs, strict=False))
        start = len(self.found.tensors)
        pieces = parts(block)
        for part in pieces:
            self._part(part, known, at)
        if any(part.owns for part in pieces):
            self._own_first(start, at.path)
        outputs = tuple(self._value(ref, known, None) for ref in block.outputs)
        if len(outputs) == 1:
            return outputs[0]
        types = tuple(each.type for each in outputs)
        return Flow(None if any(each is None for each in types) else types, at.path)  # type: ignore[arg-type]

    def _part(self, part: Part, known: dict[str, Flow], at: At) -> None:
        """Run steps of a block, or recall how they ran. `known` are the block's values; theirs are added."""
        key = self._key(part, known, at)
        if key is None:
            self._steps(part, known, at)
            return
        piece = _pieces.get(key)
        if piece is None:
            around, alone = self.found, Walk()
            self.found = self._leaves.found = alone
            self._steps(part, known, at)
            self.found = self._leaves.found = around
            own = {step.id: known[step.id] for step in part.steps if step.id in known}
            piece = _pieces.put(key, (alone, own), (part, self._plan.definitions), len(alone.records) + 1)
        found, own = piece
        known.update(own)
        self.found.add(found)

    def _key(self, part: Part, known: Mapping[str, Flow], at: At) -> tuple[Hashable, ...] | None:
        """All that decides how `part` runs at `at`; None where other parts have a say, or something is skipped."""
        if part.shares or at.owner != at.path or not self._around_skipped.isdisjoint(part.paths):
            return None
        if part.uses and self._skips_inside_uses:
            return None
        definitions = id(self._plan.definitions) if part.uses else 0
        given = tuple(known.get(name) for name in part.needs)
        values = tuple(at.values.items())
        return id(part), definitions, self._flops, at.path, at.scope, values, at.bodies, given

    def _steps(self, part: Part, known: dict[str, Flow], at: At) -> None:
        for step in part.steps:
            given = tuple(self._value(ref, known, step) if ref else LEFT_OUT for ref in step.inputs)
            here = At(join(at.path, step.id), step.path, join(at.owner, step.id), at.scope, at.values, at.bodies)
            if step.id:
                known[step.id] = self._call(step.call, given, here)
            elif isinstance(step.call, OpCall):
                known[step.id] = self._leaves.merge(step.call, given, here)

    def _value(self, ref: Ref, known: Mapping[str, Flow], step: Step | None) -> Flow:
        flow = known.get(ref.name, Flow(None))
        value = flow.type
        for item in ref.items if value is not None else ():
            if not isinstance(value, tuple) or item >= len(value):
                if step:
                    whole = f"a tuple of {len(value)}" if isinstance(value, tuple) else "a tensor"
                    self.found.problem(
                        step.path, "no-such-item", "an item of a tuple", f"item {item} of {whole} ({ref})"
                    )
                return Flow(None, flow.origin)
            value = value[item]
        return Flow(value, flow.origin)

    def _own_first(self, start: int, path: str) -> None:
        """A module's own parameters come before its own buffers, and both before its children's, in a state dict."""
        rows = self.found.tensors[start:]
        self.found.tensors[start:] = sorted(
            rows, key=lambda row: (row[0] != path, row[0] == path and not row[1].parameter)
        )

    def _call(self, call: Call, inputs: Inputs, at: At) -> Flow:
        if not isinstance(call, OpCall | TensorCall | SharedCall):
            self.found.modules.setdefault(at.path, (call, at))
        if self._is_wrong(call, at):
            return self.found.record(at, kind_of(call), inputs, None)
        match call:
            case LayerCall():
                return self._leaves.layer(call, inputs, at)
            case OpCall():
                return self._leaves.op(call, inputs, at)
            case TensorCall(node):
                return self._leaves.tensor(node, at)
            case UseCall():
                return self._use(call, inputs, at)
            case BlockCall(block):
                return self.body(block, inputs, at)
            case RepeatCall():
                return self.body(call, inputs, at)
            case SharedCall(target):
                return self._shared(target, inputs, at)

    def _is_wrong(self, call: Call, at: At) -> bool:
        return at.node in self._skip and not isinstance(call, BlockCall)

    def _shared(self, target: tuple[str, ...], inputs: Inputs, at: At) -> Flow:
        original = self.found.modules.get(_instance(target, at))
        if original is None:
            self.found.problem(at.node, "broken-share", "the path of an earlier layer, block or use", ".".join(target))
            return self.found.record(at, "Shared", inputs, None)
        call, there = original
        self.found.modules[at.path] = original
        if self._is_wrong(call, there):
            return self.found.record(at, "Shared", inputs, None)
        flow = self._call(call, inputs, At(at.path, at.node, there.owner, there.scope, there.values, there.bodies))
        self.found.records[at.path].kind = "Shared"
        return flow

    def _use(self, call: UseCall, inputs: Inputs, at: At) -> Flow:
        definition = self._plan.definitions[call.node.of]
        try:
            values = {
                name: integer(call.node.options.get(name, default), at.values) for name, default in definition.options
            }
        except ExpressionError as error:
            self.found.problem(at.node, "bad-expression", "options with a value", str(error))
            return self.found.record(at, "Use", inputs, None)
        inside = At(at.path, f".{definition.name}", at.owner, at.path, values)
        if isinstance(definition.body, BlockPlan) and definition.body.kind == "Code":
            return self._custom(definition.body, inputs, at, inside)
        flow = self.body(definition.body, inputs, inside)
        record = self.found.records[at.path]
        record.node, record.kind = at.node, "Use"
        return flow

    def _custom(self, block: BlockPlan, inputs: Inputs, at: At, inside: At) -> Flow:
        """The use of a custom layer at `at`: what it declares is noted, and its code run as a whole."""
        record = Record(at.path, at.node, "Use", inputs, Flow(None, at.path), at.owner)
        self.found.records[at.path] = record
        start = len(self.found.tensors)
        for step in block.steps:
            here = At(join(at.path, step.id), step.path, join(at.owner, step.id), at.path, inside.values)
            self._call(step.call, (Flow(None),), here)
        self._own_first(start, at.path)
        given = tuple(flow.type for flow in inputs)
        name = block.path.removeprefix(".")
        text = "" if inside.node in self._skip else custom.text_of(self._design, name)
        if text and not any(each is None for each in given):
            classes, options = custom_classes(self._design), tuple(inside.values.items())
            outcome = custom.run(text, classes, name, options, given)
            if outcome.error:
                origins = tuple(flow.origin for flow in inputs)
                failure = Failure(at, name, text, given, origins, outcome.error)  # type: ignore[arg-type]
                self.found.failures.setdefault(at.node, failure)
            record.output = Flow(outcome.output, at.path)
        return record.output

    def _repeat(self, call: RepeatCall, inputs: Inputs, at: At) -> Flow:
        node = call.node
        try:
            times = integer(node.times, at.values)
        except ExpressionError as error:
            self.found.problem(at.node, "bad-expression", "times with a value", str(error))
            return Flow(None, at.path)
        if times < 0:
            self.found.problem(at.node, "bad-size", "times to be an integer ≥ 0", str(times))
            return Flow(None, at.path)
        chained, others = inputs[0], inputs[1:]
        body = join(call.path, "0")
        for k in range(times):
            values = {**at.values, node.index: k} if node.mode == "new" else at.values
            owner = join(at.owner, "0" if node.mode == "same" else str(k))
            path = join(at.path, str(k))
            here = At(path, body, owner, at.scope, values, (*at.bodies, (body, path)))
            chained = self._call(call.body, (chained, *others), here)
        return chained


def _instance(target: tuple[str, ...], at: At) -> str:
    """The path of the module that `target` means at `at`: in a Repeat's body, one of the same body is of its own k."""
    for body, path in reversed(at.bodies):
        ids = place(body).ids
        if target[: len(ids)] == ids:
            return join(path, *target[len(ids) :])
    return join(at.scope, *target)


def _prefixes(path: str) -> Iterator[str]:
    """`path` and every path above it."""
    while path:
        yield path
        path = path.rpartition(".")[0]


def kind_of(call: Call) -> str:
    """The kind of the node of `call`."""
    match call:
        case OpCall(kind, _):
            return kind
        case BlockCall(block):
            return block.kind
        case SharedCall():
            return "Shared"
    return call.node.kind
