"""Facts 14 to 20 of chapter 5: a constant weight and a loop that depends on the data, as the code of a custom layer."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from composer.design.nodes import Code, Initializer, Node, rebuild
from composer.design.nodes import Tensor as Declared
from composer.engine.build import build, live, source_of
from composer.engine.live import tensors_of
from composer.errors import CutOff
from composer.reports import count_parameters
from composer.templates import layers
from tests.by_hand import Fixed, Plain, Saved
from tests.engine.ready import X20, count, custom, made, oracle, same

SCALES = (1e-3, 1.0, 100.0, 1e4)


def kept(kind: Any, seed: int = 0) -> nn.Module:
    """The ready layer with its constant declared as something else, drawn under another seed."""
    body = layers.load("fixed_hidden_mlp").definitions[0].body
    assert isinstance(body, Code)
    uniform = Initializer(scheme="uniform")
    weight = Declared(id="rand_weight", kind=kind, shape=(20, 20), init=uniform)
    linear = rebuild(_linear(body.nodes), options={"in_features": 20, "out_features": 20})
    return live(rebuild(custom(body.code, weight, linear), seed=seed)).get_submodule("own")


def _linear(nodes: tuple[Node, ...]) -> Node:
    return next(each for each in nodes if each.id == "linear")


@torch.no_grad()
def before_the_loop(model: nn.Module, x: Tensor) -> Tensor:
    y = torch.relu(model.get_submodule("linear")(x) @ model.get_buffer("rand_weight") + 1)
    return model.get_submodule("linear")(y)  # type: ignore[no-any-return]


def test_14_it_has_420_parameters_and_gives_one_number() -> None:
    model, by_hand = made("fixed_hidden_mlp"), oracle("fixed_hidden_mlp")
    assert count_parameters(tensors_of(model)) == count(by_hand) == 420
    for scale in SCALES:
        y = model(X20 * scale)
        assert y.shape == () and same(y, by_hand(X20 * scale))
        assert abs(float(y.detach())) <= 1, "since the sum of magnitudes is at most 1"


def test_15_it_is_the_sum_halved_as_often_as_the_data_say() -> None:
    model, times = made("fixed_hidden_mlp"), []
    for scale in SCALES:
        y = before_the_loop(model, X20 * scale)
        k = max(0, math.ceil(math.log2(float(y.abs().sum()))))
        assert torch.equal(model(X20 * scale), y.sum() / 2**k)
        assert float(y.abs().sum()) / 2**k <= 1
        times.append(k)
    assert times[0] < times[2] < times[3], "larger ones take more steps"
    small = kept("Constant")
    with torch.no_grad():
        for each in small.parameters():
            each.mul_(1e-4)
    y = before_the_loop(small, X20)
    assert float(y.abs().sum()) < 1 and torch.equal(small(X20), y.sum()), "no step at all"


def test_16_the_constant_is_no_parameter_and_never_changes() -> None:
    model = made("fixed_hidden_mlp")
    weight = model.get_buffer("rand_weight")
    values, linear = weight.clone(), model.get_parameter("linear.weight").detach().clone()
    assert not weight.requires_grad and not isinstance(weight, nn.Parameter)
    assert bool((weight >= 0).all()) and bool((weight < 1).all())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model(X20).backward()
    optimizer.step()
    assert weight.grad is None and torch.equal(weight, values)
    assert not torch.equal(model.get_parameter("linear.weight"), linear)
    assert list(model.state_dict()) == ["linear.weight", "linear.bias"]
    assert [row.name for row in tensors_of(model) if not row.saved] == ["rand_weight"]


@pytest.mark.parametrize(
    "make", [Plain, Fixed, lambda: kept("Constant", seed=1)], ids=["attribute", "by hand", "constant"]
)
def test_17_what_is_not_saved_is_not_loaded(make: Callable[[], nn.Module]) -> None:
    torch.manual_seed(5)
    first, second = (kept("Constant"), make()) if make not in (Plain, Fixed) else (make(), make())
    assert str(second.load_state_dict(first.state_dict())) == "<All keys matched successfully>"
    assert not torch.equal(first(X20), second(X20))


def test_17_a_plain_attribute_stays_float32_and_ours_does_not() -> None:
    with pytest.raises(RuntimeError, match="same dtype"):
        Plain().double()(X20.double())
    for kind in ("Constant", "Buffer"):
        model = kept(kind).double()
        assert model.get_buffer("rand_weight").dtype == torch.float64
        assert model(X20.double()).dtype == torch.float64


def test_18_a_saved_buffer_is_loaded_and_counts_no_parameter() -> None:
    first, second, by_hand = kept("Buffer"), kept("Buffer", seed=1), Saved()
    assert not torch.equal(first(X20), second(X20))
    second.load_state_dict(first.state_dict())
    by_hand.load_state_dict(first.state_dict())
    assert torch.equal(first(X20), second(X20)) and torch.equal(first(X20), by_hand(X20))
    assert count(first) == count_parameters(tensors_of(first)) == 420
    assert list(first.state_dict()) == list(by_hand.state_dict()) == ["rand_weight", "linear.weight", "linear.bias"]


def test_19_the_loop_ends_on_nan_and_is_cut_off_on_inf() -> None:
    model = made("fixed_hidden_mlp")
    assert bool(model(X20 * math.nan).isnan())
    assert math.inf / 2 == math.inf, "which is why"
    values = {name: each.clone() for name, each in model.state_dict().items()}
    with torch.no_grad():
        model.get_parameter("linear.weight").fill_(1)  # so that no difference of two infinities is a NaN
        model.get_parameter("linear.bias").fill_(math.inf)
    with pytest.raises(CutOff) as caught:
        model(X20)
    source = source_of(layers.load("fixed_hidden_mlp").design()).splitlines()
    assert caught.value.what == "loop" and "while x.abs().sum() > 1" in source[caught.value.line - 1]
    model.load_state_dict(values)
    assert bool(model(X20).isfinite()), "and it goes on"


def both() -> list[nn.Module]:
    """The live model, whose loop is capped, and what its source gives anywhere else."""
    design = layers.load("fixed_hidden_mlp").design()
    return [live(design), build(source_of(design), "TryFixedHiddenMLP")]


@pytest.mark.parametrize("number", [0, 1], ids=["live", "exported"])
def test_20_what_traces_rejects_the_loop(number: int) -> None:
    model = both()[number]
    with pytest.raises(torch.fx.proxy.TraceError, match="control flow"):
        torch.fx.symbolic_trace(model)
    with pytest.raises(Exception, match="data-dependent"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.export.export(model, (X20,))


@pytest.mark.parametrize("number", [0, 1], ids=["live", "exported"])
def test_20_a_trace_freezes_the_number_of_steps_and_a_script_keeps_the_loop(number: int) -> None:
    model, large = both()[number], X20 * 1e4
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that they are old, and that values decide
        traced, scripted = torch.jit.trace(model, (X20,)), torch.jit.script(model)  # type: ignore[no-untyped-call]
    assert torch.equal(traced(X20), model(X20)) and torch.equal(scripted(X20), model(X20))
    assert torch.equal(scripted(large), model(large))
    assert not torch.equal(traced(large), model(large))
    steps = math.ceil(math.log2(float(before_the_loop(model.get_submodule("fixed"), X20).abs().sum())))
    assert torch.equal(traced(large), before_the_loop(model.get_submodule("fixed"), large).sum() / 2**steps)
