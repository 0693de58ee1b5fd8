"""Facts 62 to 69 of chapter 5: custom layers without and with parameters, with layers written by hand as the oracle."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from composer.design.document import Input
from composer.design.nodes import Tensor as Declared
from composer.design.nodes import Use
from composer.engine.build import live
from composer.engine.live import tensors_of
from composer.engine.shapes import shapes
from composer.reports import count_parameters, describe
from composer.templates import layers
from tests.build import chain, linear, op
from tests.by_hand import Centered, HalfFourier, MyLinear, Reduction, Untrainable
from tests.engine.ready import count, custom, made, oracle, same

X = torch.randn(2, 5, generator=torch.Generator().manual_seed(4))


def test_62_centered_values_have_the_mean_zero() -> None:
    model = made("centered")
    assert model(torch.arange(1.0, 6)).tolist() == [-2, -1, 0, 1, 2]
    assert count(model) == 0 and model.state_dict() == {}
    ready = layers.load("centered")
    net = live(
        chain(linear("0", 8, 128), Use(id="1", of="CenteredLayer"), inputs=_wide(8), definitions=ready.definitions)
    )
    y = net(torch.rand(4, 8))
    assert abs(float(y.mean().detach())) < 1e-6
    by_hand = nn.Sequential(nn.Linear(8, 128), Centered())
    by_hand.load_state_dict(net.state_dict())
    assert torch.equal(net(torch.ones(4, 8)), by_hand(torch.ones(4, 8)))


def _wide(width: int) -> tuple[Input, ...]:
    return (Input(shape=("N", width)),)


def test_62_the_mean_is_that_of_the_batch_so_samples_act_on_each_other() -> None:
    model = made("centered")
    other = X.clone()
    other[1] += 10
    assert torch.equal(X[0], other[0]) and not torch.equal(model(X)[0], model(other)[0])


def test_62_integers_have_no_mean() -> None:
    whole = torch.arange(5)
    for model in (made("centered"), Centered()):
        with pytest.raises(RuntimeError, match="mean"):
            model(whole)
    code = layers.load("centered").definitions[0].body.code  # type: ignore[union-attr]
    design = custom(code, inputs=(Input(shape=("N", 5), dtype="int64", high=9),))
    (problem,) = shapes(design).problems
    assert problem.path == "own" and "mean" in problem.detail, "and that is said before it runs"


def test_63_my_linear_keeps_its_weight_the_other_way_round() -> None:
    model = made("my_linear")
    assert tuple(model.get_parameter("weight").shape) == (5, 3)
    assert tuple(nn.Linear(5, 3).weight.shape) == (3, 5)
    assert count(model) == count_parameters(tensors_of(model)) == 18
    assert tuple(model(X).shape) == (2, 3) and bool((model(X) >= 0).all())
    by_torch = nn.Linear(5, 3)
    with torch.no_grad():
        by_torch.weight.copy_(model.get_parameter("weight").T)
        by_torch.bias.copy_(model.get_parameter("bias"))
    torch.testing.assert_close(model(X), torch.relu(by_torch(X)))


def test_63_a_stack_of_them_has_529_parameters() -> None:
    uses = [
        Use(id=str(k), of="MyLinear", options={"in_units": a, "units": b}) for k, (a, b) in enumerate([(64, 8), (8, 1)])
    ]
    model = live(chain(*uses, inputs=_wide(64), definitions=layers.load("my_linear").definitions))
    assert count_parameters(tensors_of(model)) == 529
    torch.manual_seed(0)
    by_hand = nn.Sequential(MyLinear(64, 8), MyLinear(8, 1))
    x = torch.rand(2, 64)
    assert list(model.state_dict()) == list(by_hand.state_dict())
    assert same(model(x), by_hand(x)) and tuple(model(x).shape) == (2, 1)


def _learns(model: nn.Module) -> bool:
    before = [each.detach().clone() for each in model.parameters()]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        (model(X) - 1).square().mean().backward()
        optimizer.step()
    return any(not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


def test_64_the_book_s_version_cannot_be_trained_and_ours_can() -> None:
    ours, theirs = made("my_linear"), made("my_linear_untrainable")
    assert torch.equal(ours(X), theirs(X)), "they compute the same"
    assert count(theirs) == 18 and all(each.requires_grad for each in theirs.parameters())
    for model in (theirs, Untrainable()):
        assert not model(X).requires_grad
        with pytest.raises(RuntimeError, match="does not require grad"):
            model(X).sum().backward()
        assert all(each.grad is None for each in model.parameters())
    assert _learns(ours) and _learns(oracle("my_linear"))


def test_65_what_hides_in_a_list_is_not_registered_and_what_is_declared_is() -> None:
    class Hidden(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.plain = torch.zeros(3)
            self.several = [nn.Parameter(torch.zeros(3)) for _ in range(2)]

    class Listed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.several = nn.ParameterList(nn.Parameter(torch.zeros(3)) for _ in range(2))

    assert (list(Hidden().parameters()), Hidden().state_dict()) == ([], {})
    assert list(Listed().state_dict()) == ["several.0", "several.1"]
    nodes = (Declared(id="a", kind="Parameter", shape=(3,)), Declared(id="b", kind="Parameter", shape=(3,)))
    code = "def forward(self, x):\n    for w in [self.a, self.b]:\n        x = x + w\n    return x\n"
    model = live(custom(code, *nodes, width=3))
    assert [name for name, _ in model.named_parameters()] == ["own.a", "own.b"]
    model(torch.ones(1, 3)).sum().backward()
    assert all(each.grad is not None for each in model.parameters())


def test_66_a_tensor_does_not_take_the_place_of_a_parameter() -> None:
    for model in (made("my_linear"), MyLinear()):
        with pytest.raises(TypeError, match=r"cannot assign .* as parameter 'weight'"):
            model.weight = torch.zeros(5, 3)
        assert isinstance(model.weight, nn.Parameter)


def reduction() -> tuple[nn.Module, Reduction]:
    model, by_hand = made("tensor_reduction"), Reduction()
    by_hand.load_state_dict(model.state_dict())
    return model, by_hand


def test_67_the_reduction_is_a_triple_loop_and_bilinear() -> None:
    model, by_hand = reduction()
    assert torch.equal(model(X), by_hand(X))
    torch.testing.assert_close(model(X), by_hand.loops(X))
    bilinear = nn.Bilinear(5, 5, 3, bias=False)
    with torch.no_grad():
        bilinear.weight.copy_(model.get_parameter("weight").permute(2, 0, 1))
    torch.testing.assert_close(model(X), bilinear(X, X))
    assert count(model) == 5 * 5 * 3 == count_parameters(tensors_of(model))


def test_67_it_is_quadratic_and_even_and_its_gradient_symmetric() -> None:
    model, _ = reduction()
    torch.testing.assert_close(model(2 * X), 4 * model(X))
    torch.testing.assert_close(model(-X), model(X))
    torch.testing.assert_close(model(X[0]), model(X)[0])  # one sample alone, too
    model(X).square().sum().backward()
    gradient = model.get_parameter("weight").grad
    assert gradient is not None and bool(gradient.any())
    torch.testing.assert_close(gradient, gradient.transpose(0, 1))
    assert torch.autograd.gradcheck(model.double(), (X.double().requires_grad_(),))


def cosine(waves: int, n: int = 16) -> Tensor:
    return torch.cos(2 * math.pi * waves * torch.arange(n) / n)


def test_68_half_of_sixteen_coefficients_are_eight() -> None:
    model, x = made("half_fourier"), torch.randn(2, 16)
    y = model(x)
    assert tuple(y.shape) == (2, 8) and y.dtype == torch.complex64
    assert same(y, HalfFourier()(x))
    assert describe(shapes(layers.load("half_fourier").design()).output) == "N×8 complex64"
    assert torch.fft.rfft(x).shape[-1] == 9, "which has the one at the middle, too"
    torch.testing.assert_close(y, torch.fft.rfft(x)[..., :8])


def test_68_a_cosine_peaks_at_its_frequency() -> None:
    magnitudes = made("half_fourier")(cosine(3)).abs()
    assert int(magnitudes.argmax()) == 3 and float(magnitudes[3]) == pytest.approx(8, abs=1e-5)
    others = magnitudes[torch.arange(8) != 3]
    assert float(others.max()) < 1e-5


def _then(*more: object) -> tuple[object, ...]:
    return (Use(id="fourier", of="HalfFourier"), *more, linear("out", 8, 2))


def test_69_complex_numbers_into_a_linear_layer_are_an_error_and_magnitudes_fit() -> None:
    definitions, x = layers.load("half_fourier").definitions, torch.randn(2, 16)
    bad = chain(*_then(), inputs=_wide(16), definitions=definitions)  # type: ignore[arg-type]
    (problem,) = shapes(bad).problems
    assert problem.path == "out" and "complex64" in problem.received
    with pytest.raises(RuntimeError):
        live(bad)(x)
    with pytest.raises(RuntimeError):
        nn.Linear(8, 2)(torch.fft.fft(x)[..., :8])
    good = chain(*_then(op("magnitude", "Abs")), inputs=_wide(16), definitions=definitions)  # type: ignore[arg-type]
    assert shapes(good).problems == ()
    model = live(good)
    by_torch = nn.Linear(8, 2)
    by_torch.load_state_dict(model.get_submodule("out").state_dict())
    assert torch.equal(model(x), by_torch(torch.fft.fft(x)[..., :8].abs()))
