"""Walking a plan with types instead of tensors: every step at its instance, with the sizes in its scope."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from composer.codegen import render
from composer.design.nodes import Tensor
from composer.design.paths import join
from composer.design.plan import (
    BlockCall,
    BlockPlan,
    Call,
    LayerCall,
    OpCall,
    Plan,
    Ref,
    RepeatCall,
    SharedCall,
    Step,
    TensorCall,
    UseCall,
)
from composer.engine import preview
from composer.engine.preview import OwnTensor
from composer.errors import Problem
from composer.expressions import ExpressionError, evaluate, parse
from composer.reports import TensorType, ValueType, describe

Values = Mapping[str, int]
Inputs = tuple[ValueType | None, ...]
LEFT_OUT: ValueType = ()  # an optional input that has no wire; None is a value of unknown type


@dataclass(slots=True)
class Record:
    """A step as it ran at one instance. `owner` is the path whose module it is: another one where it is shared."""

    path: str
    node: str
    kind: str
    inputs: Inputs
    output: ValueType | None
    owner: str
    flops: int | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed. `text` is the source of the layer, or of the op's call."""

    node: str
    kind: str
    text: str
    inputs: tuple[ValueType, ...]
    error: str


@dataclass(slots=True)
class Walk:
    """What a walk found. `tensors` are (path, owner's path, tensor), in the order of the state dict.

    `failures` hold the first failure of each of the document's nodes, `problems` everything else that is wrong.
    """

    records: dict[str, Record] = field(default_factory=dict)
    tensors: list[tuple[str, str, OwnTensor]] = field(default_factory=list)
    failures: dict[str, Failure] = field(default_factory=dict)
    problems: dict[tuple[str, str], Problem] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _At:
    """Where a call stands: its path, the document's, the owner of its module, its scope's path and sizes."""

    path: str
    node: str
    owner: str
    scope: str
    values: Values


def walk(plan: Plan, inputs: Inputs, flops: bool = False, skip: Collection[str] = ()) -> Walk:
    """Run every step of `plan` once for each of its instances.

    A step that fails is a problem at the document's path; what depends on it has no output, the rest goes on.
    Nodes at the document's paths in `skip` are not run: they are known to be wrong.
    """
    walker = _Walker(plan, flops, skip)
    walker.body(plan.root, inputs, _At("", "", "", "", {}))
    return walker.found


class _Walker:
    def __init__(self, plan: Plan, flops: bool, skip: Collection[str]) -> None:
        self._plan = plan
        self._flops = flops
        self._skip = skip
        self._modules: dict[str, tuple[Call, _At]] = {}  # instance path → what is registered there
        self._first: dict[str, tuple[ValueType, ...]] = {}  # owner of a lazy layer → the inputs that sized it
        self.found = Walk()

    def body(self, body: BlockPlan | RepeatCall, inputs: Inputs, at: _At) -> ValueType | None:
        kind = body.kind if isinstance(body, BlockPlan) else "Repeat"
        record = Record(at.path, at.node, kind, inputs, None, at.owner)
        self.found.records[at.path] = record
        if isinstance(body, BlockPlan):
            record.output = self._block(body, inputs, at)
        else:
            record.output = self._repeat(body, inputs, at)
        return record.output

    def _block(self, block: BlockPlan, inputs: Inputs, at: _At) -> ValueType | None:
        known: dict[str, ValueType | None] = dict(zip(block.inputs, inputs, strict=False))
        start = len(self.found.tensors)
        for step in block.steps:
            given = tuple(self._value(ref, known, step) if ref else LEFT_OUT for ref in step.inputs)
            here = _At(join(at.path, step.id), step.path, join(at.owner, step.id), at.scope, at.values)
            known[step.id] = self._call(step.call, given, here) if step.id else self._merge(step, given, here)
        self._own_first(start, at.path)
        outputs = tuple(self._value(ref, known, None) for ref in block.outputs)
        if any(each is None for each in outputs):
            return None
        return outputs[0] if len(outputs) == 1 else outputs  # type: ignore[return-value]

    def _value(self, ref: Ref, known: Mapping[str, ValueType | None], step: Step | None) -> ValueType | None:
        value = known.get(ref.name)
        for item in ref.items if value is not None else ():
            if not isinstance(value, tuple) or item >= len(value):
                if step:
                    received = f"item {item} of {describe(value)}"
                    self._problem(step.path, "no-such-item", "an item of a tuple", f"{received} ({ref})")
                return None
            value = value[item]
        return value

    def _own_first(self, start: int, path: str) -> None:
        """A module's own parameters come before its own buffers, and both before its children's, in a state dict."""
        rows = self.found.tensors[start:]
        self.found.tensors[start:] = sorted(
            rows, key=lambda row: (row[0] != path, row[0] == path and not row[2].parameter)
        )

    def _call(self, call: Call, inputs: Inputs, at: _At) -> ValueType | None:
        if not isinstance(call, OpCall | TensorCall | SharedCall):
            self._modules[at.path] = call, at
        if at.node in self._skip and not isinstance(call, BlockCall):
            return self._record(at, kind_of(call), inputs, None)
        match call:
            case LayerCall():
                return self._layer(call, inputs, at)
            case OpCall():
                return self._op(call, inputs, at)
            case TensorCall(node):
                return self._tensor(node, at)
            case UseCall(node):
                return self._use(call, inputs, at)
            case BlockCall(block):
                return self.body(block, inputs, at)
            case RepeatCall():
                return self.body(call, inputs, at)
            case SharedCall(target):
                return self._shared(target, inputs, at)

    def _shared(self, target: tuple[str, ...], inputs: Inputs, at: _At) -> ValueType | None:
        original = self._modules.get(join(at.scope, *target))
        if original is None:
            return None
        call, there = original
        self._modules[at.path] = original
        output = self._call_again(call, inputs, _At(at.path, at.node, there.owner, there.scope, there.values))
        self.found.records[at.path].kind = "Shared"
        return output

    def _call_again(self, call: Call, inputs: Inputs, at: _At) -> ValueType | None:
        kept = self._modules[at.path]
        output = self._call(call, inputs, at)
        self._modules[at.path] = kept
        return output

    def _use(self, call: UseCall, inputs: Inputs, at: _At) -> ValueType | None:
        definition = self._plan.definitions[call.node.of]
        try:
            values = {
                name: _integer(call.node.options.get(name, default), at.values) for name, default in definition.options
            }
        except ExpressionError as error:
            self._problem(at.node, "bad-expression", "options with a value", str(error))
            return self._record(at, "Use", inputs, None)
        output = self.body(definition.body, inputs, _At(at.path, f".{definition.name}", at.owner, at.path, values))
        self.found.records[at.path].node = at.node
        self.found.records[at.path].kind = "Use"
        return output

    def _repeat(self, call: RepeatCall, inputs: Inputs, at: _At) -> ValueType | None:
        node = call.node
        try:
            times = _integer(node.times, at.values)
        except ExpressionError as error:
            self._problem(at.node, "bad-expression", "times with a value", str(error))
            return None
        if times < 0:
            self._problem(at.node, "bad-size", "times to be an integer ≥ 0", str(times))
            return None
        chained, others = inputs[0], inputs[1:]
        for k in range(times):
            values = {**at.values, node.index: k} if node.mode == "new" else at.values
            owner = join(at.owner, "0" if node.mode == "same" else str(k))
            here = _At(join(at.path, str(k)), join(at.node, "0"), owner, at.scope, values)
            chained = self._call(call.body, (chained, *others), here)
        return chained

    def _layer(self, call: LayerCall, inputs: Inputs, at: _At) -> ValueType | None:
        node, names = call.node, {name: str(value) for name, value in at.values.items()}
        try:
            options = _evaluated(node.spec.by_name, node.options, at.values)
        except ExpressionError as error:
            self._problem(at.node, "bad-expression", "options with a value", str(error))
            return self._record(at, node.kind, inputs, None)
        construct = render.construct(node.spec, options, names)
        if any(each is None for each in inputs):
            self._add_tensors(at, preview.tensors_of(construct))
            return self._record(at, node.kind, inputs, None)
        given: tuple[ValueType, ...] = inputs  # type: ignore[assignment]  # no None left
        text = render.call_layer(node.spec, "m", options, _arguments(given), names)
        first = self._first.setdefault(at.owner, given) if node.spec.concrete else given
        outcome = preview.run_layer(construct, text, given, first if first != given else None, self._flops)
        if outcome.error:
            self._failed(at, node.kind, construct, given, outcome.error)
        self._add_tensors(at, outcome.tensors)
        return self._record(at, node.kind, inputs, outcome.output, outcome.flops)

    def _op(self, call: OpCall, inputs: Inputs, at: _At) -> ValueType | None:
        output, flops = self._run_op(call, inputs, at)
        return self._record(at, call.kind, inputs, output, flops)

    def _merge(self, step: Step, inputs: Inputs, at: _At) -> ValueType | None:
        """The join of a Parallel or Residual belongs to the block: its failure is the block's."""
        assert isinstance(step.call, OpCall)
        output, _ = self._run_op(step.call, inputs, at)
        return output

    def _run_op(self, call: OpCall, inputs: Inputs, at: _At) -> tuple[ValueType | None, int | None]:
        if any(each is None for each in inputs):
            return None, None
        given: tuple[ValueType, ...] = inputs  # type: ignore[assignment]  # no None left
        try:
            options = _evaluated(call.spec.by_name, call.options, at.values, own_sizes=True)
        except ExpressionError as error:
            self._problem(at.node, "bad-expression", "options with a value", str(error))
            return None, None
        names = {name: str(value) for name, value in at.values.items()}
        text = render.call_op(call.spec, options, _arguments(given), names, training="False")
        outcome = preview.run_op(text, given, self._flops)
        if outcome.error:
            self._failed(at, call.kind, text, given, outcome.error)
        return outcome.output, outcome.flops

    def _tensor(self, node: Tensor, at: _At) -> ValueType | None:
        try:
            shape = tuple(_integer(each, at.values) for each in node.shape)
        except ExpressionError as error:
            self._problem(at.node, "bad-expression", "sizes with a value", str(error))
            return self._record(at, node.kind, (), None)
        if any(each < 0 for each in shape):
            self._problem(at.node, "bad-size", "sizes ≥ 0", str(list(shape)))
            return self._record(at, node.kind, (), None)
        own = OwnTensor(
            at.path.rpartition(".")[2], shape, node.dtype, node.kind == "Parameter", node.kind != "Constant"
        )
        self.found.tensors.append((at.path.rpartition(".")[0], at.owner.rpartition(".")[0], own))
        return self._record(at, node.kind, (), TensorType(shape, node.dtype))

    def _record(
        self, at: _At, kind: str, inputs: Inputs, output: ValueType | None, flops: int | None = None
    ) -> ValueType | None:
        self.found.records[at.path] = Record(at.path, at.node, kind, inputs, output, at.owner, flops)
        return output

    def _add_tensors(self, at: _At, tensors: Sequence[OwnTensor]) -> None:
        self.found.tensors += [(at.path, at.owner, each) for each in tensors]

    def _failed(self, at: _At, kind: str, text: str, inputs: tuple[ValueType, ...], error: str) -> None:
        self.found.failures.setdefault(at.node, Failure(at.node, kind, text, inputs, error))

    def _problem(self, node: str, code: str, expected: str, received: str) -> None:
        self.found.problems.setdefault((node, code), Problem(node, code, expected, received))


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


def _arguments(inputs: Inputs) -> list[str | None]:
    return [None if each == LEFT_OUT else f"a{k}" for k, each in enumerate(inputs)]


def _integer(value: int | str | None, values: Values) -> int:
    if value is None:
        raise ExpressionError("an option has no value")
    return evaluate(parse(value), values) if isinstance(value, str) else value


def _evaluated(declared: Mapping, given: Mapping, values: Values, own_sizes: bool = False) -> dict:  # type: ignore[type-arg]
    """Options with their expressions evaluated, except those over the input's own sizes d0, d1, …"""
    result = {}
    for name, value in given.items():
        try:
            result[name] = declared[name].resolve(value, values)
        except ExpressionError:
            if not own_sizes:
                raise
            result[name] = value
    return result
