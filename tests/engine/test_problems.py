"""Wrong shapes and types: what is said, at which path, and that the fixes offered repair it."""

from __future__ import annotations

import pytest

from composer.design.document import Design
from composer.design.edits.operations import apply
from composer.design.nodes import Parallel, Repeat
from composer.engine.repair import repair
from composer.engine.shapes import examine
from composer.errors import Problem
from tests.build import chain, layer, linear, of, op
from tests.engine import wrong_designs, wrong_joins, wrong_ranks, wrong_types, wrong_windows
from tests.engine.wrong_designs import conv, flat, inputs

_TABLES = (wrong_designs, wrong_joins, wrong_ranks, wrong_types, wrong_windows)
WRONG = {name: row for table in _TABLES for name, row in table.WRONG.items()}


def test_the_tables_are_long_and_no_name_is_there_twice() -> None:
    assert len(WRONG) == sum(len(table.WRONG) for table in _TABLES) >= 120


def label(fix: object) -> str:
    return f"{'! ' if fix.certain else ''}{fix.label}"  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", WRONG)
def test_wrong_shapes_and_types(name: str) -> None:
    design, message, labels = WRONG[name]
    (problem,) = examine(design).problems
    assert str(problem) == message
    assert [label(fix) for fix in problem.fixes] == labels
    assert_readable(problem)


def assert_readable(problem: Problem) -> None:
    assert len(str(problem)) <= 300
    assert not problem.detail or problem.detail not in str(problem), "torch's own words are a detail"
    assert all(0 < len(fix.label) <= 80 for fix in problem.fixes)


@pytest.mark.parametrize("name", WRONG)
def test_each_fix_repairs(name: str) -> None:
    design, _, _ = WRONG[name]
    (problem,) = examine(design).problems
    for fix in problem.fixes:
        assert examine(mended(design, problem, fix.label)).problems == (), fix.label


@pytest.mark.parametrize("name", WRONG)
def test_all_that_are_certain_repair(name: str) -> None:
    design, _, labels = WRONG[name]
    repaired, done = repair(design)
    certain = any(each.startswith("! ") for each in labels)
    assert (examine(repaired).problems == ()) == certain
    assert len(done) == certain


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


def test_several_wrong_wires_at_once() -> None:
    """Each is mended by its own fix, whatever is done about the others first."""
    design = chain(
        linear("a", 4, 8),
        linear("b", 4, 6, "x"),
        op("s", "Add", "a", "b"),
        op("c", "Concat", "a", "b", dim=0),
        linear("d", 5, 1, "a"),
    )
    problems = examine(design).problems
    assert [(problem.path, [label(fix) for fix in problem.fixes]) for problem in problems] == [
        ("s", ["insert Linear(6, 8) on b", "insert Linear(8, 6) on a"]),
        ("c", ["! join along dimension 1"]),
        ("d", ["! set in_features=8", "make it lazy"]),
    ]
    for problem in reversed(problems):
        assert_readable(problem)
        design = mended(design, problem, problem.fixes[0].label)
    assert examine(design).problems == ()


def test_wires_from_the_wrong_nodes_and_repair_in_one_go() -> None:
    design = chain(linear("a", 4, 8), linear("b", 8, 2, "x"), linear("c", 2, 2, "a"), op("s", "Add", "b", "c"))
    assert [problem.path for problem in examine(design).problems] == ["b", "c"]
    repaired, done = repair(design)
    assert done == ("b: set in_features=4", "c: set in_features=8")
    assert examine(repaired).problems == ()


def test_branches_without_channels_are_each_certain() -> None:
    design = of(Parallel(nodes=(conv("a", 1, 2), conv("b", 1, 3))), inputs=inputs("N", 8, 8))
    repaired, done = repair(design)
    assert done == tuple(f"{each}: insert an Unsqueeze of dimension 1 before it" for each in "ab")
    report = examine(repaired)
    assert report.problems == () and str(report.output) == "N×5×6×6"


def test_a_problem_of_many_instances_is_said_once_and_no_fix_moves_it_to_another() -> None:
    design = chain(Repeat(id="r", times=5, body=linear("0", 4, 8)))
    (problem,) = examine(design).problems
    assert str(problem) == "r.0: expects 4 input features, received 8 (from r.0, shape N×8)"
    assert [each.label for each in problem.fixes] == ["make it lazy"], "8 features would be wrong for the first one"
    assert repair(design) == (design, ())


def test_a_fix_in_a_repeat_mends_every_instance() -> None:
    design = chain(Repeat(id="r", times=2, body=linear("0", 192, 192)), inputs=wrong_designs.IMAGES)
    repaired, done = repair(design)
    assert done == ("r.0: insert a Flatten before it",)
    assert examine(repaired).problems == ()
