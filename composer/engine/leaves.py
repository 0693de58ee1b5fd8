"""Running a single layer, op or free tensor of a walk, with the sizes of its scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from composer import memo
from composer.catalog import INITIALIZERS
from composer.catalog.options import Option, Value
from composer.catalog.spec import Spec
from composer.codegen import render
from composer.design.nodes import Layer, Size, Tensor
from composer.design.paths import join
from composer.design.plan import LayerCall, OpCall
from composer.engine import preview
from composer.engine.doubts import refused
from composer.engine.flow import LEFT_OUT, At, Failure, Flow, Inputs, Values, Walk
from composer.engine.measures import Mismatch, mismatches
from composer.engine.preview import Outcome, OwnTensor
from composer.expressions import ExpressionError, evaluate, names, parse
from composer.memo import Memo
from composer.reports import TensorReport, TensorType, ValueType


class Leaves:
    """Runs leaves and notes in `found` what came of them."""

    def __init__(self, found: Walk, flops: bool) -> None:
        self.found = found
        self._flops = flops

    def layer(self, call: LayerCall, inputs: Inputs, at: At) -> Flow:
        """Run a layer; its parameters are noted even where it cannot run."""
        node, given = call.node, _known(inputs)
        options = self._evaluated(node.spec, node.options, at) if at.values else node.options
        if options is None:
            return self.found.record(at, node.kind, inputs, None)
        if given is None:
            construct = render.construct(node.spec, options)
            self._add(at.path, at.owner, preview.tensors_of(construct), node.kind)
            return self.found.record(at, node.kind, inputs, None)
        first = self.found.first.setdefault(at.owner, given) if node.spec.concrete else given
        present = tuple(each is not LEFT_OUT for each in inputs)
        ran = _ran(node, options, bool(at.values), given, present, first, self._flops)
        if ran.error:
            origins = tuple(each.origin for each in inputs)
            dtype = next((each.dtype for each in ran.outcome.tensors if each.parameter), "")
            failure = Failure(
                at, node.kind, ran.construct, given, origins, ran.error, True, dtype, ran.wrong, ran.mended
            )
            self.found.failures.setdefault(at.node, failure)
        self._add(at.path, at.owner, ran.outcome.tensors, node.kind)
        return self.found.record(at, node.kind, inputs, ran.output, ran.outcome.flops)

    def op(self, call: OpCall, inputs: Inputs, at: At) -> Flow:
        """Run an op."""
        output, flops = self._run_op(call, inputs, at)
        return self.found.record(at, call.kind, inputs, output, flops)

    def merge(self, call: OpCall, inputs: Inputs, at: At) -> Flow:
        """Join the branches of a Parallel or Residual at `at`: its failure is the block's, and it has no record."""
        output, _ = self._run_op(call, inputs, at)
        return Flow(output, at.path)

    def tensor(self, node: Tensor, at: At) -> Flow:
        """Note a free parameter, buffer or constant."""
        try:
            shape = tuple(integer(each, at.values) for each in node.shape)
        except ExpressionError as error:
            self.found.problem(at.node, "bad-expression", "sizes with a value", str(error))
            return self.found.record(at, node.kind, (), None)
        if any(each < 0 for each in shape):
            self.found.problem(at.node, "bad-size", "sizes ≥ 0", str(list(shape)))
            return self.found.record(at, node.kind, (), None)
        scheme = INITIALIZERS.get(node.init.scheme) if node.init else None
        wanted = scheme.wants(node.init.options, shape) if node.init and scheme else ""
        if scheme and wanted:
            self.found.problem(at.node, "unsuited-initializer", f"{wanted} for {scheme.kind}", str(list(shape)))
        block, _, id = at.path.rpartition(".")
        own = OwnTensor(id, shape, node.dtype, node.kind == "Parameter", node.kind != "Constant")
        self._add(block, at.owner.rpartition(".")[0], (own,))
        return self.found.record(at, node.kind, (), TensorType(shape, node.dtype))

    def _run_op(self, call: OpCall, inputs: Inputs, at: At) -> tuple[ValueType | None, int | None]:
        given = _known(inputs)
        options = self._evaluated(call.spec, call.options, at, own_sizes=True)
        if given is None or options is None:
            return None, None
        text = render.call_op(call.spec, options, _arguments(inputs), _texts(at.values), training="False")
        outcome = preview.run_op(text, given, self._flops)
        error = outcome.error or refused(call.kind, "", text, given)
        if error:
            origins = tuple(each.origin for each in inputs)
            self.found.failures.setdefault(at.node, Failure(at, call.kind, text, given, origins, error))
        return None if error else outcome.output, outcome.flops

    def _evaluated(
        self, spec: Spec, given: Mapping[str, Value], at: At, own_sizes: bool = False
    ) -> dict[str, Any] | None:
        """Options with their expressions evaluated; None where one has no value, or one that is not allowed."""
        result = {}
        for name, value in given.items():
            option = spec.by_name[name]
            try:
                result[name] = option.resolve(value, at.values)
            except ExpressionError as error:
                if not (own_sizes and _reads_sizes(option, value)):
                    self.found.problem(at.node, "bad-expression", "options with a value", str(error))
                    return None
                result[name] = value  # its d0, d1, … are known when it runs
            if not option.accepts(result[name]):
                received = f"{result[name]} (from {value})"
                self.found.problem(at.node, "bad-option", f"{name} to be {option.expected}", received)
                return None
        return result

    def _add(self, path: str, owner: str, tensors: tuple[OwnTensor, ...], kind: str = "") -> None:
        """Note parameters and buffers of the module at `path`, which are those of the module at `owner`."""
        for own in tensors:
            name, original = join(path, own.name), join(owner, own.name)
            of = "" if original == name else original
            layer = own.inner or kind
            row = TensorReport(name, own.shape, own.dtype, own.parameter, own.parameter, of, own.saved, layer)
            self.found.tensors.append((path, row))


@dataclass(frozen=True, slots=True)
class _Ran:
    """A layer as it ran. `mended`: it runs once the options in `wrong` are the sizes that come in."""

    construct: str
    outcome: Outcome
    output: ValueType | None
    error: str = ""
    wrong: tuple[Mismatch, ...] = ()
    mended: bool = False


_layers: Memo[_Ran] = Memo(50_000)


def _ran(
    node: Layer,
    options: Mapping[str, Any],
    evaluated: bool,
    given: tuple[ValueType, ...],
    present: tuple[bool, ...],
    first: tuple[ValueType, ...],
    flops: bool,
) -> _Ran:
    """Run a layer, or recall how it ran: an edit keeps the other nodes, so that one look at each is all it costs."""
    sizes = tuple(options.items()) if evaluated else ()
    key = (id(node), sizes, given, present, first, flops)
    return _layers.get(key) or _layers.put(key, _run(node, options, given, present, first, flops), node)


def _run(
    node: Layer,
    options: Mapping[str, Any],
    given: tuple[ValueType, ...],
    present: tuple[bool, ...],
    first: tuple[ValueType, ...],
    flops: bool,
) -> _Ran:
    construct = render.construct(node.spec, options)
    names = [f"a{k}" if there else None for k, there in enumerate(present)]
    text = render.call_layer(node.spec, "m", options, names)
    outcome = preview.run_layer(construct, text, given, first if first != given else None, flops)
    wrong = mismatches(node.spec, options, given)
    error = outcome.error or (preview.real_error(construct, text, given) if wrong else "")
    error = error or refused(node.kind, construct, text, given)
    if not error:
        return _Ran(construct, outcome, outcome.output)
    sizes = {each.option: each.received for each in wrong}
    mended = preview.run_layer(render.construct(node.spec, {**options, **sizes}), text, given)
    # What comes out is certain whatever is done about the sizes: they decide what comes in.
    output = mended.output if wrong or outcome.error else None
    return _Ran(construct, outcome, output, error, wrong, not mended.error)


def forget() -> None:
    """Forget every result (for benchmarks of a cold start)."""
    memo.forget()
    preview.clear()


def integer(value: Size | None, values: Values) -> int:
    """The value of a size.

    Raises:
        ExpressionError: where it has none.
    """
    if value is None:
        raise ExpressionError("an option has no value")
    return evaluate(parse(value), values) if isinstance(value, str) else value


def _reads_sizes(option: Option, value: Value) -> bool:
    return any(
        name[:1] == "d" and name[1:].isdecimal() for text in option.expressions(value) for name in names(parse(text))
    )


def _texts(values: Values) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _known(inputs: Inputs) -> tuple[ValueType, ...] | None:
    """The types of the inputs, or None where one is not known."""
    types = tuple(each.type for each in inputs)
    return None if any(each is None for each in types) else types  # type: ignore[return-value]


def _arguments(inputs: Inputs) -> list[str | None]:
    return [None if each is LEFT_OUT else f"a{k}" for k, each in enumerate(inputs)]
