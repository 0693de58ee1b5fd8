"""What a report knows, written into a traced drawing: shapes at the lines, problems and badges at the boxes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from composer.design.document import Design
from composer.design.paths import place
from composer.errors import Problem
from composer.reports import ShapesReport, TensorType, ValueType, describe, under
from composer.views.elements import Box, Graph, Group, Line, Spot
from composer.views.places import definitions_inside, places
from composer.views.tints import tints
from composer.views.tracing import Source, Tracer

_WITHOUT_TYPE = ("input", "output", "broken", "run")
_PARALLEL = 4  # lines from a run to another box, or into one, that are drawn one by one


def annotate(design: Design, tracer: Tracer, report: ShapesReport | None, problems: Sequence[Problem]) -> Graph:
    """The graph of a drawing."""
    notes = _Notes(design, tracer, report)
    texts, others = notes.problems(problems)
    badges = notes.badges()
    types = notes.types()
    boxes = tuple(
        replace(each, badges=(*each.badges, *badges.get(each.id, ())), problems=tuple(texts.get(each.id, ())))
        for each in tracer.boxes
    )
    groups = tuple(replace(each, problems=tuple(texts.get(each.id, ()))) for each in tracer.groups)
    lines = list(_lines(tracer, types))
    lines += [
        Line(f"e{number}", tail, head, "same", tint=tint)
        for number, ((tail, head), tint) in enumerate(notes.same().items(), start=len(lines))
    ]
    index = _index(boxes, groups, lines)
    return Graph(
        name=design.name,
        boxes=boxes,
        lines=tuple(lines),
        groups=groups,
        problems=tuple(others),
        index=index,
        places=places(tracer),
        depth=tracer.depth,
        deeper=tracer.closed_by_depth,
    )


def _lines(tracer: Tracer, types: dict[str, ValueType]) -> Iterator[Line]:
    """A line for each wire; one for all between a run and another box, where they are very many."""
    runs = {box.id for box in tracer.boxes if box.role == "run"}
    between = Counter((wire.source.box, wire.head) for wire in tracer.wires)
    bundled = {ends: number for ends, number in between.items() if number > _PARALLEL and not runs.isdisjoint(ends)}
    pending = dict(bundled)
    number = 0
    for wire in tracer.wires:
        ends = wire.source.box, wire.head
        if ends in bundled and not pending.pop(ends, 0):
            continue
        label = f"{bundled[ends]} values" if ends in bundled else _label(wire.source, types)
        yield Line(f"e{number}", *ends, label=label)
        number += 1


def _index(boxes: Sequence[Box], groups: Sequence[Group], lines: Sequence[Line]) -> dict[str, Spot]:
    index = {each.id: each.spot for each in boxes} | {each.id: each.spot for each in groups}
    return index | {line.id: index[line.head] for line in lines}


def _label(source: Source, types: dict[str, ValueType]) -> str:
    """The shape that goes along a line, or nothing where it is not known."""
    value = types.get(source.of)
    for item in source.items:
        if not isinstance(value, tuple) or item >= len(value):
            return ""
        value = value[item]
    return describe(value) if value is not None else ""


class _Notes:
    def __init__(self, design: Design, tracer: Tracer, report: ShapesReport | None) -> None:
        self._design = design
        self._tracer = tracer
        self._report = report
        self._inside = definitions_inside(tracer)
        self._parts: tuple[Box | Group, ...] = (*tracer.boxes, *tracer.groups)

    def _drawn(self, path: str) -> str:
        """`path` with the indices of Repeats as they are drawn: 0."""
        ids: list[str] = []
        for id in path.split("."):
            ids.append("0" if id.isdecimal() and ".".join(ids) in self._tracer.repeats else id)
        return ".".join(ids)

    def _nearest(self, path: str) -> str:
        """The id of what is drawn at `path`, or around it; "" where only the whole design is."""
        drawn = self._drawn(path)
        while drawn and drawn not in self._tracer.at_path:
            drawn = drawn.rpartition(".")[0]
        return self._tracer.at_path.get(drawn, "")

    def types(self) -> dict[str, ValueType]:
        """The output of each box and group, where it is the same at all its instances."""
        inputs = [each for each in self._tracer.boxes if each.role == "input"]
        types: dict[str, ValueType] = {
            box.id: TensorType(each.shape, each.dtype) for box, each in zip(inputs, self._design.inputs, strict=True)
        }
        if self._report is None:
            return types
        found: defaultdict[str, set[ValueType | None]] = defaultdict(set)
        for path, step in self._report.steps.items():
            found[self._drawn(path)].add(step.output)
        drawn = {each.id: each.spot.instance for each in self._parts if each.role not in _WITHOUT_TYPE}
        for id, path in (drawn | self._tracer.hidden).items():
            outputs = found.get(path, set())
            if len(outputs) == 1:
                (output,) = outputs
                if output is not None:
                    types[id] = output
        return types

    def problems(self, problems: Sequence[Problem]) -> tuple[dict[str, list[str]], list[str]]:
        """The texts of the problems by the box or group they are shown at, and those of the whole design."""
        texts: defaultdict[str, list[str]] = defaultdict(list)
        others = []
        for problem in problems:
            ids = self._places_of(problem.path)
            for id in ids:
                texts[id].append(f"expects {problem.expected}, received {problem.received}")
            if not ids:
                others.append(str(problem))
        return texts, others

    def _places_of(self, path: str) -> list[str]:
        ids = [each.id for each in self._parts if _at(path, each)]
        if not ids and self._report:
            ids = [self._nearest(step.path) for step in self._report.steps.values() if step.node == path]
        if not ids and path.startswith("."):
            definition = place(path).definition
            ids = [id for id, names in self._inside.items() if definition in names]
        if not ids:
            ids = [self._nearest(path)]
        return [id for id in dict.fromkeys(ids) if id]

    def badges(self) -> dict[str, list[str]]:
        """What the design says of boxes elsewhere: frozen, tied, and that a module is used again."""
        badges: defaultdict[str, list[str]] = defaultdict(list)
        for id, badge in self._frozen():
            badges[id].append(badge)
        for id in dict.fromkeys(self._nearest(path) for group in self._design.ties for path in group):
            badges[id].append("tied")
        for id in dict.fromkeys(self._nearest(path) for _, path in self._tracer.originals):
            badges[id].append("shared")
        return badges

    def _frozen(self) -> Iterator[tuple[str, str]]:
        if self._report is None:
            for box in self._tracer.boxes:
                if box.spot.instance and any(under(path, box.spot.instance) for path in self._design.frozen):
                    yield box.id, "frozen"
            return
        trains: defaultdict[str, set[bool]] = defaultdict(set)
        for tensor in self._report.tensors:
            if tensor.parameter:
                trains[self._nearest(tensor.name)].add(tensor.trainable)
        for id, found in trains.items():
            if False in found:
                yield id, "partly frozen" if True in found else "frozen"

    def same(self) -> dict[tuple[str, str], int]:
        """The two ends of each dashed line, and its tint: a module used again, or tied parameters."""
        known = tints(self._design)
        pairs = [((self._nearest(path), box), known.get(path, 0)) for box, path in self._tracer.originals]
        for owner, *others in self._design.ties:
            pairs += [((self._nearest(owner), self._nearest(other)), known[owner]) for other in others]
        found: dict[tuple[str, str], int] = {}
        for (a, b), tint in pairs:
            if a and b and a != b:
                found.setdefault((a, b), tint)
        return found


def _at(path: str, part: Box | Group) -> bool:
    """Whether a problem's path means this part; an input of the design is named, it has no path."""
    if part.role == "input":
        return path == part.name
    return path in (part.spot.path, part.spot.instance) and part.role not in ("output", "broken", "run")
