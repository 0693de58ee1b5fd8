"""Problems as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from composer.errors import Problem
from composer.views.wording import clean


def problem_lines(problems: Iterable[Problem]) -> Iterator[str]:
    """What is wrong and where, each with the fixes that are offered."""
    for problem in problems:
        yield clean(str(problem))
        if problem.fixes:
            yield clean(f"  fix: {' · '.join(fix.label for fix in problem.fixes)}")
