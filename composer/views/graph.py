"""The picture of a design as plain data: boxes, lines and groups, before anything is laid out.

The wiring is the plan's (`composer.design.lower`), nothing is worked out again. DOT text is made of it in
`composer.views.dot`; other drawers may read it as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from composer.design.document import Design
from composer.design.limits import MAX_DEPTH
from composer.design.lower import lower
from composer.errors import Problem
from composer.reports import ShapesReport
from composer.views.elements import Graph
from composer.views.notes import annotate
from composer.views.tracing import Tracer

COMFORTABLE = 150  # boxes; with more, deep blocks are drawn closed


@dataclass(frozen=True, slots=True)
class Opened:
    """Which boxes are drawn open, with what is inside.

    `depth` is how many levels of groups are opened; None is as many as fit comfortably. Uses of definitions
    stay closed unless `uses` says otherwise. `expanded` and `collapsed` name paths, as drawn, that are opened,
    with all around them, or closed whatever else is said. `runs`: a block of very many nodes is drawn as runs of
    them (`composer.views.runs`), which are opened and closed by their keys; that is for a picture that can be clicked.
    """

    depth: int | None = None
    uses: bool = False
    expanded: Collection[str] = frozenset()
    collapsed: Collection[str] = frozenset()
    runs: bool = False


def graph(
    design: Design,
    report: ShapesReport | None = None,
    problems: Sequence[Problem] = (),
    opened: Opened | None = None,
) -> Graph:
    """The graph of `design`, with the shapes and problems of `report` and the further `problems`.

    Never fails: a wire that leads nowhere comes from a box "?".
    """
    opened = opened or Opened()
    tracer = _fitting(design, opened)
    known = [*problems, *(each for each in (report.problems if report else ()) if each not in problems)]
    return annotate(design, tracer, report, known)


def _fitting(design: Design, opened: Opened) -> Tracer:
    """The drawing at the depth asked for, or at the greatest depth that is not too large."""
    plan = lower(design)

    def trace(depth: int, limit: int) -> Tracer:
        tracer = Tracer(design, plan, depth, opened.uses, opened.expanded, opened.collapsed, limit, opened.runs)
        tracer.trace()
        return tracer

    if opened.depth is not None:
        return trace(opened.depth, 0)
    best = trace(0, 0)
    for depth in range(1, MAX_DEPTH + 1):
        if not best.closed_by_depth:
            break
        deeper = trace(depth, COMFORTABLE)
        if deeper.too_large:
            break
        best = deeper
    return best
