"""Initializers that are expressions in live models; facts 36 to 38 of chapter 5."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from composer.codegen.source import source
from composer.design.document import Definition, DefinitionOption, Design, Input, Rule
from composer.design.nodes import Initializer, Node, Sequential, Use
from composer.design.nodes import Tensor as TensorNode
from composer.design.text import dumps, loads
from composer.engine.build import live
from composer.engine.held import named_tensors
from composer.engine.shapes import shapes
from composer.engine.values import Changes
from composer.errors import DesignError
from tests.build import chain, layer, linear, op
from tests.strategies.expressions import BOOK


def expressed(text: str) -> Initializer:
    return Initializer(scheme="expression", options={"expression": text})


def book(*nodes: Node, text: str = BOOK) -> Design:
    return chain(*nodes, initializers=(Rule(kind=nodes[0].kind, parameter="weight", init=expressed(text)),))


def my_init(module: nn.Module) -> None:
    """The book's own (5.2.2)."""
    if isinstance(module, nn.Linear):
        nn.init.uniform_(module.weight, -10, 10)
        module.weight.data *= module.weight.data.abs() >= 5


@pytest.fixture(scope="module")
def weights() -> Tensor:
    return live(book(linear("0", 4, 512), linear("1", 512, 512))).get_parameter("1.weight").detach()


def test_it_fills_as_the_book_s_does() -> None:
    model = live(book(linear("0", 4, 8), op("1", "relu"), linear("2", 8, 1)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        written = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
        written.apply(my_init)
    for ours, theirs in zip(model.parameters(), written.parameters(), strict=True):
        assert torch.equal(ours, theirs)
        assert torch.equal(ours.signbit(), theirs.signbit())


def test_36_one_dimension_has_no_fans() -> None:
    for init in (expressed("uniform(0, fan_in)"), Initializer(scheme="xavier_uniform")):
        design = chain(linear("0", 4, 8), initializers=(Rule(init=init),))
        (problem,) = shapes(design).problems
        expected = f"0: expects at least 2 dimensions for {init.scheme} (initializer rule 1), received bias of shape 8"
        assert str(problem) == expected and problem.fixes[0].label == "let rule 1 fill only weight"
        with pytest.raises(DesignError, match="at least 2 dimensions"):
            live(design)
    free = TensorNode(id="w", kind="Parameter", shape=(3,), init=expressed("normal(0, 1 / fan_out)"))
    (problem,) = [each for each in shapes(chain(linear("0", 4, 4), free)).problems if each.path == "w"]
    assert str(problem) == "w: expects at least 2 dimensions for expression, received [3]"


def test_37_masses_are_a_quarter_a_half_a_quarter(weights: Tensor) -> None:
    n = weights.numel()
    masses = [float(each.float().mean()) for each in (weights <= -5, weights == 0, weights >= 5)]
    for mass, expected in zip(masses, (0.25, 0.5, 0.25), strict=True):
        assert abs(mass - expected) < 5 * math.sqrt(expected * (1 - expected) / n)
    assert sum(masses) == 1, "nothing in 0 < |w| < 5, nothing beyond 10"
    assert weights.abs().max() <= 10


def test_37_std_is_5_40_and_there_are_negative_zeros(weights: Tensor) -> None:
    # The second moment is ½·E[u² | 5 ≤ u ≤ 10] = ½·175/3; the fourth, ½·E[u⁴ | …] = ½·(10⁵ − 5⁵)/25.
    second, fourth = 175 / 6, (10**5 - 5**5) / 50
    spread = math.sqrt((fourth - second**2) / weights.numel()) / (2 * math.sqrt(second))
    assert math.sqrt(second) == pytest.approx(5.40, abs=0.005)
    assert abs(float(weights.std()) - math.sqrt(second)) < 5 * spread
    zeros = weights[weights == 0]
    assert 0.45 < float(zeros.signbit().float().mean()) < 0.55


def test_38_adding_one_turns_masked_zeros_into_one() -> None:
    model = live(book(linear("0", 4, 8), op("1", "relu"), linear("2", 8, 1)))
    before = named_tensors(model)["0.weight"].detach().clone()
    changes = Changes()
    changes.change(model, "0.weight", "", "add", 1)
    changes.change(model, "0.weight", "[0, 0]", "set", 42)
    after = named_tensors(model)["0.weight"].detach()
    assert after[0, 0] == 42
    rest, zeros = after.flatten()[1:], before.flatten()[1:] == 0
    assert zeros.any() and (rest[zeros] == 1).all()
    assert torch.equal(rest[~zeros], before.flatten()[1:][~zeros] + 1)


def test_lazy_layers_are_filled_with_their_sizes() -> None:
    text = "a = sqrt(6 / (fan_in + fan_out)); uniform(-a, a)"
    model = live(book(layer("0", "LazyLinear", out_features=8), layer("1", "LazyLinear", out_features=3), text=text))
    torch.manual_seed(5)
    model(torch.randn(2, 4))
    torch.manual_seed(5)
    torch.randn(2, 4)
    for module, (fan_in, fan_out) in zip(model.children(), ((4, 8), (8, 3)), strict=True):
        written = nn.Linear(fan_in, fan_out)
        nn.init.xavier_uniform_(written.weight)
        assert torch.equal(module.get_parameter("weight"), written.weight)


def test_globs_name_what_is_filled() -> None:
    rules = (Rule(glob="*.0.weight", init=expressed(BOOK)), Rule(glob="lazy.*", init=expressed("w * 0 + 0.5")))
    block = Sequential(id="s", nodes=(linear("0", 4, 4), layer("lazy", "LazyLinear", out_features=2)))
    model = live(chain(block, layer("lazy", "LazyLinear", out_features=3), initializers=rules))
    model(torch.randn(1, 4))
    weight = model.get_parameter("s.0.weight")
    assert ((weight == 0) | (weight.abs() >= 5)).all()
    assert model.get_parameter("lazy.weight").eq(0.5).all() and not model.get_parameter("s.lazy.bias").eq(0.5).any()


def test_present_values_are_read() -> None:
    plain, halved = (
        live(chain(linear("0", 4, 3), initializers=rules)) for rules in ((), (Rule(init=expressed("w / 2")),))
    )
    for one, other in zip(plain.parameters(), halved.parameters(), strict=True):
        assert torch.equal(one / 2, other)
    free = TensorNode(id="p", kind="Parameter", shape=(2,), init=expressed("w + 3"))
    assert live(chain(free, op("a", "Add", "p", "p"))).get_parameter("p").tolist() == [3, 3]  # from zeros


def test_free_tensors_keep_their_dtype() -> None:
    nodes = (
        TensorNode(id="p", kind="Parameter", shape=(3,), dtype="float64", init=expressed("where(w < 1, 0.1, 2)")),
        TensorNode(id="b", kind="Buffer", shape=(3,), dtype="float16", init=expressed("pi")),
    )
    model = live(chain(*nodes, op("a", "Add", "p", "b")))
    assert torch.equal(model.get_parameter("p"), torch.full((3,), 0.1, dtype=torch.float64))
    assert torch.equal(model.get_buffer("b"), torch.full((3,), math.pi, dtype=torch.float16))


def test_names_of_a_text_hide_nothing_of_the_code_around_it() -> None:
    words = ("v", "module", "parameter", "init_custom", "self", "layer", "name", "sum", "when_ready", "shared_v")
    text = "; ".join([*(f"{word} = w + 1" for word in words), " + ".join(words)])
    own = TensorNode(id="w", kind="Parameter", shape=("=init_custom", "=v"), init=expressed(text))
    named = Definition(
        name="init_custom_2",
        options=(DefinitionOption(name="v", default=2), DefinitionOption(name="init_custom", default=3)),
        body=Sequential(nodes=(own, linear("fc", "=v", "=init_custom", "x"))),
    )
    rules = (Rule(parameter="weight", init=expressed(text)), Rule(parameter="bias", init=expressed("v = 0.5; v")))
    nodes = (Use(id="v", of="init_custom_2"), layer("lazy", "LazyLinear", out_features=2))
    design = chain(*nodes, definitions=(named,), inputs=(Input(shape=("N", 2)),), initializers=rules)
    model = live(design)
    assert set(model.get_parameter("v.w").flatten().tolist()) == {10.0}
    assert model.get_parameter("v.fc.bias").tolist() == [0.5] * 3
    assert model.get_parameter("v.fc.weight").shape == (3, 2)


def test_equal_expressions_are_one_function_and_texts_are_canonical() -> None:
    rules = tuple(
        Rule(where=where, parameter="weight", init=expressed(text))
        for where, text in (("0", BOOK), ("1", BOOK.replace(" ", "")), ("1", "w*2"))
    )
    design = chain(linear("0", 4, 4), linear("1", 4, 4), initializers=rules)
    assert source(design).count("def init_custom") == 2
    assert loads(dumps(design)) == design and BOOK in dumps(design)
    assert source(loads(dumps(design))) == source(design)
