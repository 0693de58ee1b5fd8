"""What is remembered changes no answer: after any edit the reports are those of a cold start, in every order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer import templates
from composer.design import edits
from composer.design.check import check
from composer.design.document import Definition, Design
from composer.design.nodes import Repeat, Sequential, Shared, Use
from composer.design.text import dumps, loads
from composer.engine import parts
from composer.engine.flops import flops
from composer.engine.shapes import examine
from composer.errors import EditError
from composer.memo import forget
from tests.build import chain, layer, linear, of
from tests.engine.wrong_designs import HALF, WRONG
from tests.strategies import designs, operations


@pytest.fixture(autouse=True, scope="module")
def small_parts() -> Iterator[None]:
    """Parts so small that blocks of a few steps have several."""
    usual, parts._USUAL = parts._USUAL, 2
    forget()
    yield
    parts._USUAL = usual
    forget()


def found(design: Design) -> tuple[Any, ...]:
    """All that is found of a design, with its order."""
    report, counted = examine(design), flops(design)
    steps, outputs = list(report.steps.items()), list(report.outputs.items())
    return check(design), steps, outputs, report.tensors, report.problems, list(counted.own.items()), counted.sizes


def is_as_cold(history: list[Design]) -> None:
    """As an edit leaves them, and as the app's kernel reads them."""
    warm = [(found(design), found(loads(dumps(design)))) for design in history]
    for design, known in zip(history, warm, strict=True):
        forget()
        cold = found(design)
        assert known == (cold, cold)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(designs(), st.data())
def test_edits_of_random_designs(design: Design, data: st.DataObject) -> None:
    history = [design]
    for _ in range(4):
        try:
            history.append(edits.apply(history[-1], data.draw(operations(history[-1]))))
        except EditError:
            continue
    is_as_cold([*history, *reversed(history)])


def test_one_wrong_design_after_the_other() -> None:
    is_as_cold([design for design, _, _ in WRONG.values()])


@pytest.mark.parametrize("name", templates.names())
def test_edits_of_a_template(name: str) -> None:
    design = templates.load(name)
    block = design.root.children[-1]
    history = [design, edits.duplicate(design, block.id, "copy", ""), edits.remove(design, block.id)]
    is_as_cold([*history, design])


def test_a_definition_is_edited_and_its_uses_follow() -> None:
    body = Sequential(nodes=(linear("fc", "=n", "=n//2"), layer("act", "ReLU")))
    other = HALF.model_copy(update={"body": body})
    uses = tuple(Use(id=f"u{k}", of="Half", options={"n": 8 >> k}) for k in range(3))
    before, after = (of(Sequential(nodes=uses), definitions=(each,)) for each in (HALF, other))
    is_as_cold([before, after, before])


def test_what_is_shared_is_edited_and_its_names_follow() -> None:
    def shared(width: int, mode: Any) -> Design:
        inside = Sequential(id="0", nodes=(layer("lazy", "LazyLinear", out_features=4), linear("fc", 4, width)))
        repeat = Repeat(id="r", times=2, mode=mode, body=inside)
        return chain(layer("act", "ReLU"), linear("a", 4, 4), repeat, Shared(id="s", of="r.1"), Shared(id="t", of="a"))

    is_as_cold([shared(4, "same"), shared(4, "new"), shared(5, "same"), shared(4, "same")])


def test_the_same_module_becomes_a_copy() -> None:
    body = Sequential(id="0", nodes=(linear("a", 4, 4), linear("b", 4, 4)))

    def repeated(mode: Any, of: str) -> Design:
        return chain(Repeat(id="r", times=2, mode=mode, body=body), Shared(id="s", of=of))

    is_as_cold([repeated("same", "r.0"), repeated("copy", "r.1"), repeated("copy", "r.0"), repeated("same", "r.1")])


def test_what_is_wrong_may_get_right_from_afar() -> None:
    """A node that was not run for its problem is run once that is gone, though it is the same node, and back."""
    repeat = Repeat(id="r", times=2, index="Q", body=linear("0", 4, 4))
    taken = Definition(name="Q", body=Sequential(nodes=(layer("act", "ReLU"),)))
    right, wrong = chain(repeat), chain(repeat, definitions=(taken,))
    is_as_cold([right, wrong, right])
    is_as_cold([wrong, right, wrong])
    use = Use(id="u", of="Half", options={"n": 4})
    right, wrong = (chain(use, definitions=(HALF,), frozen=frozen) for frozen in ((), (".Half.fc",)))
    is_as_cold([right, wrong, right])
    is_as_cold([wrong, right, wrong])
