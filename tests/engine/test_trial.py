"""Repairs are tried before they are offered."""

from __future__ import annotations

import pytest

from composer.design.nodes import Parallel, Residual, Sequential, Use
from composer.engine.fixing import trial
from composer.engine.shapes import examine
from composer.reports import describe
from tests.build import chain, layer, linear, of, op
from tests.engine.test_problems import label, mended
from tests.engine.wrong_designs import HALF, IMAGES, conv, flat, inputs


def test_a_fix_that_makes_another_step_fail_is_a_choice() -> None:
    conv1d = layer("a", "Conv1d", in_channels=4, out_channels=2, kernel_size=3)
    alone = chain(conv1d, inputs=inputs("N", 9, 4))
    followed = chain(conv1d, linear("b", 2, 1), inputs=inputs("N", 9, 4))
    assert label(examine(alone).problems[0].fixes[0]) == "! insert a Transpose before it"
    assert label(examine(followed).problems[0].fixes[0]) == "insert a Transpose before it"


def test_a_fix_that_would_be_wrong_for_another_use_is_not_offered() -> None:
    uses = (Use(id="u", of="Half", options={"n": 4}), linear("b", 2, 6), Use(id="v", of="Half", options={"n": 4}))
    design = chain(*uses, definitions=(HALF,))
    (problem,) = examine(design).problems
    assert [label(each) for each in problem.fixes] == ["set n=6 of v", "make it lazy"]


def test_without_a_budget_only_what_ran_already_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "BUDGET", 0)
    wrong = flat(conv("a", 3, 4), layer("f", "Flatten"), linear("fc", 100, 10))
    assert [label(each) for each in examine(wrong).problems[0].fixes] == ["! set in_features=144", "make it lazy"]
    (problem,) = examine(flat(linear("a", 192, 2))).problems
    assert [label(each) for each in problem.fixes] == ["set in_features=8", "make it lazy"], "no Flatten was tried"


def test_every_place_of_a_block_takes_a_node() -> None:
    """A branch, a shortcut and the body of a Residual: what is put in front of or behind them stands with them."""
    wrong, right = linear("a", 192, 4), (layer("f", "Flatten"), linear("c", 192, 4))
    for root in (
        Parallel(nodes=(wrong, Sequential(id="b", nodes=right))),
        Residual(nodes=right, shortcut=wrong),
        Residual(nodes=(wrong,), shortcut=Sequential(id="s", nodes=right)),
    ):
        design = of(root, inputs=IMAGES)
        (problem,) = [each for each in examine(design).problems if each.path == "a"]
        assert examine(mended(design, problem, "insert a Flatten before it")).problems == ()


def test_a_branch_that_is_a_chain_gets_its_projection_at_the_end() -> None:
    two = Sequential(id="two", nodes=(linear("a", 4, 8), layer("act", "ReLU")))
    design = of(Parallel(merge="add", nodes=(two, linear("one", 4, 3))))
    (problem,) = examine(design).problems
    repaired = mended(design, problem, "insert Linear(8, 3) on two")
    assert [each.id for each in repaired.root.children[0].children] == ["a", "act", "linear"]  # type: ignore[union-attr]
    wrapped = mended(design, problem, "insert Linear(3, 8) on one")
    assert [each.id for each in wrapped.root.children[1].children] == ["one", "linear"]  # type: ignore[union-attr]
    assert describe(examine(wrapped).output) == "N×8"


def test_a_wire_read_by_others_is_left_to_them() -> None:
    design = chain(linear("a", 4, 3), linear("b", 4, 5, "x"), op("s", "Add", "a", "b"), linear("c", 5, 2, "b"))
    (problem,) = examine(design).problems
    repaired = mended(design, problem, "insert Linear(5, 3) on b")
    assert {each.id: each.inputs for each in repaired.root.children if each.inputs} == {
        "b": ("x",),
        "linear": ("b",),
        "s": ("a", "linear"),
        "c": ("b",),
    }
    assert examine(repaired).problems == ()
