"""Making lazy layers concrete, and values over edits of a lazy design."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from composer.catalog import LAYERS
from composer.design.document import Definition, Design, Input, Rule
from composer.design.edits import apply
from composer.design.nodes import Initializer, Repeat, Sequential, Use, rebuild
from composer.engine.build import live, transfer
from composer.engine.carry import carry
from composer.engine.concrete import concrete
from composer.engine.lazy import waiting
from composer.engine.shapes import shapes
from tests.build import chain, layer, linear, op
from tests.engine.test_lazy import X20, dry, equal, lazy, mlp, values


def made_concrete(design: Design, model: nn.Module) -> tuple[Design, dict[str, str]]:
    edits, left = concrete(design, model, shapes(design).steps)
    for edit in edits:
        design = apply(design, edit)
    return design, left


def moved(old: nn.Module, design: Design) -> nn.Module:
    """The model of another design, with what it keeps of an old one."""
    new = live(design)
    carry(old, new, shapes(design))
    transfer(old, new)
    return new


def kinds(design: Design) -> dict[str, str]:
    return {path: step.kind for path, step in shapes(design).steps.items()}


def test_sizes_go_into_the_document_and_values_stay() -> None:
    design = mlp()
    model, _rows = dry(design, (2, 20))
    changed, left = made_concrete(design, model)
    assert left == {}
    assert changed == rebuild(design, root=chain(linear("0", 20, 256), op("1", "relu"), linear("2", 256, 10)).root)
    new = moved(model, changed)
    assert equal(values(model), values(new))
    back = moved(new, design)  # undo
    assert not waiting(back)
    assert equal(values(model), values(back))


def test_the_live_sizes_are_written_not_the_declared_ones() -> None:
    design = mlp()
    model, _rows = dry(design, (2, 30))
    changed, _left = made_concrete(design, model)
    assert changed.root.children[0].options == {"in_features": 30, "out_features": 256}  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", [kind for kind, spec in LAYERS.items() if spec.concrete])
def test_every_lazy_layer(kind: str) -> None:
    n = next((int(digit) for digit in kind if digit.isdigit()), 0)
    shape = (2, 3, *[9] * n)
    required = {option.name: 4 if "out" in option.name else 3 for option in LAYERS[kind].options if option.required}
    design = chain(layer("a", kind, **required), inputs=(Input(name="x", shape=("N", *shape[1:])),))
    model, (row,) = dry(design, shape)
    changed, left = made_concrete(design, model)
    assert (left, kinds(changed)["a"]) == ({}, LAYERS[kind].concrete)
    new = moved(model, changed)
    assert equal(values(model), values(new))
    x = torch.randn(shape)
    assert torch.equal(model.eval()(x), new.eval()(x))
    assert row.became == type(new.get_submodule("a")).__name__
    assert dict(row.inferred) == {name: getattr(new.get_submodule("a"), name) for name in LAYERS[row.became].infers}


def test_instances_of_different_sizes_stay_lazy_and_say_why() -> None:
    head = Definition(name="Head", body=Sequential(nodes=(lazy("fc", 3),)))
    repeat = Repeat(id="r", times=2, body=Sequential(id="0", nodes=(lazy("fc", 8), op("act", "relu"))))
    design = chain(repeat, Use(id="h", of="Head"), lazy("last", 1), inputs=X20, definitions=(head,))
    model, _rows = dry(design, (2, 20))
    changed, left = made_concrete(design, model)
    assert left == {"r.0.fc": "its instances differ: in_features=20 at r.0.fc and in_features=8 at r.1.fc"}
    assert {kinds(changed)[path] for path in ("h.fc", "last")} == {"Linear"}
    assert kinds(changed)["r.1.fc"] == "LazyLinear"
    assert equal(values(model), values(moved(model, changed)))


def test_before_a_run_there_is_nothing_to_write() -> None:
    design = mlp()
    edits, left = concrete(design, live(design), shapes(design).steps)
    assert edits == ()
    assert left == {"0": "it has no sizes yet", "2": "it has no sizes yet"}


@pytest.mark.parametrize("others", [(), (linear("3", 10, 10),)])
def test_a_rule_for_lazy_layers_is_one_for_what_they_become(others: tuple[Any, ...]) -> None:
    rule = Rule(kind="LazyLinear", parameter="weight", init=Initializer(scheme="constant", options={"val": 3.0}))
    design = chain(lazy("0", 256), op("1", "relu"), lazy("2", 10), *others, inputs=X20, initializers=(rule,))
    model, _rows = dry(design, (2, 20))
    changed, _left = made_concrete(design, model)
    anew = live(changed)
    three = {
        path for path in ("0", "2", "3") if path in kinds(design) and torch.all(anew.get_submodule(path).weight == 3)
    }
    assert three == {"0", "2"}
    assert len(changed.initializers) == (2 if others else 1)


def test_an_edit_elsewhere_keeps_what_was_materialized() -> None:
    design = mlp()
    model, _rows = dry(design, (2, 20))
    other = rebuild(design, root=chain(lazy("0", 256), op("1", "tanh"), lazy("2", 10)).root)
    new = moved(model, other)
    assert not waiting(new)
    assert type(new.get_submodule("0")) is nn.Linear and new.get_submodule("0").in_features == 20
    assert equal(values(model), values(new))
    wider = moved(model, rebuild(design, inputs=(Input(name="x", shape=("N", 30)),)))
    assert set(waiting(wider)) == {"0"}, "another size comes in: it waits for that"
    narrower = moved(model, rebuild(design, root=chain(lazy("0", 64), op("1", "relu"), lazy("2", 10)).root))
    assert set(waiting(narrower)) == {"0", "2"}


def test_carrying_draws_no_random_numbers() -> None:
    design = mlp()
    model, _rows = dry(design, (2, 20))
    new = live(design)
    state = torch.get_rng_state()
    assert carry(model, new, shapes(design)) == ("0", "2")
    assert torch.equal(state, torch.get_rng_state())
