"""What is wrong with a design, as values: everything that can be said without running it."""

from __future__ import annotations

from collections.abc import Iterator

from composer.design import limits
from composer.design.checks import code, design_wide, nodes, references
from composer.design.document import Design
from composer.errors import Problem
from composer.memo import remembered


@remembered
def check(design: Design) -> tuple[Problem, ...]:
    """The problems of `design`; none means that its source can be written.

    Shapes are not looked at here: that takes torch (`composer.engine.shapes`).
    """
    endless = tuple(design_wide.recursion(design))
    if endless:
        return endless
    too_large = limits.expansion_problem(design)
    if too_large:
        return (too_large,)
    return tuple(_problems(design))


def _problems(design: Design) -> Iterator[Problem]:
    yield from design_wide.problems(design)
    yield from nodes.problems(design)
    yield from code.problems(design)
    yield from references.problems(design)
