"""Facts 27, 34, 36 and 39 to 45 of chapter 5 on live models, with torch as the oracle (43 and 45: test_gradients)."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from composer import templates
from composer.design.document import Design, Rule
from composer.design.nodes import Initializer
from composer.engine.build import live
from composer.engine.data import Sample
from composer.engine.gradients import gradients
from composer.engine.live import tensors_of
from composer.errors import DesignError
from composer.reports import count_parameters
from composer.signals import GradientsReport
from tests.build import chain, layer, linear, op

X = torch.randn(32, 4, generator=torch.Generator().manual_seed(1))
SAMPLE = Sample((X,), (), "made by the test")


def mlp(scheme: str, **options: float) -> Design:
    """4 to 8 to 8 to 3, its weights filled by one rule."""
    rule = Rule(parameter="weight", init=Initializer(scheme=scheme, options=options))
    nodes = (linear("a", 4, 8), op("act", "relu"), linear("b", 8, 8), op("again", "relu"), linear("c", 8, 3))
    return chain(*nodes, initializers=(rule,), name="MLP")


def flagged(report: GradientsReport, name: str) -> tuple[str, ...]:
    return next(each.flags for each in report.parameters if each.name == name)


def part(model: nn.Module, path: str) -> nn.Linear:
    found = model.get_submodule(path)
    assert isinstance(found, nn.Linear)
    return found


def step(model: nn.Module, rate: float = 0.1) -> None:
    loss = (model(X) - 1).square().mean()
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for each in model.parameters():
            assert each.grad is not None
            each -= rate * each.grad


def test_27_a_gradient_is_none_then_filled_then_none_and_two_backwards_double_it() -> None:
    model = live(mlp("xavier_uniform"))
    assert all(each.grad is None for each in model.parameters())
    report = gradients(model, SAMPLE, "squares")
    assert all(each.grad is None for each in model.parameters()), "looking fills none"
    model(X).square().mean().backward()
    once = {name: each.grad.clone() for name, each in model.named_parameters() if each.grad is not None}
    assert [each.gradient.norm for each in report.parameters if each.gradient] == pytest.approx(
        [float(each.norm()) for each in once.values()], rel=1e-5
    )
    model(X).square().mean().backward()
    for name, each in model.named_parameters():
        assert each.grad is not None
        torch.testing.assert_close(each.grad, 2 * once[name])
    again = gradients(model, SAMPLE, "squares")
    assert again.norm == report.norm, "what is there already adds nothing to a look"
    model.zero_grad()
    assert all(each.grad is None for each in model.parameters())


def test_34_a_constant_is_flagged_though_biases_differ_where_only_rounding_comes_back() -> None:
    report = gradients(live(mlp("constant", val=0.5)), SAMPLE, "CrossEntropyLoss")
    assert "identical" in flagged(report, "a.weight") and "identical" in flagged(report, "b.weight")


def test_34_a_constant_leaves_hidden_units_identical() -> None:
    model = live(mlp("constant", val=0.5))
    with torch.no_grad():
        for name, each in model.named_parameters():
            if name.endswith("bias"):
                each.zero_()
    report = gradients(model, SAMPLE, "MSELoss")
    assert "identical" in flagged(report, "a.weight") and "identical" in flagged(report, "b.weight")
    assert "identical" not in flagged(report, "c.weight"), "the targets tell the outputs apart"
    for _ in range(5):
        step(model)
    for path in ("a", "b"):
        weight = part(model, path).weight
        assert torch.equal(weight, weight[:1].expand_as(weight))
    assert "identical" in flagged(gradients(model, SAMPLE, "MSELoss"), "b.weight")


@pytest.mark.parametrize("scheme", ["xavier_uniform", "xavier_normal", "kaiming_uniform", "orthogonal"])
def test_a_good_beginning_has_no_identical_units(scheme: str) -> None:
    found = gradients(live(mlp(scheme)), SAMPLE, "MSELoss").flags
    assert set(found) <= {"dead"}


def test_zeros_let_no_gradient_through() -> None:
    report = gradients(live(mlp("zeros")), SAMPLE, "squares")
    assert set(flagged(report, "a.weight")) == {"zero", "identical"}


def test_36_xavier_needs_two_dimensions() -> None:
    with pytest.raises(ValueError, match="fewer than 2 dimensions"):
        nn.init.xavier_uniform_(torch.empty(8))
    rule = Rule(parameter="bias", init=Initializer(scheme="xavier_uniform"))
    expected = "a: expects at least 2 dimensions for xavier_uniform .initializer rule 1., received bias of shape 8"
    with pytest.raises(DesignError, match=expected):
        live(chain(linear("a", 4, 8), initializers=(rule,)))


def test_39_an_edit_in_place_needs_no_grad() -> None:
    weight = part(live(mlp("ones")), "a").weight
    with pytest.raises(RuntimeError, match="leaf Variable that requires grad is being used in an in-place operation"):
        weight += 1
    with torch.no_grad():
        weight += 1
    assert bool((weight == 2).all())


def _twice(edit: str) -> Tensor:
    """The gradient of a's weight where b's was doubled between forward and backward."""
    model = live(mlp("xavier_uniform"))
    loss = model(X).square().mean()
    weight = part(model, "b").weight
    if edit == "data":
        weight.data *= 2
    elif edit == "no_grad":
        with torch.no_grad():
            weight *= 2
    loss.backward()
    gradient = part(model, "a").weight.grad
    assert gradient is not None
    return gradient


def test_40_an_edit_of_data_corrupts_silently_and_no_grad_is_detected() -> None:
    honest = gradients(live(mlp("xavier_uniform")), SAMPLE, "squares").parameters[0].values
    assert _twice("nothing").flatten()[:16].tolist() == pytest.approx(honest, rel=1e-5, abs=1e-8)
    assert not torch.allclose(_twice("data"), _twice("nothing"))
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        _twice("no_grad")


def test_41_and_42_the_tied_net_counts_once_and_is_one_object() -> None:
    model = live(templates.load("tied_mlp"))
    tensors = tensors_of(model)
    assert count_parameters(tensors) == 121
    assert len(list(model.named_parameters())) == 6
    state = model.state_dict()
    assert (len(state), sum(each.numel() for each in state.values())) == (8, 193)
    report = gradients(model, SAMPLE)
    assert [each.names for each in report.parameters if len(each.names) > 1] == [
        ("2.weight", "4.weight"),
        ("2.bias", "4.bias"),
    ]
    assert part(model, "2") is part(model, "4")
    with torch.no_grad():
        part(model, "2").weight[0, 0] = 100
    assert float(part(model, "4").weight[0, 0].detach()) == 100


def test_44_tied_stays_equal_and_untied_diverges() -> None:
    tied = live(templates.load("tied_mlp"))
    free = nn.Sequential(*(type(each)(8, 8) if k in (2, 4) else each for k, each in enumerate(_layers())))
    free.load_state_dict(tied.state_dict())
    for _ in range(10):
        step(tied)
        step(free)
    assert torch.equal(part(tied, "2").weight, part(tied, "4").weight)
    assert not torch.allclose(part(free, "2").weight, part(free, "4").weight)
    row = next(each for each in gradients(tied, SAMPLE, "squares").parameters if each.name == "2.weight")
    assert len(row.uses) == 2 and row.gap < 1e-6


def _layers() -> list[nn.Module]:
    sizes = [(4, 8), (8, 8), (8, 8), (8, 1)]
    return [each for size in sizes for each in (nn.Linear(*size), nn.ReLU())][:-1]


@pytest.mark.parametrize(
    ("std", "expected"), [(0.02, "vanishing-gradient"), (3.0, "exploding-gradient")], ids=["small", "large"]
)
def test_depth_tells_bad_scales_from_a_good_one(std: float, expected: str) -> None:
    def deep(rule: Rule) -> GradientsReport:
        nodes = [each for k in range(10) for each in (linear(f"fc{k}", 32, 32), layer(f"act{k}", "ReLU"))]
        x = torch.randn(32, 4, generator=torch.Generator().manual_seed(2))
        design = chain(linear("in", 4, 32), *nodes, linear("out", 32, 2), initializers=(rule,))
        return gradients(live(design), Sample((x,), (), ""), "squares")

    bad = deep(Rule(kind="Linear", parameter="weight", init=Initializer(scheme="normal", options={"std": std})))
    kaiming = Initializer(scheme="kaiming_normal", options={"nonlinearity": "relu"})
    good = deep(Rule(kind="Linear", parameter="weight", init=kaiming))
    assert expected in bad.flags
    assert not set(good.flags) & {
        "vanishing-gradient", "exploding-gradient", "vanishing-signal", "exploding-signal", "identical"
    }  # fmt: skip


def test_saturated_units() -> None:
    nodes = (linear("a", 4, 64), layer("act", "Tanh"), op("squash", "sigmoid"), linear("b", 64, 2))
    rule = Rule(where="a", parameter="weight", init=Initializer(scheme="normal", options={"std": 50.0}))
    model = live(chain(*nodes, initializers=(rule,)))
    row = next(each for each in gradients(model, SAMPLE, "squares").layers if each.path == "act")
    with torch.no_grad():
        y = torch.tanh(part(model, "a")(X))
    assert row.saturated == pytest.approx(float((y.abs() > 0.9).float().mean()))
    assert row.flags == ("saturated",)
