"""Wrong shapes and types: what is said, at which path, and that the fixes offered repair it."""

from __future__ import annotations

import pytest

from composer.design.document import Design
from composer.design.edits.operations import apply
from composer.design.nodes import Repeat
from composer.engine.shapes import examine
from composer.errors import Problem
from tests.build import chain, layer, linear
from tests.engine.wrong_designs import WRONG, conv, flat


def label(fix: object) -> str:
    return f"{'! ' if fix.certain else ''}{fix.label}"  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", WRONG)
def test_wrong_shapes_and_types(name: str) -> None:
    design, message, labels = WRONG[name]
    (problem,) = examine(design).problems
    assert str(problem) == message
    assert [label(fix) for fix in problem.fixes] == labels
    assert len(message) <= 300
    assert not problem.detail or problem.detail not in message, "torch's own words are a detail"


@pytest.mark.parametrize("name", WRONG)
def test_each_fix_repairs(name: str) -> None:
    design, _, _ = WRONG[name]
    (problem,) = examine(design).problems
    for fix in problem.fixes:
        assert examine(mended(design, problem, fix.label)).problems == (), fix.label


def mended(design: Design, problem: Problem, label: str) -> Design:
    (fix,) = [each for each in problem.fixes if each.label == label]
    for edit in fix.edits:
        design = apply(design, edit)
    return design


def test_problems_behind_a_problem_are_shown_at_once() -> None:
    design = flat(conv("a", 1, 6), conv("b", 5, 7), layer("flatten", "Flatten"), linear("fc", 10, 10))
    assert [str(problem) for problem in examine(design).problems] == [
        "a: expects 1 input channels, received 3 (from x, shape N×3×8×8)",
        "b: expects 5 input channels, received 6 (from a, shape N×6×6×6)",
        "fc: expects 10 input features, received 112 (from flatten, shape N×112)",
    ]


def test_a_problem_of_many_instances_is_said_once() -> None:
    design = chain(Repeat(id="r", times=5, body=linear("0", 4, 8)))
    (problem,) = examine(design).problems
    assert str(problem) == "r.0: expects 4 input features, received 8 (from r.0, shape N×8)"
