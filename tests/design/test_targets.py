"""Following the path of a module: to shared originals, through uses and repeats, and never without end."""

from __future__ import annotations

import time

import pytest

from composer.design.check import check
from composer.design.document import Definition
from composer.design.nodes import Repeat, Sequential, Shared, Tensor, Use
from composer.design.paths import find
from composer.design.targets import target_of
from tests.build import chain, linear, of, op

BLOCK = Sequential(id="blk", nodes=(Shared(id="s", of="fc"), Tensor(id="p", kind="Parameter")))
DEFINITION = Definition(name="D", body=Sequential(nodes=(linear("fc", 4, 4), BLOCK)))
DESIGN = of(
    Sequential(
        nodes=(
            Use(id="u", of="D"),
            Repeat(id="r", body=Use(id="0", of="D"), times=9),
            op("relu", "relu"),
            Shared(id="v", of="u.blk"),
            Shared(id="w", of="v.s"),
        )
    ),
    definitions=(DEFINITION,),
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("u", "u"),
        ("u.fc", ".D.fc"),
        ("u.blk.s", ".D.fc"),
        ("u.blk.p", ".D.blk.p"),
        ("r.7.fc", ".D.fc"),
        ("v", ".D.blk"),
        ("v.s", ".D.fc"),
        ("w", ".D.fc"),
    ],
)
def test_found(path: str, found: str) -> None:
    assert target_of(DESIGN, "", path.split(".")) == find(DESIGN, found)


@pytest.mark.parametrize("path", ["nowhere", "relu", "u.nowhere", "u.fc.weight", "r.x", "w.more", ""])
def test_not_found(path: str) -> None:
    assert target_of(DESIGN, "", path.split(".")) is None


def test_rings_end() -> None:
    design = chain(Shared(id="a", of="b"), Shared(id="b", of="a"), Shared(id="c", of="c.c"))
    assert [each.code for each in check(design)] == ["broken-share"] * 3


def test_a_path_that_doubles_at_every_turn_ends() -> None:
    """Each path here is twice as long as the one before: 2⁶⁰ steps, were they not counted together."""
    inner = [Shared(id=f"t{k}", of=f"s{k - 1}" if k else "b") for k in range(60)]
    outer = [Shared(id=f"s{k}", of=f"s{k - 1}.t{k}" if k else "b") for k in range(60)]
    start = time.perf_counter()
    check(chain(Sequential(id="b", nodes=tuple(inner)), *outer))
    assert time.perf_counter() - start < 2


def test_indices_of_a_repeat() -> None:
    design = chain(Repeat(id="r", times=3, body=linear("0", 4, 4)), Repeat(id="e", times="=3", body=linear("0", 4, 4)))
    assert target_of(design, "", ("r", "2")) and target_of(design, "", ("e", "7"))
    for id in ("3", "01", "٣", "-1", ""):
        assert target_of(design, "", ("r", id)) is None


def test_a_long_chain_of_shared_modules_takes_no_time() -> None:
    shared = [Shared(id=f"s{k}", of=f"s{k - 1}" if k else "a") for k in range(4_900)]
    start = time.monotonic()
    check(chain(linear("a", 4, 4), *shared))
    assert time.monotonic() - start < 10  # minutes where every name is looked for among all siblings
