"""The verbs, called as the kernel calls them, and through a real kernel."""

from __future__ import annotations

import pytest

from composer.design.document import Design, Input
from composer.design.nodes import Layer, Sequential
from composer.design.text import dumps
from composer.errors import DesignError
from composer.kernel import verbs
from composer.kernel.client import Kernel
from composer.kernel.verbs import State
from composer.reports import KernelReport, TensorType


def mlp(hidden: int = 16, features: int = 64, **options) -> str:
    nodes = (
        Layer(kind="Linear", id="0", options={"in_features": features, "out_features": hidden}),
        Layer(kind="ReLU", id="1"),
        Layer(kind="Linear", id="2", options={"in_features": 16, "out_features": 10}),
    )
    inputs = (Input(name="x", shape=("N", 64)),)
    return dumps(Design(name="MLP", inputs=inputs, root=Sequential(nodes=nodes), **options))


LAZY = dumps(
    Design(
        name="Lazy",
        inputs=(Input(name="x", shape=("N", 64)),),
        root=Sequential(nodes=(Layer(kind="LazyLinear", id="0", options={"out_features": 3}),)),
    )
)


def nothing(event: object) -> None:
    pass


def test_shapes_source_and_summary():
    state = State()
    assert verbs.shapes(state, nothing, mlp()).output == TensorType(("N", 10))
    assert verbs.shapes(state, nothing, mlp(), {"N": 3}).output == TensorType((3, 10))
    code = verbs.source(state, nothing, mlp()).text
    assert "class MLP(nn.Sequential)" in code
    assert "N×10" in code
    summary = verbs.summary(state, nothing, mlp(), {"N": 3})
    assert summary.memory
    assert summary.memory.parameters == 4 * (64 * 16 + 16 + 16 * 10 + 10)
    assert summary.shapes.steps[""].output == TensorType((3, 10))
    assert state.model is None


def test_summary_of_a_lazy_design():
    memory = verbs.summary(State(), nothing, LAZY, {"N": 3}).memory
    assert memory
    assert memory.parameters == 4 * (64 * 3 + 3)


def test_summary_of_a_broken_design_says_what_is_missing():
    summary = verbs.summary(State(), nothing, mlp(features=63), {"N": 3})
    assert [each.path for each in summary.shapes.problems] == ["0"]
    assert summary.memory is None
    assert summary.note == "the design has problems"


def test_summary_where_training_needs_more_samples():
    norm = Sequential(nodes=(Layer(kind="BatchNorm1d", id="0", options={"num_features": 4}),))
    text = dumps(Design(inputs=(Input(name="x", shape=("N", 4)),), root=norm))
    assert verbs.summary(State(), nothing, text, {"N": 2}).memory
    summary = verbs.summary(State(), nothing, text, {"N": 1})
    assert summary.memory is None
    assert "Expected more than 1 value per channel when training" in summary.note


def test_open_keeps_values_whose_place_did_not_change():
    state = State()
    first = verbs.open_model(state, nothing, mlp())
    assert first.class_name == "MLP"
    assert first.source == verbs.source(state, nothing, mlp()).text
    assert first.kept == ()
    assert first.fresh == ("0.weight", "0.bias", "2.weight", "2.bias")
    assert verbs.ping(state, nothing) == KernelReport("MLP", True)

    model = state.model
    assert model is not None
    again = verbs.open_model(state, nothing, mlp())
    assert state.model is model
    assert again.kept == first.fresh
    assert verbs.ping(state, nothing).initial

    bias = model.get_parameter("2.bias").detach().clone()
    with pytest.raises(DesignError):
        verbs.open_model(state, nothing, mlp().replace('"out_features": 16', '"out_features": -1'))
    assert state.model is model
    wider = verbs.open_model(state, nothing, mlp(hidden=16).replace('"kind": "ReLU"', '"kind": "Sigmoid"'))
    assert wider.kept == first.fresh
    assert state.model is not model
    assert state.model.get_parameter("2.bias").equal(bias)
    assert not verbs.ping(state, nothing).initial


def test_a_new_shape_gives_new_values():
    state = State()
    verbs.open_model(state, nothing, mlp())
    changed = verbs.open_model(state, nothing, mlp(hidden=20).replace('"in_features": 16', '"in_features": 20'))
    assert changed.kept == ("2.bias",)
    assert changed.fresh == ("0.weight", "0.bias", "2.weight")


def test_run_on_digits():
    state = State()
    report = verbs.run(state, nothing, mlp(), "digits", samples=4, seed=1)
    assert report.outputs[0].shape == (4, 10)
    assert len(report.labels) == 4
    assert report.inputs[0].shape == (4, 64)
    assert verbs.run(state, nothing, mlp(), "digits", samples=4, seed=1).outputs == report.outputs
    assert verbs.ping(state, nothing) == KernelReport("MLP", True)


def test_the_first_run_of_a_lazy_design_makes_values_that_can_be_lost():
    state = State()
    verbs.open_model(state, nothing, LAZY)
    assert verbs.ping(state, nothing).initial
    verbs.run(state, nothing, LAZY, "random", samples=2, seed=1)
    assert not verbs.ping(state, nothing).initial


def test_everything_crosses_to_the_app():
    with Kernel() as kernel:
        assert kernel.call("shapes", text=mlp()) == verbs.shapes(State(), nothing, mlp())
        assert kernel.call("source", text=mlp()) == verbs.source(State(), nothing, mlp())
        assert kernel.call("summary", text=mlp(), sizes={"N": 3}) == verbs.summary(State(), nothing, mlp(), {"N": 3})
        assert kernel.call("open", text=mlp()) == verbs.open_model(State(), nothing, mlp())
        here = verbs.run(State(), nothing, mlp(), "digits", 4, 1)
        there = kernel.call("run", text=mlp(), data="digits", samples=4, seed=1)
        assert (there.outputs, there.inputs, there.labels, there.data) == (
            here.outputs,
            here.inputs,
            here.labels,
            here.data,
        )
        with pytest.raises(DesignError, match="expects"):
            kernel.call("open", text="{}")
        assert kernel.call("ping") == KernelReport("MLP", True)
