"""Running a model leaves it as it was."""

from __future__ import annotations

import random

import pytest
import torch
from torch import Tensor, nn

from composer.engine.data import Sample
from composer.engine.run import MAX_VALUES, run


def sample_of(*tensors: Tensor, labels: tuple[str, ...] = ()) -> Sample:
    return Sample(tensors, labels, "made by the test")


def state_of(model: nn.Module) -> dict[str, Tensor]:
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}


class Writer(nn.Module):
    """Writes to its buffers in every way, and draws random numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("count", torch.zeros(()))
        self.register_buffer("replaced", torch.zeros(3))

    def forward(self, x: Tensor) -> Tensor:
        self.count += 1
        self.replaced = self.replaced + x.sum()
        return x + torch.rand_like(x) + self.count


def test_outputs_are_those_of_eval_mode():
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 3))
    x = torch.randn(5, 4)
    report = run(model, ["x"], sample_of(x, labels=("a", "b", "c", "d", "e")))
    with torch.no_grad():
        expected = model.eval()(x)
    (output,) = report.outputs
    assert output.name == "output"
    assert output.shape == (5, 3)
    assert output.dtype == "float32"
    assert torch.equal(torch.tensor(output.values).reshape(5, 3), expected)
    assert torch.equal(torch.tensor(report.inputs[0].values).reshape(5, 4), x)
    assert report.inputs[0].name == "x"
    assert report.labels == ("a", "b", "c", "d", "e")
    assert report.data == "made by the test"
    assert report.seconds > 0


def test_training_flags_are_put_back():
    model = nn.Sequential(nn.Dropout(), nn.Sequential(nn.Dropout().eval(), nn.Dropout()))
    flags = [module.training for module in model.modules()]
    assert len(set(flags)) == 2
    run(model, ["x"], sample_of(torch.ones(3)))
    assert [module.training for module in model.modules()] == flags


@pytest.mark.parametrize(
    "model",
    [
        Writer(),
        nn.Sequential(nn.Flatten(), nn.BatchNorm1d(3)),
        nn.Sequential(Writer(), Writer()),
    ],
    ids=["root", "norm", "nested"],
)
def test_buffers_and_random_states_are_put_back(model: nn.Module):
    before, state, plain = state_of(model), torch.random.get_rng_state(), random.getstate()
    x = torch.ones(2, 3)
    first = run(model, ["x"], sample_of(x), seed=5)
    again = run(model, ["x"], sample_of(x), seed=5)
    assert first.outputs == again.outputs
    assert torch.equal(torch.random.get_rng_state(), state)
    assert random.getstate() == plain
    after = state_of(model)
    assert all(torch.equal(after[name], before[name]) for name in before)


@pytest.mark.parametrize("layer", [nn.Embedding, nn.EmbeddingBag])
def test_an_embedding_that_renormalizes_is_not_changed(layer: type[nn.Module]):
    model = nn.Sequential(layer(10, 4, max_norm=0.1))
    before, tokens = state_of(model), torch.randint(0, 10, (2, 5))
    report = run(model, ["tokens"], sample_of(tokens))
    assert torch.equal(model[0].weight, before["0.weight"])
    assert torch.equal(torch.tensor(report.outputs[0].values), model(tokens).flatten())
    assert not torch.equal(model[0].weight, before["0.weight"])  # as torch itself does


def test_tied_buffers_and_weights_run_as_one():
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight = model[0].weight
    x = torch.randn(2, 3)
    assert torch.equal(torch.tensor(run(model, ["x"], sample_of(x)).outputs[0].values), model(x).flatten())


def test_an_error_leaves_the_model_as_it_was():
    model = nn.Sequential(Writer(), nn.Linear(4, 4))
    before, state = state_of(model), torch.random.get_rng_state()
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        run(model, ["x"], sample_of(torch.ones(1, 3)))
    assert all(module.training for module in model.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in state_of(model).items())
    assert torch.equal(torch.random.get_rng_state(), state)


def test_several_inputs_and_nested_outputs():
    class Two(nn.Module):
        def forward(self, a: Tensor, b: Tensor):
            return a + b, (a > b, [a.to(torch.complex64)])

    report = run(Two(), ["a", "b"], sample_of(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 0.0])))
    assert [each.name for each in report.inputs] == ["a", "b"]
    assert [each.name for each in report.outputs] == ["output.0", "output.1.0", "output.1.1.0"]
    assert [each.values for each in report.outputs] == [(4.0, 2.0), (False, True), (1 + 0j, 2 + 0j)]
    assert [each.dtype for each in report.outputs] == ["float32", "bool", "complex64"]


def test_big_outputs_are_cut():
    report = run(nn.Identity(), ["x"], sample_of(torch.zeros(2, MAX_VALUES)))
    (output,) = report.outputs
    assert output.truncated
    assert output.shape == (2, MAX_VALUES)
    assert len(output.values) == MAX_VALUES
    assert not run(nn.Identity(), ["x"], sample_of(torch.zeros(MAX_VALUES))).outputs[0].truncated


def test_no_graph_is_kept():
    model = nn.Linear(2, 2)
    run(model, ["x"], sample_of(torch.ones(1, 2)))
    assert model.weight.grad is None
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.uint8])
def test_other_types(dtype: torch.dtype):
    assert run(nn.Identity(), ["x"], sample_of(torch.ones(2, dtype=dtype))).outputs[0].values == (1, 1)


def test_lazy_layers_draw_their_values_under_the_seed():
    first, second = (nn.Sequential(nn.LazyLinear(3), nn.LazyBatchNorm1d()) for _ in range(2))
    x = torch.randn(4, 5)
    assert run(first, ["x"], sample_of(x), seed=7).outputs == run(second, ["x"], sample_of(x), seed=7).outputs
    assert first[0].in_features == 5
    assert first[1].num_batches_tracked == 0
