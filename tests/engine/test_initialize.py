"""Initial values by rules in a live model: what running the source gives, and nothing else is touched."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from composer.codegen.source import class_name_of, source
from composer.design.document import Design, Rule
from composer.design.nodes import Initializer, Shared
from composer.design.text import dumps
from composer.engine.build import live
from composer.engine.values import BYTES, Changes
from composer.initial_reports import InitializedReport
from composer.kernel.initializing import LABEL, initialize
from composer.kernel.parameters import redo_values, undo_values
from composer.kernel.verbs import State, dry_run, open_model
from tests.build import chain, layer, linear, op
from tests.engine.fingerprint import fingerprint
from tests.strategies import designs


def quiet(event: Any) -> None:
    """Progress is not told."""


def rule(scheme: str, /, options: dict[str, Any] | None = None, **fields: str) -> Rule:
    return Rule(init=Initializer(scheme=scheme, options=options or {}), **fields)


def values(model: nn.Module) -> dict[str, Tensor]:
    return {name: each.detach().clone() for name, each in model.state_dict().items() if not is_lazy(each)}


def opened(design: Design) -> tuple[State, nn.Module]:
    state = State()
    open_model(state, quiet, dumps(design))
    assert state.model is not None
    return state, state.model


def fill(state: State, design: Design, trial: bool = False, **signal: Any) -> InitializedReport:
    return initialize(state, quiet, dumps(design), trial, signal or None)


def disturb(model: nn.Module) -> None:
    """As after training: no value is an initial one."""
    with torch.no_grad():
        for each in model.parameters():
            if not is_lazy(each):
                each.copy_(torch.full_like(each, 0.125) + each)


MLP = (linear("a", 4, 8), op("act", "relu"), linear("b", 8, 8), op("again", "relu"), linear("c", 8, 3))


def test_named_parameters_are_those_of_the_source_and_the_others_stay_bitwise() -> None:
    rules = (rule("normal", {"std": 0.01}, kind="Linear", parameter="weight"), rule("xavier_uniform", glob="b.weight"))
    design = chain(*MLP, initializers=rules, seed=3)
    state, model = opened(design)
    disturb(model)
    before, fresh = values(model), values(live(design))
    report = fill(state, design)
    after = values(model)
    assert {row.name: row.rule for row in report.rows} == {"a.weight": 0, "b.weight": 1, "c.weight": 0}
    for name, value in after.items():
        assert torch.equal(value, fresh[name] if name.endswith("weight") else before[name]), name
    assert state.model is model


def test_a_rule_of_the_book_leaves_the_rest_alone() -> None:
    """5.2.2: Xavier on the first layer, 42 on the last; the one between keeps its values."""
    design = chain(*MLP)
    state, model = opened(design)
    before = values(model)
    rules = (rule("xavier_uniform", where="a", parameter="weight"), rule("constant", {"val": 42.0}, where="c"))
    changed = chain(*MLP, initializers=rules)
    fill(state, changed)
    assert state.model is not None
    after = values(state.model)
    assert bool((after["c.weight"] == 42).all()) and bool((after["c.bias"] == 42).all())
    assert not torch.equal(after["a.weight"], before["a.weight"])
    assert float(after["a.weight"].abs().max()) <= (6 / 12) ** 0.5
    for name in ("a.bias", "b.weight", "b.bias"):
        assert torch.equal(after[name], before[name])


def test_a_trial_changes_nothing_and_says_what_would_be() -> None:
    design = chain(*MLP, initializers=(rule("kaiming_normal", parameter="weight"),), seed=5)
    state, model = opened(design)
    disturb(model)
    before = fingerprint(model)
    tried = fill(state, design, trial=True, data="random", samples=8, seed=0, loss="squares", training=True)
    assert fingerprint(model) == before
    assert not tried.done and tried.before and tried.after and not tried.undo
    done = fill(state, design, data="random", samples=8, seed=0, loss="squares", training=True)
    assert done.done and done.undo == LABEL
    assert [row.after for row in tried.rows] == [row.after for row in done.rows]
    assert done.after and tried.after.layers == done.after.layers
    assert fill(state, design, trial=True).rows[0].before == done.rows[0].after


def test_a_good_and_a_bad_scheme_are_told_apart_by_depth() -> None:
    """He et al. 2015: kaiming keeps the signal of a deep ReLU network, a std of 0.01 lets it vanish."""
    deep = [node for k in range(12) for node in (linear(f"l{k}", 64, 64), op(f"r{k}", "relu"))]
    nodes = (linear("in", 4, 64), *deep, linear("out", 64, 3))
    ends = {}
    for name, init in {
        "good": rule("kaiming_normal", {"nonlinearity": "relu"}, parameter="weight"),
        "bad": rule("normal", {"std": 0.01}, parameter="weight"),
    }.items():
        design = chain(*nodes, initializers=(init, rule("zeros", parameter="bias")))
        state, _ = opened(design)
        report = fill(state, design, trial=True, data="random", samples=64, seed=0, loss="squares", training=True)
        assert report.after
        first, last = report.after.layers[1], report.after.layers[-2]
        assert first.std and last.std
        ends[name] = last.std / first.std
    assert 0.1 < ends["good"] < 10
    assert ends["bad"] < 1e-6


def test_ties_and_shared_modules() -> None:
    nodes = (linear("a", 4, 4), linear("b", 4, 4), linear("c", 4, 4), Shared(id="again", of="c"))
    ties = (("a.weight", "b.weight"),)
    design = chain(*nodes, ties=ties, initializers=(rule("ones", glob="b.*"), rule("zeros", where="again")))
    state, model = opened(design)
    disturb(model)
    before = values(model)
    report = fill(state, design)
    after = values(model)
    assert {row.name for row in report.rows} == {"b.bias", "c.weight", "c.bias"}
    assert torch.equal(after["a.weight"], before["a.weight"]), "b.weight is a.weight, which no rule names"
    assert not after["c.weight"].any() and not after["again.bias"].any()


LAZY = (layer("a", "LazyLinear", out_features=16), op("act", "relu"), layer("b", "LazyLinear", out_features=3))


def test_lazy_layers_wait_and_then_have_the_values_of_the_source() -> None:
    design = chain(*LAZY, initializers=(rule("normal", {"std": 0.01}, parameter="weight"),), seed=7)
    state, _ = opened(design)
    report = fill(state, design, trial=True, data="random", samples=2, seed=0, loss="squares", training=True)
    assert report.rows == () and report.waiting == ("a.weight", "b.weight")
    assert "a dry run" in report.no_signal
    dry_run(state, quiet, dumps(design), "random", 2)
    assert state.model is not None
    first = values(state.model)
    disturb(state.model)
    before = values(state.model)
    report = fill(state, design)
    after = values(state.model)
    assert report.waiting == () and [row.name for row in report.rows] == ["a.weight", "b.weight"]
    for name in first:
        assert torch.equal(after[name], first[name] if name.endswith("weight") else before[name])


def test_exported_source_gives_lazy_layers_these_values() -> None:
    design = chain(*LAZY, initializers=(rule("xavier_normal", parameter="weight"),), seed=11)
    state, _ = opened(design)
    dry_run(state, quiet, dumps(design), "random", 2)
    assert state.model is not None
    disturb(state.model)
    fill(state, design)
    namespace: dict[str, Any] = {"__name__": "exported"}
    exec(source(design), namespace)
    torch.manual_seed(11)
    exported = namespace[class_name_of(design)]()
    exported(torch.ones(2, 4))
    for name in ("a.weight", "b.weight"):
        assert torch.equal(state.model.state_dict()[name], exported.state_dict()[name])


def test_it_is_one_step_that_can_be_undone() -> None:
    design = chain(*MLP, initializers=(rule("orthogonal", parameter="weight"), rule("zeros", parameter="bias")))
    state, model = opened(design)
    disturb(model)
    before = values(model)
    fill(state, design)
    after = values(model)
    assert undo_values(state, quiet, dumps(design)).redo == LABEL
    assert all(torch.equal(value, before[name]) for name, value in values(model).items())
    assert redo_values(state, quiet, dumps(design)).undo == LABEL
    assert all(torch.equal(value, after[name]) for name, value in values(model).items())


def test_what_is_too_large_to_keep_cannot_be_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("composer.engine.values.BYTES", 100)
    model, changes = live(chain(linear("a", 4, 8))), Changes()
    changes.change(model, "a.bias", "[0]", "set", 1.0)
    changes.replace(model, {"a.weight": torch.ones(8, 4)}, "ones")
    assert bool((model.state_dict()["a.weight"] == 1).all())
    assert changes.undo_name == "" and BYTES > 100


@given(designs())
def test_of_any_design(design: Design) -> None:
    state, model = opened(design)
    disturb(model)
    before, fresh = values(model), values(live(design))
    report = fill(state, design)
    held = model.state_dict(keep_vars=True)
    filled = {id(held[row.name]) for row in report.rows}
    for name, value in values(model).items():
        expected = fresh[name] if id(held[name]) in filled else before[name]
        assert torch.equal(torch.nan_to_num(value), torch.nan_to_num(expected)), name
