"""Following a plan's wires into boxes, lines and groups."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from composer.design.document import Design
from composer.design.limits import MAX_DEPTH
from composer.design.nodes import Use
from composer.design.paths import join
from composer.design.plan import (
    BlockCall,
    BlockPlan,
    Call,
    DefinitionPlan,
    Plan,
    Ref,
    RepeatCall,
    SharedCall,
    Step,
    UseCall,
)
from composer.views.elements import Box, Group, Spot
from composer.views.labels import Values, resolved
from composer.views.leaves import MODES, Leaf, leaf, times
from composer.views.runs import Run, divided

HARD_LIMIT = 12_000  # boxes; beyond it nothing more is opened, whatever was asked for


@dataclass(frozen=True, slots=True)
class Source:
    """A value: the box it is drawn to come from, and whose output it is (at `items` of the tuple).

    `of` is the id of a box or group, or one of `Tracer.hidden`: what a closed run has inside.
    """

    box: str
    of: str
    items: tuple[int, ...] = ()


Traced = Source | tuple["Traced", ...]


@dataclass(frozen=True, slots=True)
class Wire:
    """A value on its way into a box."""

    source: Source
    head: str


@dataclass(frozen=True, slots=True)
class At:
    """Where a call stands: its places, the group around it, its scope's path, and the sizes known there."""

    path: str
    node: str
    name: str
    group: str = ""
    depth: int = 0
    scope: str = ""
    values: Values = field(default_factory=dict)


class Tracer:
    """Draws a plan down to `depth` levels of groups.

    Afterwards `boxes`, `groups` and `wires` hold the drawing, `at_path` the id of what is drawn at a path, `repeats`
    the paths whose instances are drawn as one, `originals` each shared box with its original's path, `hidden` made-up
    ids of the steps in closed runs with their paths, `closed` and `runs` what closed boxes have inside. With a
    `limit`, tracing ends early, with `too_large`, where there are more boxes. With `by_runs`, very long blocks are
    drawn as runs.
    """

    def __init__(
        self,
        design: Design,
        plan: Plan,
        depth: int,
        uses: bool,
        expanded: Collection[str],
        collapsed: Collection[str],
        limit: int,
        by_runs: bool = False,
    ) -> None:
        self._design = design
        self.plan = plan
        self.depth = depth
        self._uses = uses
        self._expanded = {above for path in expanded for above in _above(path)}
        self._collapsed = collapsed
        self._limit = limit
        self._by_runs = by_runs
        self.boxes: list[Box] = []
        self.groups: list[Group] = []
        self.wires: list[Wire] = []
        self.at_path: dict[str, str] = {}
        self.repeats: set[str] = set()
        self.originals: list[tuple[str, str]] = []
        self.hidden: dict[str, str] = {}
        self.closed: dict[str, Call] = {}
        self.runs: dict[str, Run] = {}
        self.closed_by_depth = False

    @property
    def too_large(self) -> bool:
        return bool(self._limit) and len(self.boxes) > self._limit

    def trace(self) -> None:
        inputs: list[Traced] = []
        for each in self._design.inputs:
            shape = "×".join(map(str, each.shape)) or "scalar"
            line = shape if each.dtype == "float32" else f"{shape} {each.dtype}"
            inputs.append(self._box(At("", "", each.name), Leaf("input", "Input", "Input", line)))
        root = self.plan.root
        here = At("", "", self._design.name)
        if isinstance(root, BlockPlan):
            output = self._block(root, here, inputs)
        else:
            output = self._repeat(root, self._group(here, "Repeat", "Block", root), here, inputs)
        outputs = output if isinstance(output, tuple) else (output,)
        for number, value in enumerate(outputs):
            name = str(number) if len(outputs) > 1 else ""
            end = self._box(At("", "", name), Leaf("output", "Output", "Output"))
            self._join(end, [value])

    def _block(self, block: BlockPlan, at: At, inputs: Sequence[Traced]) -> Traced:
        known = dict(zip(block.inputs, inputs, strict=False))
        self._steps(block.steps, at, known, at.path)
        if self.too_large:
            return ()
        outputs = tuple(self._value(ref, known, at.group) for ref in block.outputs)
        return outputs[0] if len(outputs) == 1 else outputs

    def _steps(self, steps: Sequence[Step], at: At, known: dict[str, Traced], key: str) -> None:
        """Draw steps of the block at `at`, all or those of the run called `key`, adding what they give to `known`."""
        runs = divided([step for step in steps if step.id], key) if self._by_runs else []
        for run in runs:
            self._run(run, at, known)
        for step in steps:
            if self.too_large:
                return
            if not runs or not step.id:
                given = [self._value(ref, known, at.group) if ref else () for ref in step.inputs]
                here = replace(at, path=join(at.path, step.id), node=step.path, name=step.id)
                known[step.id] = self._call(step, given, here)

    def _run(self, run: Run, at: At, known: dict[str, Traced]) -> None:
        paths = [join(at.path, step.id) for step in run.steps]
        wanted = run.key in self._expanded or not self._expanded.isdisjoint(paths)
        if wanted and run.key not in self._collapsed:
            spot = Spot(at.node, run.key, "run")
            group = Group(f"g{len(self.groups)}", spot, "Run", run.name, "Block", at.group)
            self.groups.append(group)
            self._steps(run.steps, replace(at, group=group.id), known, run.key)
            return
        drawn = Leaf("run", run.size, "Block", run.kinds, closed=True)
        box = self._box(At(run.key, run.steps[0].path, run.name, at.group), drawn).box
        self.runs[box] = run
        crossing: dict[Source, None] = {}  # each value that comes in from outside, once
        for step, path in zip(run.steps, paths, strict=True):
            self.at_path[path] = box
            refs = [ref for ref in step.inputs if ref and ref.name in known]
            given = [each for ref in refs for each in _sources(self._value(ref, known, at.group))]
            crossing |= dict.fromkeys(each for each in given if each.box != box)
            if isinstance(step.call, SharedCall):
                self.originals.append((box, join(at.scope, *step.call.target)))
            known[step.id] = Source(box, self._hide(path))
        self.wires += [Wire(source, box) for source in crossing]

    def _hide(self, path: str) -> str:
        id = f"h{len(self.hidden)}"
        self.hidden[id] = path
        return id

    def _value(self, ref: Ref, known: Mapping[str, Traced], group: str) -> Traced:
        if ref.name not in known:
            return self._broken(group)
        value = known[ref.name]
        for item in ref.items:
            if isinstance(value, Source):
                value = replace(value, items=(*value.items, item))
            else:
                value = value[item] if item < len(value) else self._broken(group)
        return value

    def _broken(self, group: str) -> Source:
        return self._box(At("", "", "", group), Leaf("broken", "?", "Broken"))

    def _call(self, step: Step, inputs: Sequence[Traced], at: At) -> Traced:
        call = step.call
        match call:
            case UseCall(node) if self._has_inside(node) and self._opens(at, use=True):
                definition = self.plan.definitions[node.of]
                inner = replace(at, scope=at.path, values=_sizes(definition, node, at.values))
                group = self._group(inner, node.of, "Use", definition.body)
                return self._body(definition.body, group, replace(inner, node=f".{node.of}"), inputs)
            case BlockCall(block) if block.steps and self._opens(at):
                return self._body(block, self._group(at, block.kind, "Block", block), at, inputs)
            case RepeatCall() if self._opens(at):
                return self._body(call, self._group(at, "Repeat", "Block", call), at, inputs)
        source = self._leaf(call, at)
        self._join(source, inputs)
        return source

    def _body(self, body: BlockPlan | RepeatCall, group: Group, at: At, inputs: Sequence[Traced]) -> Traced:
        if isinstance(body, RepeatCall):
            return self._repeat(body, group, at, inputs)
        return self._block(body, replace(at, group=group.id, depth=at.depth + 1), inputs)

    def _repeat(self, call: RepeatCall, group: Group, at: At, inputs: Sequence[Traced]) -> Traced:
        """The body, once; what leaves it is the Repeat's own output: the last instance's."""
        self.repeats.add(at.path)
        node = call.node
        values = {name: value for name, value in at.values.items() if node.mode != "new" or name != node.index}
        inner = At(join(at.path, "0"), join(at.node, "0"), "0", group.id, at.depth + 1, at.scope, values)
        step = Step("0", inner.node, call.body, ())
        return _as_output_of(group.id, self._call(step, inputs, inner))

    def _has_inside(self, use: Use) -> bool:
        definition = self.plan.definitions.get(use.of)
        if definition is None or isinstance(definition.body, RepeatCall):
            return definition is not None
        return bool(definition.body.steps) and definition.body.kind != "Code"

    def _opens(self, at: At, use: bool = False) -> bool:
        if at.path in self._collapsed or at.depth > MAX_DEPTH or len(self.boxes) > HARD_LIMIT:
            return False
        if at.path in self._expanded:
            return True
        if use and not self._uses:
            return False
        self.closed_by_depth |= at.depth >= self.depth
        return at.depth < self.depth

    def _leaf(self, call: Call, at: At) -> Source:
        drawn = leaf(call, at.values, merge=not at.name)
        definition = self.plan.definitions.get(call.node.of) if isinstance(call, UseCall) else None
        if definition and isinstance(definition.body, BlockPlan) and definition.body.kind == "Code":
            drawn = replace(drawn, closed=False, badges=(*drawn.badges, "code"))
        if isinstance(call, RepeatCall):
            self.repeats.add(at.path)
        source = self._box(at, drawn)
        if drawn.closed:
            self.closed[source.box] = call
        if isinstance(call, SharedCall):
            self.originals.append((source.box, join(at.scope, *call.target)))
        return source

    def _box(self, at: At, leaf: Leaf) -> Source:
        id = f"n{len(self.boxes)}"
        spot = Spot(at.node, at.path, leaf.role)
        lines = (leaf.line,) if leaf.line else ()
        box = Box(id, spot, leaf.kind, at.name, leaf.category, lines, at.group, leaf.closed, leaf.badges)
        self.boxes.append(box)
        if leaf.role not in ("input", "output", "broken", "merge"):
            self.at_path[at.path] = id
        return Source(id, id)

    def _group(self, at: At, kind: str, category: str, body: BlockPlan | RepeatCall) -> Group:
        count: str = ""
        badges: tuple[str, ...] = ()
        if isinstance(body, RepeatCall):
            count, badges = times(body, at.values), MODES[body.node.mode]
        spot = Spot(at.node, at.path, "use" if category == "Use" else "block")
        group = Group(f"g{len(self.groups)}", spot, kind, at.name, category, at.group, count, badges)
        self.groups.append(group)
        self.at_path[at.path] = group.id
        return group

    def _join(self, end: Source, values: Sequence[Traced]) -> None:
        self.wires += [Wire(source, end.box) for value in values for source in _sources(value)]


def _above(path: str) -> Iterator[str]:
    """`path` and every path around it."""
    while path:
        yield path
        path = path.rpartition(".")[0]


def _sources(value: Traced) -> Iterator[Source]:
    if isinstance(value, Source):
        yield value
    else:
        for each in value:
            yield from _sources(each)


def _as_output_of(group: str, value: Traced, items: tuple[int, ...] = ()) -> Traced:
    """The same boxes, said to be the output of `group`."""
    if isinstance(value, Source):
        return replace(value, of=group, items=items)
    return tuple(_as_output_of(group, each, (*items, number)) for number, each in enumerate(value))


def _sizes(definition: DefinitionPlan, use: Use, values: Values) -> dict[str, int]:
    """The options of a definition at one use of it, those that can be computed."""
    given = {name: resolved(use.options.get(name, default), values) for name, default in definition.options}
    return {name: value for name, value in given.items() if isinstance(value, int)}
