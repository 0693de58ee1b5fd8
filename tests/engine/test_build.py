"""Building the live model from its source; and keeping values over an edit."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from composer import templates
from composer.design.document import Design, Rule
from composer.design.nodes import Initializer, Repeat, Residual, Sequential, Shared, Tensor, rebuild
from composer.engine.build import build, live, source_of, transfer
from composer.errors import DesignError
from tests.build import chain, layer, linear, op


def test_hand_written_peer_is_equal() -> None:
    design = templates.load("mlp")

    class MLP(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = nn.Linear(20, 256)
            self.out = nn.Linear(256, 10)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.out(torch.relu(self.hidden(x)))

    torch.manual_seed(design.seed)
    by_hand, ours = MLP(), live(design)
    assert list(by_hand.state_dict()) == list(ours.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(by_hand.parameters(), ours.parameters(), strict=True))
    x = torch.randn(2, 20)
    assert torch.equal(by_hand(x), ours(x))


def test_residual_with_shortcut() -> None:
    net = live(chain(Residual(id="r", nodes=(linear("a", 4, 6), op("act", "relu")), shortcut=linear("shortcut", 4, 6))))
    r = net.get_submodule("r")
    x = torch.randn(3, 4)
    assert torch.equal(net(x), torch.relu(r.a(x)) + r.shortcut(x))
    assert list(net.state_dict()) == ["r.a.weight", "r.a.bias", "r.shortcut.weight", "r.shortcut.bias"]


@pytest.mark.parametrize("mode", ["new", "copy", "same"])
def test_repeat_modes(mode: str) -> None:
    net = live(chain(Repeat(id="r", times=3, mode=mode, body=linear("0", 4, 4))))  # type: ignore[arg-type]
    first, second = net.get_submodule("r.0"), net.get_submodule("r.1")
    assert list(net.state_dict()) == [f"r.{k}.{name}" for k in range(3) for name in ("weight", "bias")]
    assert (first is second) == (mode == "same")
    assert torch.equal(first.weight, second.weight) == (mode != "new")
    x = torch.randn(2, 4)
    assert torch.equal(net(x), net.get_submodule("r.2")(second(first(x))))


def test_repeat_with_a_second_input() -> None:
    body = Sequential(id="0", input_names=("x", "y"), nodes=(linear("fc", 4, 4), op("add", "Add", "fc", "y")))
    net = live(chain(Repeat(id="r", times=2, input_names=("x", "y"), body=body, inputs=("x", "x"))))
    x = torch.randn(2, 4)
    r0, r1 = net.get_submodule("r.0.fc"), net.get_submodule("r.1.fc")
    assert torch.equal(net(x), r1(r0(x) + x) + x)


def test_shared_across_blocks() -> None:
    inner = Sequential(id="b", nodes=(op("act", "relu"), Shared(id="s", of="a")))
    net = live(chain(linear("a", 4, 4), inner, Repeat(id="r", times=2, body=rebuild(inner, id="0"))))
    assert net.get_submodule("b.s") is net.get_submodule("a") is net.get_submodule("r.1.s")
    assert sum(p.numel() for p in net.parameters()) == 20


def test_seed_decides_initial_values_and_nothing_else_changes() -> None:
    design = templates.load("lenet")
    torch.manual_seed(7)
    before = torch.get_rng_state()
    first = live(design)
    assert torch.equal(before, torch.get_rng_state())
    second, third = live(design), live(rebuild(design, seed=1))
    weight = "features.conv1.weight"
    assert torch.equal(first.get_parameter(weight), second.get_parameter(weight))
    assert not torch.equal(first.get_parameter(weight), third.get_parameter(weight))


def test_rules_run_in_order_and_reach_lazy_layers() -> None:
    rules = (
        Rule(kind="Linear", parameter="weight", init=Initializer(scheme="constant", options={"val": 3.0})),
        Rule(where="b", init=Initializer(scheme="constant", options={"val": 42.0})),
    )
    net = live(chain(layer("a", "LazyLinear", out_features=4), linear("b", 4, 4), initializers=rules))
    assert torch.all(net.b.weight == 42) and torch.all(net.b.bias == 42)
    net(torch.randn(2, 4))
    assert torch.all(net.a.weight == 3), "a rule is not skipped because a layer is lazy"
    net.a.weight.data.fill_(1)
    net(torch.randn(2, 4))
    assert torch.all(net.a.weight == 1), "it is applied once"


def test_rules_leave_loaded_weights_alone() -> None:
    rules = (Rule(kind="Linear", init=Initializer(scheme="ones")),)
    design = chain(layer("a", "LazyLinear", out_features=2), initializers=rules)
    net = live(design)
    net.load_state_dict({"a.weight": torch.full((2, 4), 5.0), "a.bias": torch.zeros(2)})
    net(torch.randn(2, 4))
    assert torch.all(net.a.weight == 5)


def test_frozen_lazy_layer() -> None:
    net = live(chain(layer("a", "LazyLinear", out_features=4), linear("b", 4, 4), frozen=("a", "b.bias")))
    net(torch.randn(2, 4)).sum().backward()
    assert [name for name, p in net.named_parameters() if p.grad is not None] == ["b.weight"]


def test_transfer_keeps_what_did_not_change() -> None:
    old = live(templates.load("lenet"))
    with torch.no_grad():
        for parameter in old.parameters():
            parameter.fill_(1)
    design = templates.load("lenet")
    features = design.root.children[0]
    conv1 = rebuild(features.children[0], options={**features.children[0].options, "out_channels": 8})  # type: ignore[union-attr]
    features = features.with_children((conv1, *features.children[1:]))  # type: ignore[union-attr]
    new = live(rebuild(design, root=design.root.with_children((features, *design.root.children[1:]))))
    kept = transfer(old, new)
    assert set(new.state_dict()) - set(kept) == {"features.conv1.weight", "features.conv1.bias"}
    assert torch.all(new.get_parameter("classifier.fc1.weight") == 1)


def test_transfer_keeps_ties() -> None:
    old, new = live(templates.load("tied_mlp")), live(templates.load("tied_mlp"))
    with torch.no_grad():
        old.get_parameter("2.weight").fill_(7)
    transfer(old, new)
    assert torch.all(new.get_parameter("4.weight") == 7)
    assert new.get_submodule("2") is new.get_submodule("4")


def test_design_with_problems_is_not_built() -> None:
    with pytest.raises(DesignError, match=r"a: expects a value for out_features"):
        live(chain(layer("a", "Linear", in_features=4)))
    with pytest.raises(DesignError, match=r"b.weight: expects the shape of a.weight"):
        live(chain(linear("a", 4, 8), linear("b", 8, 4), ties=(("a.weight", "b.weight"),)))


def test_traceback_shows_the_source_line() -> None:
    text = source_of(chain(linear("a", 4, 8), linear("b", 7, 4), op("act", "relu"), name="Wrong"))
    with pytest.raises(RuntimeError) as raised:
        build(text, "Wrong")(torch.randn(2, 4))
    assert any(str(entry.path) == "<Wrong>" for entry in raised.traceback)


def test_a_parameter_that_is_tied_no_more_keeps_its_value() -> None:
    a, b = linear("a", 4, 4), linear("b", 4, 4)
    old = live(chain(a, b, ties=(("a.weight", "b.weight"),)))
    new = live(chain(a, b))
    assert "b.weight" in transfer(old, new)
    assert torch.equal(new.state_dict()["b.weight"], old.state_dict()["a.weight"])


def test_a_constant_is_what_the_design_says_now() -> None:
    def scaled(value: float) -> Design:
        return chain(Tensor(id="c", kind="Constant", value=value), op("scaled", "Mul", "x", "c"))

    new = live(scaled(2.0))
    assert transfer(live(scaled(1.0)), new) == ()
    assert new.c == 2.0


@pytest.mark.parametrize("times", [2, "=1+1"])
@pytest.mark.parametrize("what", ["frozen", "frozen op", "rule", "shared"])
def test_an_instance_that_is_not_there_is_named(what: str, times: int | str) -> None:
    nodes: list[Any] = [Repeat(id="r", times=times, body=linear("0", 4, 4))]
    fields: dict[str, Any] = {}
    match what:
        case "frozen":
            fields["frozen"] = ("r.2",)
        case "frozen op":
            nodes.append(op("twice", "Add", "x", "x"))
            fields["frozen"] = ("twice",)
        case "rule":
            fields["initializers"] = (Rule(where="r.2", init=Initializer(scheme="zeros")),)
        case "shared":
            nodes.append(Shared(id="s", of="r.2"))
    with pytest.raises(DesignError, match="expects the path of"):
        live(chain(*nodes, **fields))
