"""Counting what a design expands to, without expanding it."""

from __future__ import annotations

import time

import pytest

from composer.design import limits
from composer.design.document import Definition, DefinitionOption, Design
from composer.design.nodes import Node, Parallel, Repeat, Residual, Sequential, Use
from tests.build import chain, layer, linear, of

TANH = layer("0", "Tanh")


def repeat(times: int | str, body: Node = TANH, **fields: object) -> Repeat:
    return Repeat(id="r", body=body, times=times, **fields)  # type: ignore[arg-type]


def code(design: Design) -> str:
    found = limits.expansion_problem(design)
    return found.code if found else ""


@pytest.mark.parametrize("mode", ["new", "copy", "same"])
def test_the_cap_is_ten_thousand(mode: str) -> None:
    assert code(chain(repeat(10_000, mode=mode))) == ""
    assert code(chain(repeat(10_001, mode=mode))) == "too-large"
    assert code(chain(repeat(9_999, mode=mode), layer("a", "Tanh"))) == ""
    assert code(chain(repeat(10_000, mode=mode), layer("a", "Tanh"))) == "too-large"


def test_repeats_multiply() -> None:
    inner = Repeat(id="0", body=Sequential(id="0", nodes=(layer("a", "Tanh"), layer("b", "Tanh"))), times=50)
    assert code(chain(repeat(100, inner))) == ""
    found = limits.expansion_problem(chain(repeat(101, inner)))
    assert found is not None
    assert found.path == "r"
    assert found.received == "10,100 or more"


def test_every_block_and_a_shortcut_count() -> None:
    parallel = Parallel(id="0", nodes=(layer("a", "Tanh"), layer("b", "Tanh")))
    residual = Residual(id="0", nodes=(layer("a", "Tanh"),), shortcut=layer("b", "Tanh"))
    for body in (parallel, residual):
        assert code(chain(repeat(5_000, body))) == ""
        assert code(chain(repeat(5_001, body))) == "too-large"


def test_times_may_be_an_option() -> None:
    body = Sequential(nodes=(repeat("=depth*2"),))
    options = (DefinitionOption(name="depth", default=3),)
    definition = Definition(name="Stack", options=options, body=body)

    def used(depth: int | str) -> Design:
        return of(Sequential(nodes=(Use(id="u", of="Stack", options={"depth": depth}),)), definitions=(definition,))

    assert code(used(5_000)) == ""
    assert code(used(5_001)) == "too-large"
    assert code(used("=2*2501")) == "too-large"


def test_the_index_may_decide_a_number() -> None:
    """1 + 2 + … + n: every instance is counted with its own index."""
    inner = Repeat(id="0", body=TANH, times="=i+1", index="j")
    assert code(chain(repeat(140, inner))) == ""
    assert code(chain(repeat(141, inner))) == "too-large"


def test_numbers_without_a_value_are_for_check_to_name() -> None:
    for times in ("=nowhere", "=1//0", "=2**3", 0, -5):
        assert code(chain(repeat(times))) == ""
    assert code(chain(Use(id="u", of="Nothing"))) == ""


def test_a_definition_inside_itself_ends() -> None:
    definition = Definition(name="A", body=Sequential(nodes=(Use(id="u", of="A"),)))
    design = of(Sequential(nodes=(Use(id="u", of="A"),)), definitions=(definition,))
    found = limits.expansion_problem(design)
    assert found is not None
    assert "32 blocks" in found.expected


def test_empty_definitions_cannot_hide_work() -> None:
    """Uses of nothing are visits, too: a design of 10¹² empty blocks is refused at once."""
    definitions = [Definition(name="D0", body=Sequential())]
    for k in range(1, 13):
        uses = tuple(Use(id=str(n), of=f"D{k - 1}") for n in range(10))
        definitions.append(Definition(name=f"D{k}", body=Sequential(nodes=uses)))
    start = time.perf_counter()
    assert code(of(Sequential(nodes=(Use(id="u", of="D12"),)), definitions=tuple(definitions))) == "too-large"
    assert time.perf_counter() - start < 1


def test_nested_empty_repeats_end() -> None:
    body: Node = Sequential(id="0")
    for k in range(20):
        body = Repeat(id="0", body=body, times=9_000, index=f"i{k}")
    start = time.perf_counter()
    limits.expansion_problem(chain(repeat(9_000, body, index="n")))
    index_reading: Node = Repeat(id="0", body=Sequential(id="0"), times="=n+i0", index="j")
    for k in range(6):
        index_reading = Repeat(id="0", body=index_reading, times=9_000, index=f"i{k}")
    limits.expansion_problem(chain(repeat(9_000, index_reading, index="n")))
    assert time.perf_counter() - start < 2


def test_layers_of_any_width_are_one() -> None:
    assert code(chain(*(linear(str(k), 4, 4) for k in range(2_000)))) == ""
