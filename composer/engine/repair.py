"""Applying all fixes that involve no choice."""

from __future__ import annotations

from collections.abc import Sequence

from composer.design.document import Design
from composer.design.edits.operations import apply
from composer.engine.shapes import examine
from composer.errors import EditError, Fix, Problem

MAX_FIXES = 1_000  # more than a document of 5,000 nodes will need; a fix that makes a new problem ends here


def repair(design: Design, run_code: bool = True) -> tuple[Design, tuple[str, ...]]:
    """`design` after its certain fixes, one by one, and what each did: `fc: set in_features=400`.

    A fix is taken only where its problem is gone afterwards.
    """
    done: list[str] = []
    problems: Sequence[Problem] = examine(design, run_code=run_code).problems
    while len(done) < MAX_FIXES:
        step = _first_fix(design, problems, run_code)
        if step is None:
            break
        design, problems, label = step
        done.append(label)
    return design, tuple(done)


def _first_fix(
    design: Design, problems: Sequence[Problem], run_code: bool
) -> tuple[Design, Sequence[Problem], str] | None:
    """The design after the first fix that helps, its problems, and what was done."""
    for problem in problems:
        for fix in problem.fixes:
            mended = _applied(design, fix) if fix.certain else None
            left = examine(mended, run_code=run_code).problems if mended else ()
            if mended and problem not in left:
                return mended, left, f"{problem.place}: {fix.label}"
    return None


def _applied(design: Design, fix: Fix) -> Design | None:
    try:
        for edit in fix.edits:
            design = apply(design, edit)
    except EditError:
        return None
    return design
