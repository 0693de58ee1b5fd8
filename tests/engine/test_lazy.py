"""Deferred initialization, with torch as the oracle: facts 50 to 61 of chapter 5 that concern us, and its exercises."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.parameter import UninitializedParameter

from composer.codegen.source import class_name_of
from composer.design.document import Definition, Design, Input, Rule
from composer.design.nodes import Initializer, Parallel, Repeat, Residual, Sequential, Shared, Use, rebuild
from composer.engine.build import drawn, source_of
from composer.engine.data import Sample
from composer.engine.forward import forward
from composer.engine.lazy import waiting
from composer.engine.live import tensors_of
from composer.engine.shapes import shapes
from composer.errors import DesignError
from composer.reports import ResolvedReport, count_parameters
from tests.build import chain, layer, linear, op

X20 = (Input(name="x", shape=("N", 20)),)


def lazy(id: str, out: int, *inputs: str) -> Any:
    return layer(id, "LazyLinear", *inputs, out_features=out)


def mlp(**fields: Any) -> Design:
    """The book's network of section 5.3."""
    return chain(lazy("0", 256), op("1", "relu"), lazy("2", 10), **{"inputs": X20, "name": "LazyMLP", **fields})


def made(design: Design) -> tuple[nn.Module, torch.Tensor]:
    return drawn(source_of(design), class_name_of(design), design.seed)


def ran(design: Design, model: nn.Module, draws: torch.Tensor, *shapes: tuple[int, ...]) -> tuple[ResolvedReport, ...]:
    """A run on random values of some shapes, with a seed that is not the design's."""
    tensors = tuple(torch.randn(each) for each in shapes)
    return forward(design, model, Sample(tensors, (), "random"), 999, draws)[1]


def dry(design: Design, *shapes: tuple[int, ...]) -> tuple[nn.Module, tuple[ResolvedReport, ...]]:
    model, draws = made(design)
    return model, ran(design, model, draws, *shapes)


def values(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def equal(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def test_before_and_after_a_run() -> None:
    design = mlp()
    model, draws = made(design)
    assert all(type(each) is UninitializedParameter for each in model.parameters())
    assert [each.shape for each in tensors_of(model)] == [None] * 4
    assert count_parameters(tensors_of(model)) is None
    first, second = ran(design, model, draws, (2, 20))
    assert [tuple(each.shape) for each in model.parameters()] == [(256, 20), (256,), (10, 256), (10,)]
    assert count_parameters(tensors_of(model)) == 7_946
    assert {type(model.get_submodule(path)) for path in ("0", "2")} == {nn.Linear}
    assert (first.path, first.kind, first.became, first.inferred) == (
        "0",
        "LazyLinear",
        "Linear",
        (("in_features", 20),),
    )
    assert (str(first.input), first.origin) == ("2×20", "x")
    assert first.tensors == (("weight", (256, 20)), ("bias", (256,)))
    assert (second.path, second.inferred, second.origin) == ("2", (("in_features", 256),), "1")
    assert ran(design, model, draws, (7, 20)) == ()  # the size of the batch is free, and nothing is inferred again


def test_looking_never_materializes() -> None:
    design = mlp()
    model, _draws = made(design)
    assert count_parameters(shapes(design).tensors) == 7_946
    source_of(design)
    tensors_of(model)
    assert set(waiting(model)) == {"0", "2"}
    assert all(type(each) is UninitializedParameter for each in model.parameters())


def test_values_are_those_of_the_exported_file_run_under_the_design_seed() -> None:
    design = mlp(seed=5)
    model, _rows = dry(design, (2, 20))
    namespace: dict[str, Any] = {}
    exec(source_of(design), namespace)
    torch.manual_seed(5)
    exported = namespace["LazyMLP"]()
    exported(torch.ones(3, 20))
    assert equal(values(model), values(exported))
    other, _rows = dry(mlp(seed=6), (2, 20))
    assert not torch.equal(other.get_parameter("0.weight"), model.get_parameter("0.weight"))


def test_the_seed_of_a_run_decides_what_is_random_in_it_but_no_initial_values() -> None:
    design = mlp()
    sample = Sample((torch.randn(2, 20),), (), "")
    found = []
    for seed in (1, 2):
        model, draws = made(design)
        state = torch.get_rng_state()
        forward(design, model, sample, seed, draws)
        assert torch.equal(state, torch.get_rng_state())
        found.append(values(model))
    assert equal(*found)


def test_rules_are_not_skipped() -> None:
    """`type(m) == nn.Linear` before materialization skips a lazy layer without a word, and `normal_` fails."""
    net = nn.Sequential(nn.LazyLinear(3))
    assert not any(type(each) is nn.Linear for each in net.modules())
    with pytest.raises(ValueError, match="uninitialized parameter"):
        nn.init.normal_(net[0].weight)
    rules = (
        Rule(kind="Linear", parameter="weight", init=Initializer(scheme="constant", options={"val": 3.0})),
        Rule(kind="LazyLinear", parameter="bias", init=Initializer(scheme="ones")),
        Rule(where="2", parameter="weight", init=Initializer(scheme="zeros")),
    )
    model, _rows = dry(mlp(initializers=rules), (2, 20))
    assert torch.all(model.get_parameter("0.weight") == 3)
    assert torch.all(model.get_parameter("2.weight") == 0)
    assert torch.all(model.get_parameter("0.bias") == 1) and torch.all(model.get_parameter("2.bias") == 1)


def test_exercise_1_the_first_size_is_given() -> None:
    design = chain(linear("0", 20, 256), op("1", "relu"), lazy("2", 128), lazy("3", 10), inputs=X20)
    model, draws = made(design)
    assert [each.shape for each in tensors_of(model)] == [(256, 20), (256,), None, None, None, None]
    before = model.get_parameter("0.weight").clone()
    assert [row.path for row in ran(design, model, draws, (2, 20))] == ["2", "3"]
    assert torch.equal(before, model.get_parameter("0.weight"))


def test_exercise_2_sizes_that_do_not_match() -> None:
    design = chain(lazy("0", 256), op("1", "relu"), linear("2", 128, 10), inputs=X20)
    model, draws = made(design)  # that they do not match is told by the run alone
    with pytest.raises(DesignError) as told:
        ran(design, model, draws, (2, 20))
    assert str(told.value) == (
        "2: expects 128 input features (its weight is 10×128), received 256 (from 0, shape 2×256)"
    )
    assert set(waiting(model)) == {"0"}
    with pytest.raises(RuntimeError, match="2x256 and 128x10"):
        nn.Sequential(nn.LazyLinear(256), nn.ReLU(), nn.Linear(128, 10))(torch.ones(2, 20))


def test_exercise_2_another_width_later() -> None:
    design = mlp()
    model, draws = made(design)
    ran(design, model, draws, (2, 20))
    before = values(model)
    with pytest.raises(DesignError) as told:
        ran(design, model, draws, (2, 30))
    assert str(told.value) == "0: expects 20 input features (its weight is 256×20), received 30 (from x, shape 2×30)"
    assert told.value.problems[0].code == "outgrown"
    assert equal(before, values(model))


def test_exercise_3_adapters_and_a_shared_trunk() -> None:
    inputs = (Input(name="a", shape=("N", 20)), Input(name="b", shape=("N", 30)))
    nodes = (lazy("from_a", 64, "a"), lazy("from_b", 64, "b"), lazy("trunk", 10, "from_a"))
    again = Shared(id="again", of="trunk", inputs=("from_b",))
    design = chain(*nodes, again, op("both", "Add", "trunk", "again"), inputs=inputs)
    model, rows = dry(design, (2, 20), (2, 30))
    assert [(row.path, row.inferred[0][1], row.origin) for row in rows] == [
        ("from_a", 20, "a"),
        ("from_b", 30, "b"),
        ("trunk", 64, "from_a"),
    ]
    assert model.get_submodule("again") is model.get_submodule("trunk")
    assert count_parameters(tensors_of(model)) == 20 * 64 + 64 + 30 * 64 + 64 + 64 * 10 + 10


def test_an_adaptive_pool_takes_any_image() -> None:
    images = (Input(name="x", shape=("N", 3, 40, 40)),)
    nodes = (layer("pool", "AdaptiveAvgPool2d", output_size=4), layer("flatten", "Flatten"), lazy("fc", 5))
    design = chain(*nodes, inputs=images)
    model, draws = made(design)
    (row,) = ran(design, model, draws, (2, 3, 40, 40))
    assert row.inferred == (("in_features", 48),)
    assert ran(design, model, draws, (1, 3, 64, 32)) == ()


def test_a_shared_lazy_layer_counts_once() -> None:
    """The tied network of 5.2.2, lazy: 121 parameters."""
    four = (Input(name="x", shape=("N", 4)),)
    nodes = (lazy("0", 8), op("1", "relu"), lazy("2", 8), op("3", "relu"), Shared(id="4", of="2"), lazy("6", 1))
    model, rows = dry(chain(*nodes, inputs=four), (2, 4))
    assert count_parameters(tensors_of(model)) == 121
    assert [row.path for row in rows] == ["0", "2", "6"]


def test_a_convolution() -> None:
    images = (Input(name="x", shape=("N", 1, 28, 28)),)
    conv = layer("conv", "LazyConv2d", out_channels=6, kernel_size=5, padding=2)
    pool = layer("pool", "AvgPool2d", kernel_size=2)
    model, rows = dry(chain(conv, pool, layer("flatten", "Flatten"), lazy("fc", 10), inputs=images), (2, 1, 28, 28))
    assert [row.inferred for row in rows] == [(("in_channels", 1),), (("in_features", 1_176),)]
    assert tuple(model.get_parameter("conv.weight").shape) == (6, 1, 5, 5)
    assert rows[1].origin == "flatten"


def test_an_optimizer_made_before_trains_what_comes_even_after_a_failure() -> None:
    design = with_words()
    model, draws = made(design)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(DesignError):
        words(design, model, draws, 9)
    words(design, model, draws, 4)
    before = values(model)
    model(torch.ones(2, 20), torch.tensor([1, 4])).sum().backward()
    optimizer.step()
    assert not torch.equal(before["2.bias"], values(model)["2.bias"])


def test_loaded_weights_stay_and_sizes_come_with_the_first_run() -> None:
    design = chain(lazy("0", 3), inputs=X20)
    model, draws = made(design)
    model.load_state_dict({"0.weight": torch.ones(3, 20), "0.bias": torch.zeros(3)})
    assert [each.shape for each in tensors_of(model)] == [(3, 20), (3,)]
    assert model.get_submodule("0").in_features == 0
    (row,) = ran(design, model, draws, (2, 20))
    assert row.inferred == (("in_features", 20),)
    assert torch.all(model.get_parameter("0.weight") == 1)


def test_a_state_dict_of_a_lazy_model_is_refused_by_the_default_load(tmp_path: Any) -> None:
    model, _draws = made(mlp())
    torch.save(model.state_dict(), tmp_path / "lazy.pt")
    with pytest.raises(Exception, match="Weights only load failed"):
        torch.load(tmp_path / "lazy.pt")


def with_words() -> Design:
    """Lazy layers before and after an embedding, which fails for token ids that it does not have."""
    inputs = (Input(name="x", shape=("N", 20)), Input(name="tokens", shape=("N",), dtype="int64", high=5))
    nodes = (
        lazy("0", 4, "x"),
        layer("norm", "LazyBatchNorm1d"),
        layer("words", "Embedding", "tokens", num_embeddings=5, embedding_dim=3),
        lazy("2", 3, "norm"),
        op("sum", "Add", "2", "words"),
    )
    return chain(*nodes, inputs=inputs, initializers=(Rule(kind="Linear", init=Initializer(scheme="ones")),))


def words(design: Design, model: nn.Module, draws: torch.Tensor, token: int) -> list[str]:
    """A run with a token id; the layers that took sizes."""
    sample = Sample((torch.ones(2, 20), torch.tensor([1, token])), (), "")
    return [row.path for row in forward(design, model, sample, 0, draws)[1]]


def test_a_failure_after_some_layers_took_sizes_takes_them_back() -> None:
    design = with_words()
    model, draws = made(design)
    parameters, shown, keys = list(model.parameters()), repr(model), list(model.state_dict())
    with pytest.raises(DesignError) as told:
        words(design, model, draws, 9)
    assert str(told.value) == "words: expects input that Embedding can take, received 2 int64 with values from 1 to 9"
    assert repr(model) == shown and list(model.state_dict()) == keys
    assert all(before is now for before, now in zip(parameters, model.parameters(), strict=True))
    assert set(waiting(model)) == {"0", "norm", "2"}
    assert all(not each._forward_hooks for each in model.modules())
    assert words(design, model, draws, 4) == ["0", "norm", "2"]
    fresh, draws = made(design)
    words(design, fresh, draws, 4)
    assert equal(values(model), values(fresh)), "a failure leaves no trace in the random numbers"


def test_another_dtype_is_told() -> None:
    design = mlp()
    model, draws = made(design)
    with pytest.raises(DesignError, match="0: expects float32 numbers, received int64 from x"):
        forward(design, model, Sample((torch.ones(2, 20, dtype=torch.int64),), (), ""), 0, draws)
    assert set(waiting(model)) == {"0", "2"}


@pytest.mark.parametrize("mode", ["new", "same"])
def test_paths_inside_blocks_are_those_of_instances(mode: Any) -> None:
    inner = Residual(id="0", nodes=(lazy("fc", 20), op("act", "relu")))
    branches = Parallel(id="p", nodes=(lazy("a", 2), Use(id="b", of="Head")), merge="concat", dim=1)
    head = Definition(name="Head", body=Sequential(nodes=(lazy("fc", 3),)))
    design = chain(Repeat(id="r", times=2, mode=mode, body=inner), branches, inputs=X20, definitions=(head,))
    _model, rows = dry(design, (2, 20))
    repeated = ["r.0.fc"] if mode == "same" else ["r.0.fc", "r.1.fc"]
    assert [row.path for row in rows] == [*repeated, "p.a", "p.b.fc"]
    assert [row.origin for row in rows][-2:] == ["r.1", "r.1"]


def test_a_size_with_a_name_is_not_inferred() -> None:
    design = mlp(inputs=(Input(name="x", shape=("N", "D")),))
    report = shapes(design)
    assert {each.name: each.shape for each in report.tensors} == {
        "0.weight": None,
        "0.bias": (256,),
        "2.weight": (10, 256),
        "2.bias": (10,),
    }
    assert count_parameters(report.tensors) is None
    assert count_parameters(shapes(design, {"N": 2, "D": 20}).tensors) == 7_946
    assert count_parameters(shapes(rebuild(design, inputs=X20)).tensors) == 7_946
