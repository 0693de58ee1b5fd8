"""The rows of parameters against the live model: names, order, shapes, what is the same, what trains."""

from __future__ import annotations

import pytest
import torch
from torch.nn.parameter import is_lazy

from composer.design.document import Definition, Design
from composer.design.nodes import Repeat, Sequential, Shared, Use
from composer.engine.build import live
from composer.engine.shapes import examine
from tests.build import chain, linear, of
from tests.strategies.whole import random_design

A, B, C = (linear(id, 4, 4) for id in "abc")
S = Shared(id="s", of="a")
SAME = Repeat(id="r", mode="same", body=linear("0", 4, 4))
BLOCK = Definition(name="B", body=Sequential(nodes=(linear("l", 4, 4),)))

DESIGNS = {
    "ties in a row": chain(A, B, C, ties=(("a.weight", "b.weight"), ("c.weight", "a.weight"))),
    "tie of a shared name": chain(A, S, B, ties=(("b.weight", "s.weight"),)),
    "tie to a shared name": chain(A, S, B, ties=(("s.weight", "b.weight"),)),
    "tie of a shared module": chain(A, S, B, ties=(("b.weight", "a.weight"),)),
    "tie of a repeated module": chain(B, SAME, ties=(("b.weight", "r.1.weight"),)),
    "tie there and back": chain(A, B, ties=(("a.weight", "b.weight"), ("b.weight", "a.weight"))),
    "tie through uses": chain(
        Use(id="u", of="B"), Use(id="v", of="B"), ties=(("u.l.bias", "v.l.bias"),), definitions=(BLOCK,)
    ),
    "frozen by its other name": chain(A, S, frozen=("s",)),
    "frozen by a tied name": chain(A, B, ties=(("a.weight", "b.weight"),), frozen=("b",)),
    "frozen by its owner": chain(A, B, ties=(("a.weight", "b.weight"),), frozen=("a.weight",)),
    "shared in each instance": chain(
        linear("s0", 4, 4),
        Repeat(
            id="r", times=2, body=Sequential(id="0", nodes=(A, Shared(id="b", of="r.0.a"), Shared(id="c", of="s0")))
        ),
    ),
    "shared by a shared Repeat": chain(
        Repeat(id="r", times=2, body=Sequential(id="0", nodes=(A, Shared(id="b", of="r.0.a")))), Shared(id="s", of="r")
    ),
    "shared in a root Repeat": of(Repeat(times=3, body=Sequential(id="0", nodes=(A, Shared(id="b", of="0.a"))))),
}


def check_rows(design: Design) -> None:
    report = examine(design)
    assert report.problems == ()
    rows = {row.name: row for row in report.tensors if row.saved}
    tensors = live(design).state_dict(keep_vars=True)
    assert list(rows) == list(tensors)
    owners: dict[int, str] = {}
    for name, tensor in tensors.items():
        row = rows[name]
        assert row.parameter == isinstance(tensor, torch.nn.Parameter)
        assert row.trainable == tensor.requires_grad, name
        if not is_lazy(tensor):
            assert row.shape == tuple(tensor.shape), name
        assert owners.setdefault(id(tensor), row.owner or name) == (row.owner or name), name
    assert len(set(owners.values())) == len(owners), "different parameters have different owners"
    assert all(rows[owner].owner == "" for owner in owners.values())


@pytest.mark.parametrize("name", DESIGNS)
def test_rows_are_the_live_models(name: str) -> None:
    check_rows(DESIGNS[name])


def test_rows_of_random_designs() -> None:
    for seed in range(100):
        check_rows(random_design(3 + seed % 38, seed))


def test_a_share_inside_a_body_has_the_sizes_of_its_own_instance() -> None:
    grow, shrink = linear("grow", 4, "=i+1"), linear("shrink", "=i+1", 4)
    body = Sequential(id="0", nodes=(grow, shrink, Shared(id="again", of="r.0.grow")), outputs=("shrink",))
    design = chain(Repeat(id="r", times=3, body=body))
    shapes = {row.name: row.shape for row in examine(design).tensors}
    assert [shapes[f"r.{k}.again.weight"] for k in range(3)] == [(1, 4), (2, 4), (3, 4)]
    check_rows(design)
