"""One step of training by hand: torch's own loop is the oracle, and the model is left alone until it is changed."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from composer import templates
from composer.design.text import dumps
from composer.engine.build import live
from composer.engine.data import Sample, load
from composer.engine.stepping import stepped
from composer.errors import DesignError
from composer.kernel.parameters import undo_values
from composer.kernel.stepping import step
from composer.kernel.verbs import State, open_model
from tests.build import chain, layer, linear
from tests.engine.fingerprint import fingerprint

X = torch.randn(16, 4, generator=torch.Generator().manual_seed(3))
SAMPLE = Sample((X,), (), "made by the test")


def by_hand(model: nn.Module, rate: float) -> dict[str, torch.Tensor]:
    twin = copy.deepcopy(model).train()
    optimizer = torch.optim.SGD(twin.parameters(), lr=rate)
    optimizer.zero_grad()
    twin(X).square().mean().backward()
    optimizer.step()
    return {name: each.detach() for name, each in twin.state_dict().items()}


@pytest.mark.parametrize("nodes", [
    (linear("a", 4, 8), layer("n", "BatchNorm1d", num_features=8), layer("r", "ReLU"), linear("b", 8, 2)),
    (linear("a", 4, 4), layer("t", "Tanh"), linear("b", 4, 4)),
])  # fmt: skip
def test_it_is_one_step_of_torchs_sgd(nodes: tuple[object, ...]) -> None:
    model = live(chain(*nodes))  # type: ignore[arg-type]
    before, expected = fingerprint(model), by_hand(model, 0.1)
    found = stepped(model, SAMPLE, "squares", training=True, seed=0, rate=0.1).values
    assert fingerprint(model) == before
    assert set(found) == {name for name, each in model.state_dict().items() if not torch.equal(each, expected[name])}
    assert all(torch.equal(each, expected[name]) for name, each in found.items())


def test_what_is_frozen_or_tied() -> None:
    nodes = (linear("a", 4, 4), linear("b", 4, 4), linear("c", 4, 4))
    model = live(chain(*nodes, ties=(("a.weight", "b.weight"),), frozen=("c",)))
    expected = by_hand(model, 0.5)
    found = stepped(model, SAMPLE, "squares", training=True, seed=0, rate=0.5).values
    assert set(found) == {"a.weight", "a.bias", "b.bias"}
    assert torch.equal(found["a.weight"], expected["b.weight"])


def test_44_tied_parameters_stay_equal_over_steps() -> None:
    design = templates.load("tied_mlp")
    state = State()
    open_model(state, lambda event: None, dumps(design))
    assert state.model is not None
    first = {name: each.clone() for name, each in state.model.state_dict().items()}
    for _ in range(3):
        step(state, lambda event: None, dumps(design), "random", 16, 0, "squares", True, 0.1)
    after = state.model.state_dict()
    assert torch.equal(after["2.weight"], after["4.weight"])
    assert not torch.equal(after["2.weight"], first["2.weight"])


def test_the_loss_falls_and_each_step_is_undone_by_itself() -> None:
    design = chain(linear("a", 4, 8), layer("r", "ReLU"), linear("b", 8, 1))
    state, text = State(), dumps(design)
    reports = [step(state, lambda event: None, text, "random", 32, 1, "squares", True, 0.1) for _ in range(5)]
    losses = [each.value for each in reports]
    assert [each.before for each in reports[1:]] == losses[:-1]
    assert losses == sorted(losses, reverse=True) and losses[-1] < losses[0]
    assert state.model is not None
    values = state.model.state_dict()["a.weight"].clone()
    step(state, lambda event: None, text, "random", 32, 1, "squares", True, 0.1)
    undo_values(state, lambda event: None, text)
    assert torch.equal(state.model.state_dict()["a.weight"], values)


def test_lazy_layers_wait() -> None:
    model = live(chain(layer("a", "LazyLinear", out_features=2)))
    with pytest.raises(DesignError, match="a: expects sizes before gradients"):
        stepped(model, SAMPLE, "squares", training=True, seed=0, rate=0.1)


def test_where_nothing_depends_on_a_parameter_nothing_changes() -> None:
    design = chain(layer("r", "ReLU"))
    assert stepped(live(design), load("random", design.inputs, 2), "sum", True, 0, 0.1).values == {}
