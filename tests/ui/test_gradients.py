"""The Gradients page without a browser: what can be chosen, what a look says, and that it changes nothing."""

from __future__ import annotations

import json
import threading

import pytest
from streamlit.testing.v1 import AppTest

from composer import templates
from composer.catalog.objectives import fitting
from composer.design.document import Input
from composer.design.nodes import Shared
from composer.reports import TensorType, ValueType
from composer.ui import looking, models
from composer.ui.jobs import Job
from composer.ui.looking import Asked, Look, Looked
from composer.workspace import Workspace
from tests.build import chain, layer, linear, op
from tests.engine.test_gradient_facts import mlp
from tests.ui import pages
from tests.ui.pages import checked, document, settled
from tests.ui.test_initialize import rows, said


def open_page(id: str) -> AppTest:
    return pages.open_page("gradients", id)


def look(app: AppTest) -> AppTest:
    return settled(app.button(key="look").click().run())


@pytest.fixture
def tied(workspace: Workspace) -> AppTest:
    """The page with the tied MLP, whose live model is new."""
    id = workspace.create(templates.load("tied_mlp")).id
    models.pool().close(id)
    return open_page(id)


def test_where_no_design_is_open_it_offers_some(workspace: Workspace) -> None:
    app = open_page("")
    assert "Use LeNet" in [each.label for each in app.button]


def test_before_a_look_it_says_what_one_does(tied: AppTest) -> None:
    assert "on a copy of the live model" in said(tied)
    assert tied.selectbox(key="grad:tiedmlp:loss").options[0] == "MSELoss"
    assert "CrossEntropyLoss" not in tied.selectbox(key="grad:tiedmlp:loss").options, "one output is no class"


def test_each_use_and_their_sum(tied: AppTest) -> None:
    tied.selectbox(key="grad:tiedmlp:loss").select("squares").run()
    look(tied)
    weight, bias = rows(tied, 0), rows(tied, 1)
    assert [row[0] for row in weight] == ["2.weight", "4.weight", "sum = 2.weight.grad"]
    assert [row[0] for row in bias] == ["2.bias", "4.bias", "sum = 2.bias.grad"]
    assert "The uses add up to the gradient, up to rounding" in said(tied)
    assert "The weights are initial values." in said(tied)
    assert [row[0] for row in rows(tied, 2)] == [
        "0.weight", "0.bias", "2.weight", "2.bias", "6.weight", "6.bias"
    ]  # fmt: skip
    found = document("tiedmlp").gradients
    assert found and found.job.result and found.job.result.report.loss == "squares"
    charts = [json.loads(each.proto.spec) for each in tied.get("plotly_chart")]
    assert len(charts) == 4
    assert charts[0]["data"][0]["name"] == "forward: standard deviation of the output"


def test_the_learning_rate_scales_the_update(tied: AppTest) -> None:
    look(tied)
    row = next(row for row in rows(tied, 2) if row[0] == "6.weight")
    tied.number_input(key="grad:rate").set_value(0.0).run()
    assert row[-1] != "0"
    assert {row[-1] for row in rows(tied, 2)} == {"0"}


def test_a_look_changes_nothing_and_is_found_again(tied: AppTest) -> None:
    kernel = models.pool().get("tiedmlp")
    text = document("tiedmlp").text
    before = kernel.call("run", text=text, data="random", samples=2, seed=0).outputs
    look(tied)
    first = rows(tied, 0)
    assert kernel.call("ping").initial
    assert kernel.call("run", text=text, data="random", samples=2, seed=0).outputs == before
    assert rows(open_page("tiedmlp"), 0) == first, "after a refresh"
    look(tied)
    assert rows(tied, 0) == first, "the same seed shows the same"


def test_a_constant_is_flagged(workspace: Workspace) -> None:
    workspace.create(mlp("constant", val=0.5))
    models.pool().close("mlp")
    app = look(open_page("mlp"))
    assert "identical units**] **a.weight**, **b.weight**" in said(app)
    assert "training cannot tell these units apart" in said(app)
    table = {row[0]: row for row in rows(app, 0)}
    assert table["a.weight"][1] == "identical units" and table["c.weight"][1] == ""


def test_a_lazy_model_is_sent_to_a_dry_run(workspace: Workspace) -> None:
    x = (Input(name="x", shape=("N", 20)),)
    workspace.create(chain(layer("0", "LazyLinear", out_features=4), op("1", "relu"), inputs=x, name="Waiting"))
    models.pool().close("waiting")
    app = look(open_page("waiting"))
    assert "0: expects sizes before gradients can be looked at (a dry run on Initialize gives them)" in said(app)
    live = models.pool().get("waiting").call("live", text=document("waiting").text)
    assert [each.shape for each in live.tensors] == [None, None], "looking gives no sizes"


def test_frozen_and_unused_parameters_are_named(workspace: Workspace) -> None:
    workspace.create(chain(linear("a", 4, 4), linear("b", 4, 2), frozen=("a.weight",), name="Frozen"))
    models.pool().close("frozen")
    table = {row[0]: row for row in rows(look(open_page("frozen")), 0)}
    assert table["a.weight"][2] == "no gradient: frozen"
    assert table["b.weight"][2] != ""


def test_a_shape_that_does_not_fit(tied: AppTest) -> None:
    tied.segmented_control(key="grad:tiedmlp:data").set_value("typed").run()
    tied.text_input(key="grad:tiedmlp:shape:x").set_value("2×30").run()
    look(tied)
    assert "0: expects 4 input features" in said(tied)
    assert "Nothing of the model was changed." in said(tied)
    tied.text_input(key="grad:tiedmlp:shape:x").set_value("many").run()
    look(tied)
    assert any("A shape is 1 to 8 whole numbers" in each.value for each in tied.toast)


def test_a_stopped_look_says_so(tied: AppTest) -> None:
    gate = threading.Event()

    def work() -> Looked:
        gate.wait(20)
        raise RuntimeError("gone")

    opened = document("tiedmlp")
    opened.gradients = Look(opened.text, Job(work, gate.set))
    checked(tied.run())
    assert "Running forward and backward since" in said(tied)
    looking.begin(opened, Asked("random", 2, None, 0, "sum", True))
    assert opened.gradients.job.running, "one look at a time"
    settled(tied.button(key="stop").click().run())
    assert "It was stopped, and with it the model's process" in said(tied)


def test_a_design_that_has_changed(tied: AppTest, workspace: Workspace) -> None:
    look(tied)
    design = workspace.load("tiedmlp").design
    workspace.save("tiedmlp", design.model_copy(update={"seed": 5}), workspace.revision("tiedmlp"))
    assert "The design has changed since this look." in said(checked(tied.run()))


def test_one_weight_used_twice(workspace: Workspace) -> None:
    shared = (layer("a", "Linear", in_features=1, out_features=1, bias=False), Shared(id="b", of="a"))
    workspace.create(chain(*shared, inputs=(Input(name="x", shape=("N", 1)),), name="Twice"))
    models.pool().close("twice")
    assert [row[0] for row in rows(look(open_page("twice")), 0)] == ["a.weight", "b.weight", "sum = a.weight.grad"]


@pytest.mark.parametrize(
    ("output", "able"),
    [
        (None, {"sum", "squares"}),
        (TensorType(("N", 10)), {"CrossEntropyLoss", "MSELoss", "sum", "squares"}),
        (TensorType(("N", 1)), {"MSELoss", "sum"}),
        (TensorType(("N", 10), "complex64"), {"sum", "squares"}),
        ((TensorType(("N", 10)), TensorType(())), {"CrossEntropyLoss", "sum"}),
    ],
)
def test_losses_that_fit(output: ValueType | None, able: set[str]) -> None:
    found = set(fitting(output))
    assert able <= found
    assert ("CrossEntropyLoss" in found) is ("CrossEntropyLoss" in able)
    assert ("MSELoss" in found) is (output is not None and "complex" not in repr(output))


def test_a_step_changes_the_model_and_can_be_undone(workspace: Workspace) -> None:
    id = workspace.create(mlp("xavier_uniform")).id
    models.pool().close(id)
    app = look(open_page(id))
    before = loss_of(id)
    settled(app.button(key="step").click().run())
    assert loss_of(id) < before
    assert "SGD, step 1: the loss went from" in said(app)
    settled(app.button(key="take_step_back").click().run())
    assert models.pool().get(id).call("held", text=document(id).text).redo == "one step of SGD, learning rate 0.1"
    look(app)
    assert loss_of(id) == before
    assert "SGD, step 1" not in said(app)


def loss_of(id: str) -> float:
    found = document(id).gradients
    assert found and found.job.result
    return found.job.result.report.value
