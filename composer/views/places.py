"""Where in a picture a place of the document is to be seen: at its own box, or at what it is inside of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from composer.codegen.source import uses
from composer.design.plan import Call, OpCall, Plan, TensorCall
from composer.views.elements import Box, Graph, Group
from composer.views.tracing import Tracer

Places = Mapping[str, tuple[str, ...]]
"""Paths of the document → the ids of what is drawn there. Not all paths are there: see `nearest`."""


def places(tracer: Tracer) -> Places:
    """The places of a drawing. A definition is where it is used, and where something closed has a use of it inside."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)  # of ids, in order and once
    parts: list[Box | Group] = [*tracer.boxes, *tracer.groups]
    for part in parts:
        if part.spot.path and part.role not in ("broken", "run"):
            found[part.spot.path][part.id] = None
    for group in tracer.groups:
        if group.role == "use":
            found[f".{group.kind}"][group.id] = None
    for id, run in tracer.runs.items():
        for step in run.steps:
            found[step.path][id] = None
    for id, names in definitions_inside(tracer).items():
        for name in names:
            found[f".{name}"][id] = None
    return {path: tuple(ids) for path, ids in found.items()}


def nearest(known: Places, path: str) -> tuple[str, ...]:
    """The ids of what is drawn at `path`, or around it; none where only the whole design is."""
    while path and path not in known:
        path = path.rpartition(".")[0]
    return known.get(path, ())


def feeding(graph: Graph, path: str) -> tuple[str, ...]:
    """The ids of the lines that lead into what is drawn at `path`, and of the boxes that they come from."""
    inside = {each.id for each in graph.parts if each.spot.path == path and each.role not in ("run", "input", "output")}
    for group in graph.groups:  # outer ones come first
        if group.parent in inside:
            inside.add(group.id)
    inside |= {box.id for box in graph.boxes if box.group in inside}
    lines = [line for line in graph.lines if line.role == "data" and line.head in inside and line.tail not in inside]
    return tuple(dict.fromkeys(id for line in lines for id in (line.id, line.tail)))


def definitions_inside(tracer: Tracer) -> dict[str, set[str]]:
    """For each box the definitions that it has inside, whatever the depth."""
    calls: dict[str, Iterable[Call]] = {id: (call,) for id, call in tracer.closed.items()}
    calls |= {id: [step.call for step in run.steps] for id, run in tracer.runs.items()}
    return {id: reached(tracer.plan, _used(inside)) for id, inside in calls.items()}


def _used(calls: Iterable[Call]) -> Iterator[str]:
    for call in calls:
        if not isinstance(call, OpCall | TensorCall):
            yield from uses(call)


def reached(plan: Plan, names: Iterable[str]) -> set[str]:
    """The definitions called so and those that they use, whatever the depth."""
    found: set[str] = set()
    pending = list(names)
    while pending:
        each = pending.pop()
        if each not in found and each in plan.definitions:
            found.add(each)
            pending += uses(plan.definitions[each].body)
    return found
