"""Facts 1 to 25 of chapter 5 on live models, with modules written by hand as the oracle.

Those of a chain that keeps its layers in a list (7 to 13) are in test_storage, those of a loop in test_loop_facts.
Fact 25, what a call costs, is measured by tests.benchmarks.custom_layers.
"""

from __future__ import annotations

import ast

import pytest
import torch
from torch import nn

from composer import templates
from composer.design.document import Design, Input
from composer.design.nodes import Parallel, Repeat, Sequential, Shared, Use
from composer.engine.build import live, source_of
from composer.engine.live import tensors_of
from composer.engine.shapes import shapes
from composer.reports import count_parameters, describe
from composer.templates import layers
from tests.build import chain, layer, linear, of, op
from tests.by_hand import BY_HAND, MLP, Beside, Chain, block
from tests.engine.ready import X20, count, custom, made, oracle, same

INPUTS = (Input(shape=("N", 20)),)


@pytest.mark.parametrize("name", BY_HAND)
def test_every_ready_layer_is_what_one_writes_by_hand(name: str) -> None:
    ours, theirs = made(name), oracle(name)
    assert len(ours.state_dict()) == len(theirs.state_dict())
    for a, b in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True):
        assert torch.equal(a, b), "drawn in the same order under the same seed"
    if name != "chain":  # its layers have names there, and numbers here
        assert list(ours.state_dict()) == list(theirs.state_dict())
    shape = [3 if isinstance(size, str) else size for size in layers.load(name).inputs[0].shape]
    x = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    assert same(ours(x), theirs(x))


def test_01_an_mlp_has_7946_parameters_called_hidden_and_out() -> None:
    for model in (made("mlp"), live(templates.load("mlp"))):
        assert tuple(model(X20).shape) == (2, 10)
        assert count_parameters(tensors_of(model)) == 7_946 == count(MLP())
        assert list(model.state_dict()) == ["hidden.weight", "hidden.bias", "out.weight", "out.bias"]


def test_01_two_instances_are_two_models() -> None:
    ready = layers.load("mlp")
    uses = Parallel(nodes=(Use(id="a", of="MLP"), Use(id="b", of="MLP")))
    model = live(of(uses, inputs=INPUTS, definitions=ready.definitions))
    first, second = model.get_submodule("a"), model.get_submodule("b")
    assert type(first) is type(second) and count(model) == 2 * 7_946
    assert not torch.equal(first(X20), second(X20))


def test_02_a_child_before_the_base_class_is_begun_is_an_error_and_no_source_of_ours_has_one() -> None:
    class Hasty(nn.Module):
        def __init__(self) -> None:
            self.hidden = nn.Linear(20, 256)
            super().__init__()

    with pytest.raises(AttributeError, match=r"before Module\.__init__"):
        Hasty()
    designs = [*map(templates.load, templates.names()), *(layers.load(name).design() for name in layers.names())]
    for design in designs:
        for start in _constructors(source_of(design)):
            assert ast.unparse(start).startswith("super().__init__("), design.name


def _constructors(source: str) -> list[ast.stmt]:
    """The first statement of every constructor."""
    nodes = ast.walk(ast.parse(source))
    return [each.body[0] for each in nodes if isinstance(each, ast.FunctionDef) and each.name == "__init__"]


def test_03_a_function_is_no_child() -> None:
    for model in (made("mlp"), live(templates.load("mlp"))):
        assert [name for name, _ in model.named_children()] == ["hidden", "out"]
    with_layer = live(chain(linear("hidden", 20, 256), layer("act", "ReLU"), inputs=INPUTS))
    assert [name for name, _ in with_layer.named_children()] == ["hidden", "act"]


def test_04_forward_itself_skips_the_hooks() -> None:
    for model in (made("mlp"), oracle("mlp")):
        seen: list[str] = []
        model.register_forward_hook(lambda module, *_, seen=seen: seen.append("called"))
        model.forward(X20)
        assert seen == []
        model(X20)
        assert seen == ["called"]


def test_05_parameters_stand_in_the_order_of_registration() -> None:
    code = "def forward(self, x):\n    return self.out(F.relu(self.hidden(x)))\n"
    written = live(custom(code, linear("out", 8, 2), linear("hidden", 20, 8))).get_submodule("own")
    nodes = (linear("last", 20, 20), linear("first", 20, 20, "x"), op("sum", "Add", "first", "last"))
    wired = live(chain(*nodes, inputs=INPUTS))
    assert [name for name, _ in written.named_parameters()] == [
        "out.weight",
        "out.bias",
        "hidden.weight",
        "hidden.bias",
    ]
    assert [name.split(".")[0] for name, _ in wired.named_parameters()] == ["last", "last", "first", "first"]
    assert torch.equal(written(X20), written.get_submodule("out")(torch.relu(written.get_submodule("hidden")(X20))))


def test_06_a_chain_by_hand_has_the_outputs_and_keys_of_sequential() -> None:
    ours = live(chain(linear("0", 20, 256), layer("1", "ReLU"), linear("2", 256, 10), inputs=INPUTS))
    theirs = Chain(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 10))
    theirs.load_state_dict(ours.state_dict())
    assert isinstance(ours, nn.Sequential)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert torch.equal(ours(X20), theirs(X20))
    assert torch.equal(made("chain")(X20), ours(X20)), "and so has code that calls one after the other"


def test_21_a_mixed_net_has_4712_parameters() -> None:
    model, by_hand = made("chimera"), oracle("chimera")
    keys = list(model.state_dict())
    assert keys == list(by_hand.state_dict())
    assert (keys[0], keys[-2]) == ("0.net.0.weight", "2.linear.weight") and keys[-1] == "2.linear.bias"
    assert [count(each) for each in model.children()] == [3_952, 340, 420]
    assert count_parameters(tensors_of(model)) == 4_712
    assert torch.equal(model(X20), by_hand(X20)) and model(X20).shape == ()


def beside(dim: int = 1) -> Design:
    return of(Parallel(dim=dim, nodes=(linear("first", 20, 3), linear("second", 20, 5))), inputs=INPUTS)


def by_code(dim: int = 1) -> Design:
    code = f"def forward(self, x):\n    return torch.cat((self.first(x), self.second(x)), dim={dim})\n"
    return custom(code, linear("first", 20, 3), linear("second", 20, 5))


def test_22_two_branches_are_joined() -> None:
    theirs = Beside(nn.Linear(20, 3), nn.Linear(20, 5))
    for model in (live(beside()), live(by_code()).get_submodule("own"), made("parallel")):
        theirs.load_state_dict(model.state_dict())
        assert tuple(model(X20).shape) == (2, 8) and torch.equal(model(X20), theirs(X20))
        assert count(model) == 168


@pytest.mark.parametrize("design", [beside(0), by_code(0)], ids=["block", "code"])
def test_22_along_the_samples_they_do_not_fit(design: Design) -> None:
    with pytest.raises(RuntimeError, match="Sizes of tensors must match"):
        Beside(nn.Linear(20, 3), nn.Linear(20, 5), dim=0)(X20)
    (problem,) = shapes(design).problems
    assert problem.path in ("", "own")
    with pytest.raises(RuntimeError, match="Sizes of tensors must match"):
        live(design)(X20)


def test_23_one_layer_on_both_sides_gives_equal_halves() -> None:
    both = (linear("first", 20, 3), Shared(id="second", of="first"))
    code = "def forward(self, x):\n    return torch.cat((self.first(x), self.second(x)), dim=1)\n"
    for design in (of(Parallel(nodes=both), inputs=INPUTS), custom(code, *both)):
        assert describe(shapes(design).output) == "N×6"
        model = live(design)
        y = model(X20)
        assert torch.equal(y[:, :3], y[:, 3:])
        assert count(model) == count_parameters(tensors_of(model)) == 63


def test_24_one_block_four_times_has_76_parameters_and_four_have_304() -> None:
    assert [count(made(f"factory_{mode}")) for mode in ("new", "copy", "same")] == [304, 304, 76]
    assert count(block()) == 76
    x = torch.randn(2, 4)
    for mode, distinct in (("new", 4), ("copy", 4), ("same", 1)):
        model = made(f"factory_{mode}")
        assert (
            len({each.data_ptr() for name, each in model.state_dict().items() if name.endswith("0.weight")}) == distinct
        )
        assert len(model.state_dict()) == 16
        theirs = nn.Sequential(*(block() for _ in range(4)))
        theirs.load_state_dict(model.state_dict())
        assert torch.equal(model(x), theirs(x))


def test_24_copies_are_equal_and_independent() -> None:
    model = made("factory_copy")
    first, others = model.get_submodule("0"), [model.get_submodule(str(k)) for k in (1, 2, 3)]
    for other in others:
        assert all(torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True))
    with torch.no_grad():
        first.get_parameter("0.weight").fill_(7)
    assert all(not torch.equal(first.get_parameter("0.weight"), other.get_parameter("0.weight")) for other in others)
    fresh = made("factory_new")
    assert not torch.equal(fresh.get_parameter("0.0.weight"), fresh.get_parameter("1.0.weight"))


def test_24_in_a_larger_net() -> None:
    definition = layers.load("factory_new").definitions
    repeat = Repeat(id="blocks", times=4, mode="same", body=Use(id="0", of="FactoryBlock"))
    nodes = (linear("in", 20, 4), Sequential(id="middle", nodes=(repeat,)), linear("out", 4, 1))
    model = live(chain(*nodes, inputs=INPUTS, definitions=definition))
    assert count(model) == 84 + 76 + 5
    assert tuple(model(X20).shape) == (2, 1)
