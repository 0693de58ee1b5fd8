"""Facts 26 to 35 of chapter 5 on models of ours, with modules of torch written by hand as the oracle.

27 and 34 in train steps and flags are in test_gradient_facts, 29 as people write it in tests/views/test_finding, 36,
39 and 40 in test_gradient_facts, 41 to 49 in test_tie_facts.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from composer import templates
from composer.design.document import Design, Rule
from composer.design.nodes import Initializer
from composer.engine.build import live
from composer.engine.gradients import gradients
from composer.engine.held import held, modules_of, named_tensors
from composer.engine.live import tensors_of
from composer.engine.values import Changes
from composer.reports import count_parameters
from composer.tensor_reports import Statistics
from tests.build import chain, linear, op
from tests.engine.test_gradient_facts import SAMPLE, X, part, step


def small(*rules: Rule) -> Design:
    """The book's 4-8-1."""
    return chain(linear("0", 4, 8), op("1", "relu"), linear("2", 8, 1), initializers=rules, name="Net")


def by_hand() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))


def rule(scheme: str, where: str = "", parameter: str = "weight", **options: Any) -> Rule:
    return Rule(where=where, parameter=parameter, init=Initializer(scheme=scheme, options=options))


def known(model: nn.Module, name: str) -> Statistics:
    found = next(row.statistics for row in held(model, {}).rows if row.name == name)
    assert found is not None
    return found


def test_26_4_8_1_has_49_parameters_and_the_relu_has_none() -> None:
    model, oracle = live(small()), by_hand()
    report = held(model, {})
    names = [row.name for row in report.rows]
    assert names == list(oracle.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert count_parameters([row.tensor for row in report.rows]) == 49 == sum(p.numel() for p in oracle.parameters())
    assert [row.tensor.shape for row in report.rows] == [tuple(each.shape) for each in oracle.parameters()]
    assert {row.tensor.dtype for row in report.rows} == {"float32"}


def test_28_a_state_dict_is_the_live_storage() -> None:
    model, changes = live(small()), Changes()
    state = model.state_dict()
    changes.change(model, "0.weight", "[0, 0]", "set", 42)
    assert float(state["0.weight"][0, 0]) == 42, "what was taken before the edit sees it"
    state["2.bias"].fill_(7)
    assert float(model.get_parameter("2.bias").detach()) == 7
    assert known(model, "2.bias").mean == 7
    changes.undo(model)
    assert torch.equal(state["0.weight"], model.get_parameter("0.weight"))


def _rgnet() -> nn.Sequential:
    blocks = nn.Sequential()
    for k in range(4):
        block = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU())
        blocks.add_module(f"block {k}", block)
    return nn.Sequential(blocks, nn.Linear(4, 1))


def test_29_rgnet_is_reached_by_path_and_by_index() -> None:
    model, oracle = live(templates.load("nested_blocks")), _rgnet()
    rows = tensors_of(model)
    assert [row.name for row in rows] == list(oracle.state_dict())
    assert (count_parameters(rows), len(rows)) == (309, 18)
    bias = model[0][1][0].bias  # type: ignore[index]
    assert bias is named_tensors(model)["0.block 1.0.bias"]
    assert tuple(bias.shape) == tuple(oracle[0][1][0].bias.shape) == (8,)  # type: ignore[index]
    modules = modules_of(model)
    assert all(modules[path].sequence for path in ("", "0", "0.block 1")), "so that [k] counts there"


def test_30_names_may_have_spaces_but_no_dots_and_are_not_empty() -> None:
    assert "block one.weight" in live(chain(linear("block one", 4, 2))).state_dict()
    nn.Sequential().add_module("block one", nn.Linear(4, 2))
    for name in ("", "a.b"):
        with pytest.raises(KeyError):
            nn.Sequential().add_module(name, nn.Linear(4, 2))
        with pytest.raises(ValidationError, match="not empty and has no dot"):
            chain(linear(name, 4, 2))


@pytest.mark.parametrize("wide", [1, 10, 3000])
def test_31_the_default_of_linear_is_bounded_by_the_inputs_alone(wide: int) -> None:
    model = live(chain(linear("0", 100, wide)))
    for name in ("0.weight", "0.bias"):
        found = known(model, name)
        assert found.low is not None and found.high is not None
        assert max(-found.low, found.high) <= 0.1
    if wide == 3000:
        assert known(model, "0.weight").std == pytest.approx(0.1 / math.sqrt(3), rel=0.01), "uniform over (-0.1, 0.1)"
    torch.manual_seed(0)
    assert torch.equal(nn.Linear(100, wide).weight, model.get_parameter("0.weight")), "and drawn with the design's seed"


def test_32_apply_visits_children_first_and_the_model_last() -> None:
    model, oracle = live(templates.load("nested_blocks")), _rgnet()
    visits: dict[str, list[str]] = {}
    for key, net in (("ours", model), ("oracle", oracle)):
        paths = {id(module): path for path, module in net.named_modules()}
        seen = visits.setdefault(key, [])
        net.apply(lambda module, paths=paths, seen=seen: seen.append(paths[id(module)]))  # type: ignore[misc]
    assert visits["ours"] == visits["oracle"]
    assert visits["ours"][-1] == "" and visits["ours"].index("0.block 0.0") < visits["ours"].index("0.block 0")


def test_33_normal_weights_and_zero_biases_by_rules() -> None:
    rules = (rule("normal", std=0.01), rule("zeros", parameter="bias"))
    wide = chain(linear("0", 400, 500), op("1", "relu"), linear("2", 500, 300), initializers=rules)
    model = live(wide)
    for name in ("0.weight", "2.weight"):
        found = known(model, name)
        assert found.std == pytest.approx(0.01, rel=0.02) and found.mean == pytest.approx(0, abs=1e-4)
    for name in ("0.bias", "2.bias"):
        found = known(model, name)
        assert (found.zeros, found.low, found.high, found.norm) == (found.count, 0, 0, 0)
    torch.manual_seed(0)
    oracle = nn.Sequential(nn.Linear(400, 500), nn.ReLU(), nn.Linear(500, 300))
    for layer in (part(oracle, "0"), part(oracle, "2")):
        nn.init.normal_(layer.weight, std=0.01)
    assert torch.equal(model.get_parameter("2.weight"), part(oracle, "2").weight), "the same draws as by hand"


def _constant() -> tuple[nn.Module, nn.Sequential]:
    """Ours by rules, and by hand: all weights 1, all biases 0."""
    oracle = by_hand()
    for layer in (part(oracle, "0"), part(oracle, "2")):
        nn.init.constant_(layer.weight, 1)
        nn.init.zeros_(layer.bias)
    return live(small(rule("constant", val=1.0), rule("zeros", parameter="bias"))), oracle


def test_34_a_constant_leaves_the_hidden_units_identical_after_training() -> None:
    model, oracle = _constant()
    before = model.get_parameter("0.weight").detach().clone()
    for _ in range(20):
        step(model, 0.01)
        step(oracle, 0.01)
    hidden = model.get_parameter("0.weight")
    assert not torch.allclose(hidden, before), "it did train"
    assert torch.equal(hidden, hidden[:1].expand_as(hidden)), "yet every unit as every other"
    assert torch.equal(model.get_parameter("2.weight"), model.get_parameter("2.weight")[:, :1].expand(1, 8))
    for name, value in oracle.state_dict().items():
        torch.testing.assert_close(model.state_dict()[name], value)
    flags = {each.name: each.flags for each in gradients(model, SAMPLE, "squares").parameters}
    assert "identical" in flags["0.weight"], "and a look at gradients says so"


def test_34_units_that_begin_different_stay_so() -> None:
    model = live(small(rule("xavier_uniform")))
    for _ in range(20):
        step(model, 0.01)
    hidden = model.get_parameter("0.weight")
    assert not torch.allclose(hidden, hidden[:1].expand_as(hidden))


def test_35_xavier_for_one_block_and_42_for_another() -> None:
    model = live(small(rule("xavier_uniform", where="0"), rule("constant", where="2", val=42.0)))
    bound, found = math.sqrt(6 / (4 + 8)), known(model, "0.weight")
    assert bound == pytest.approx(0.7071, abs=1e-4)
    assert found.low is not None and found.high is not None
    assert -bound <= found.low < -0.8 * bound and 0.8 * bound < found.high <= bound
    assert model.get_parameter("2.weight").tolist() == [[42.0] * 8]
    untouched = live(small())
    for name in ("0.bias", "2.bias"):
        assert torch.equal(model.get_parameter(name), untouched.get_parameter(name)), "no rule names it"


def test_27_a_look_is_one_backward_and_leaves_no_gradient() -> None:
    model, oracle = live(small()), by_hand()
    oracle.load_state_dict(model.state_dict())
    report = gradients(model, SAMPLE, "squares")
    assert [each.grad for each in model.parameters()] == [None] * 4
    oracle(X).square().mean().backward()
    for row, own in zip(report.parameters, oracle.parameters(), strict=True):
        assert own.grad is not None and row.gradient
        torch.testing.assert_close(torch.tensor(row.values), own.grad.flatten()[:16])
        once: Tensor = own.grad.clone()
        own.grad = once + once  # as a second backward does
        assert row.gradient.norm == pytest.approx(float(once.norm()), rel=1e-5)
