"""Gradients against torch's own: every parameter, every use, every objective."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from composer import templates
from composer.codegen.source import class_name_of
from composer.design.document import Design, Input
from composer.design.nodes import Repeat, Shared
from composer.engine.build import listing_of, live
from composer.engine.data import Sample, load
from composer.engine.decades import decades
from composer.engine.gradients import Code, gradients
from composer.engine.objectives import objective
from composer.engine.origins import ops_by_line
from composer.engine.statistics import statistics
from composer.errors import ComposerError, DesignError
from composer.signals import BINS, GradientsReport, ParameterSignal, norm_of
from tests.build import chain, layer, linear, op

X = torch.randn(16, 4, generator=torch.Generator().manual_seed(1))


def sample_of(*tensors: Tensor, labels: tuple[str, ...] = ()) -> Sample:
    return Sample(tensors, labels, "made by the test")


def parameter(report: GradientsReport, name: str) -> ParameterSignal:
    return next(each for each in report.parameters if each.name == name)


def of_design(design: Design, *tensors: Tensor, loss: str = "squares") -> tuple[nn.Module, GradientsReport]:
    model = live(design)
    code = Code(f"<{class_name_of(design)}>", ops_by_line(design, listing_of(design)))
    return model, gradients(model, sample_of(*tensors), loss, code=code)


def test_gradients_are_torchs() -> None:
    design = templates.load("lenet")
    model, sample = live(design), load("digits", design.inputs, 8)
    report = gradients(model, sample, "CrossEntropyLoss")
    assert report.target == "the labels of the data"
    loss = F.cross_entropy(model(*sample.tensors), torch.tensor([int(each) for each in sample.labels]))
    loss.backward()
    assert report.value == pytest.approx(float(loss.detach()))
    for row, (name, own) in zip(report.parameters, model.named_parameters(), strict=True):
        assert row.name == name and row.gradient and own.grad is not None
        assert row.gradient.norm == pytest.approx(float(own.grad.norm()), rel=1e-5)
        assert row.values == tuple(own.grad.flatten()[:16].tolist())
        assert row.ratio(0.1) == pytest.approx(0.1 * float(own.grad.norm()) / float(own.detach().norm()), rel=1e-5)
    total = torch.nn.utils.get_total_norm([each.grad for each in model.parameters() if each.grad is not None])
    assert report.norm == pytest.approx(float(total), rel=1e-5)


def test_signals_are_those_of_hooks() -> None:
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(inplace=True), nn.Linear(8, 3))
    report = gradients(model, sample_of(X), "sum")
    with torch.no_grad():
        first = model[0](X)
        second = F.relu(first)
    assert [each.path for each in report.layers] == ["0", "1", "2"]
    assert report.layers[0].mean == pytest.approx(float(first.mean()), abs=1e-6)
    assert report.layers[0].std == pytest.approx(float(first.std(correction=0)), rel=1e-5)
    assert report.layers[1].zeros == float((second == 0).double().mean())
    assert (report.layers[1].units, report.layers[1].dead) == (8, int((second == 0).all(0).sum()))
    assert report.layers[2].gradient == pytest.approx(math.sqrt(16 * 3)), "of the sum it is 1 everywhere"
    hidden = torch.ones(16, 3) @ model[2].weight.detach()
    assert report.layers[1].gradient == pytest.approx(float(hidden.norm()), rel=1e-5)
    assert report.layers[0].gradient == pytest.approx(float((hidden * (second > 0)).norm()), rel=1e-5)


def test_ops_are_rows_by_their_paths() -> None:
    report = gradients(
        live(design := templates.load("mixed_mlp")), sample_of(torch.randn(2, 20)), "sum",
        code=Code("<Chimera>", ops_by_line(design, listing_of(design))),
    )  # fmt: skip
    kinds = {each.path: each.kind for each in report.layers}
    assert kinds["2.hidden"] == "relu" and kinds["2.again"] == "Linear" and kinds["0.net.1"] == "ReLU"
    dead = {each.path: each.dead for each in report.layers}
    assert dead["2.hidden"] is not None and dead["2.product"] is None


def test_each_use_of_a_shared_module_adds_up() -> None:
    """Fact 43: the tied gradient is the sum of the untied twin's two."""
    design = templates.load("tied_mlp")
    model, sample = live(design), sample_of(X)
    twin = nn.Sequential(
        nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1)
    )
    twin.load_state_dict(model.state_dict())
    twin(X).square().mean().backward()
    report = gradients(model, sample, "squares")
    model(X).square().mean().backward()
    for kind in ("weight", "bias"):
        row = parameter(report, f"2.{kind}")
        own = [getattr(twin[k], kind).grad for k in (2, 4)]
        assert row.names == (f"2.{kind}", f"4.{kind}")
        assert [use.name for use in row.uses] == [f"2.{kind}", f"4.{kind}"]
        for use, expected in zip(row.uses, own, strict=True):
            assert use.norm == pytest.approx(float(expected.norm()), rel=1e-5)
            torch.testing.assert_close(torch.tensor(use.values), expected.flatten()[:16], rtol=1e-5, atol=1e-7)
        assert row.gap < 1e-6
        torch.testing.assert_close(own[0] + own[1], getattr(model[2], kind).grad, rtol=1e-5, atol=1e-7)
        assert sum(use.share or 0 for use in row.uses) == pytest.approx(1)


def test_one_weight_used_twice() -> None:
    """Fact 45: 3 used twice on 1 gives 9, and a gradient of 6: 3 by each use."""
    design = chain(
        layer("a", "Linear", in_features=1, out_features=1, bias=False),
        Shared(id="b", of="a"),
        inputs=(Input(shape=("N", 1)),),
    )
    model = live(design)
    nn.init.constant_(model.a.weight, 3.0)  # type: ignore[union-attr, arg-type]
    report = gradients(model, sample_of(torch.ones(1, 1)), "sum")
    (row,) = report.parameters
    assert report.value == 9.0
    assert row.values == (6.0,) and row.gap == 0.0
    assert [(use.name, use.values, use.share) for use in row.uses] == [
        ("a.weight", (3.0,), 0.5),
        ("b.weight", (3.0,), 0.5),
    ]


def test_tied_parameters_of_different_layers() -> None:
    design = chain(linear("a", 4, 4), op("act", "tanh"), linear("b", 4, 4), ties=(("a.weight", "b.weight"),))
    model, report = of_design(design, X)
    row = parameter(report, "a.weight")
    free = live(chain(linear("a", 4, 4), op("act", "tanh"), linear("b", 4, 4)))
    free.load_state_dict(model.state_dict())
    free(X).square().mean().backward()
    expected = [free.a.weight.grad.norm(), free.b.weight.grad.norm()]  # type: ignore[union-attr]
    assert [use.norm for use in row.uses] == pytest.approx([float(each) for each in expected], rel=1e-5)
    assert [use.name for use in row.uses] == ["a.weight", "b.weight"]
    assert row.gap < 1e-6
    assert not parameter(report, "a.bias").uses


def test_a_repeat_of_the_same_module_has_a_use_for_each_time() -> None:
    design = chain(Repeat(id="r", times=3, mode="same", body=linear("0", 4, 4)))
    _model, report = of_design(design, X)
    row = parameter(report, "r.0.weight")
    assert [use.name for use in row.uses] == ["r.0.weight", "r.1.weight", "r.2.weight"]
    assert row.gap < 1e-6 and sum(use.share or 0 for use in row.uses) == pytest.approx(1)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_recurrent_layers_read_their_aliases(kind: str) -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = getattr(nn, kind)(4, 4)
            self.b = self.a

        def forward(self, x: Tensor) -> Tensor:
            return self.b(self.a(x)[0])[0]  # type: ignore[no-any-return]

    report = gradients(Twice(), sample_of(torch.randn(3, 2, 4)), "squares")
    for row in report.parameters:
        assert [use.name.partition(".")[0] for use in row.uses] == ["a", "b"]
        assert row.gap < 1e-6


def test_parts_of_a_layer_that_are_read_without_a_call() -> None:
    class Attending(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
            self.head = nn.Linear(4, 4)
            self.head.weight = self.attention.out_proj.weight

        def forward(self, x: Tensor) -> Tensor:
            return self.head(self.attention(x, x, x)[0])  # type: ignore[no-any-return]

    row = parameter(gradients(Attending(), sample_of(torch.randn(2, 3, 4)), "squares"), "attention.out_proj.weight")
    assert [use.name for use in row.uses] == ["attention.out_proj.weight", "head.weight"]
    assert row.gap < 1e-6


def test_what_no_call_explains_is_said() -> None:
    class Reading(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)
            self.b.weight = self.a.weight

        def forward(self, x: Tensor) -> Tensor:
            return self.a(x) @ self.b.weight

    row = parameter(gradients(Reading(), sample_of(X), "squares"), "a.weight")
    assert [use.name for use in row.uses] == ["a.weight", ""]
    assert sum(use.share or 0 for use in row.uses) == pytest.approx(1)


class Aside(nn.Module):
    """One layer that takes no part."""

    def __init__(self) -> None:
        super().__init__()
        self.used, self.aside = nn.Linear(4, 2), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.used(x)  # type: ignore[no-any-return]


def test_standings_are_told_apart() -> None:
    design = chain(linear("a", 4, 4), linear("b", 4, 2))
    frozen = live(design)
    frozen.a.weight.requires_grad_(False)  # type: ignore[union-attr]
    report = gradients(frozen, sample_of(X))
    assert [each.standing for each in report.parameters] == ["frozen", "trained", "trained", "trained"]
    unused = gradients(Aside(), sample_of(X)).parameters[2]
    assert (unused.name, unused.standing, unused.gradient) == ("aside.weight", "unused", None)


def test_a_model_without_parameters_has_no_gradients() -> None:
    report = gradients(nn.Sequential(nn.ReLU(), nn.Flatten()), sample_of(X))
    assert report.parameters == () and report.norm == 0.0
    assert [each.gradient for each in report.layers] == [None, None]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sum", lambda y: y.sum()),
        ("squares", lambda y: y.square().mean()),
        ("MSELoss", lambda y: F.mse_loss(y, torch.randn(16, 4, generator=torch.Generator().manual_seed(5)))),
        ("L1Loss", lambda y: F.l1_loss(y, torch.randn(16, 4, generator=torch.Generator().manual_seed(5)))),
        ("HuberLoss", lambda y: F.huber_loss(y, torch.randn(16, 4, generator=torch.Generator().manual_seed(5)))),
    ],
)
def test_objectives(name: str, expected: object) -> None:
    value, _target = objective(name, X, (), 5)
    assert float(value) == pytest.approx(float(expected(X)))  # type: ignore[operator]


def test_objectives_of_classes() -> None:
    value, text = objective("CrossEntropyLoss", X, ("3",) * 16, 0)
    assert (float(value), text) == (
        pytest.approx(float(F.cross_entropy(X, torch.full((16,), 3)))), "the labels of the data"
    )  # fmt: skip
    assert objective("CrossEntropyLoss", X, (), 0)[1] == "classes drawn from 4 at random"
    with pytest.raises(DesignError, match="scores for at least 8 classes"):
        objective("NLLLoss", X, ("7",) * 16, 0)
    with pytest.raises(ComposerError, match="no loss 'many'"):
        objective("many", X, (), 0)
    with pytest.raises(DesignError, match="an output of real numbers"):
        objective("sum", X.long(), (), 0)


def test_outputs_that_are_tuples_and_complex() -> None:
    value, _target = objective("squares", (X, (torch.complex(X, X), X.long())), (), 0)
    assert float(value) == pytest.approx(float(X.square().mean()))


def test_sizes_of_entries() -> None:
    found = decades(torch.tensor([0.0, 1e-3, -1e-3, 1e-30, 1e30, math.nan, math.inf]))
    assert sum(found) == 4 and (found[0], found[-1]) == (1, 1)
    assert found[int((-3 + 12) / 16 * BINS)] == 2
    assert sum(decades(torch.randn(100, dtype=torch.bfloat16))) == 100
    assert sum(decades(torch.randn(300_000))) == 300_000
    assert sum(decades(torch.empty(0))) == 0


def test_a_norm_is_of_all_values() -> None:
    for value, norm in ((math.nan, math.nan), (math.inf, math.inf), (4.0, 5.0)):
        found = statistics(torch.tensor([3.0, value]))
        assert found and norm_of(found) == pytest.approx(norm, nan_ok=True)
