"""The Train page without a browser: a run begun, followed, resumed, its weights taken; what is wrong is told before."""

from __future__ import annotations

import os
import signal
import time

import pytest
from streamlit.testing.v1 import AppTest

from composer import templates
from composer.catalog.schedules import SCHEDULES
from composer.design.document import Input
from composer.training.config import TrainConfig
from composer.training.processes import last_words
from composer.training_reports import EventRow
from composer.ui import models
from composer.ui.training import asking
from composer.views import training as views
from composer.views import twins
from composer.workspace import Following, Workspace
from composer.workspace.runs import METRICS
from composer.workspace.standing import state
from tests.build import chain, layer, linear, op
from tests.ui import pages
from tests.ui.pages import checked, document, labelled

WINE = (Input(shape=("N", 13)),)
NET = chain(linear("0", 13, 16), op("1", "relu"), linear("2", 16, 3), inputs=WINE, name="Net")


@pytest.fixture
def opened(workspace: Workspace) -> AppTest:
    """The page with a net for the wines, and a live model that begins anew."""
    models.pool().close("net")
    app = pages.open_page("train", workspace.create(NET).id)
    app.selectbox(key="train:data:net").set_value("wine")
    return checked(app.run())


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption, *app.toast)).replace("\\", "")


def until(app: AppTest, workspace: Workspace, *states: str) -> str:
    """Wait until the first run is in one of these states."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        entries = workspace.runs.all()
        if entries and entries[0].state in states:
            checked(app.run())
            return entries[0].name
        time.sleep(0.3)
        checked(app.run())
    raise AssertionError(f"{[each.state for each in workspace.runs.all()]}: {last_words(entries[0].path)}")


def test_a_run_is_begun_followed_and_its_weights_taken(opened: AppTest, workspace: Workspace) -> None:
    opened.number_input(key="train:epochs").set_value(3)
    checked(opened.run())
    before = models.pool().get("net").call("held", text=document("net").text)
    checked(opened.button(key="train").click().run())
    name = until(opened, workspace, "finished")
    rows = Following(workspace.runs.path(name) / METRICS).read()
    assert len(list(views.epochs(rows))) == 3 and len(opened.get("plotly_chart")) >= 2
    assert "samples/s" in said(opened) and "test accuracy" in said(opened)
    assert models.pool().get("net").call("held", text=document("net").text) == before
    checked(opened.button(key="run_take").click().run())
    assert f"The live model has the weights of {name}, as after step " in said(opened)
    after = models.pool().get("net").call("held", text=document("net").text)
    assert after.undo == f"weights of {name}" and after.rows != before.rows


def waited(app: AppTest, text: str) -> None:
    """Wait until the page says this."""
    for _turn in range(60):
        if text in said(app):
            return
        time.sleep(0.3)
        checked(app.run())
    raise AssertionError(said(app))


def test_data_that_does_not_fit_is_told_with_what_can_be_done(opened: AppTest) -> None:
    opened.selectbox(key="train:data:net").set_value("breast_cancer")
    checked(opened.run())
    assert "expects N×30, which the data breast_cancer has, received N×13" in said(opened)
    assert opened.button(key="train").disabled and opened.button(key="problem:data:0:fix:0").label == "make it N×30"
    checked(opened.button(key="use_data:wine").click().run())
    assert not opened.button(key="train").disabled and "expects" not in said(opened)


@pytest.mark.parametrize(("template", "data", "loss"), [
    ("lenet", "digits", "CrossEntropyLoss"), ("mlp", "clouds", "CrossEntropyLoss"), ("tied_mlp", "linear", "MSELoss"),
])  # fmt: skip
def test_the_data_that_fits_is_chosen(workspace: Workspace, template: str, data: str, loss: str) -> None:
    app = pages.open_page("train", workspace.create(templates.load(template)).id)
    chosen = next(each for each in app.selectbox if str(each.key).startswith("train:data:"))
    assert chosen.value == data and not app.button(key="train").disabled
    assert next(each for each in app.selectbox if str(each.key).startswith("train:loss")).value == loss


def test_where_nothing_fits_it_is_said(workspace: Workspace) -> None:
    app = pages.open_page("train", workspace.create(templates.load("mixed_mlp")).id)
    assert app.selectbox(key="train:data:chimera").value == "linear" and app.button(key="train").disabled
    assert "an output like the targets, 2×1, received scalar" in said(app)
    assert "No bundled data fits this design." in said(app)


def test_an_output_that_does_not_fit_is_widened(workspace: Workspace) -> None:
    app = pages.open_page("train", workspace.create(chain(linear("0", 13, 2), inputs=WINE, name="Net")).id)
    app.selectbox(key="train:data:net").set_value("wine")
    checked(app.run())
    assert "at least 3 classes" in said(app)
    checked(app.button(key="problem:data:0:fix:0").click().run())
    assert document("net").design.root.children[0].options["out_features"] == 3  # type: ignore[union-attr]
    assert not app.button(key="train").disabled


def test_tied_beside_its_untied_twin(workspace: Workspace) -> None:
    app = pages.open_page("train", workspace.create(templates.load("tied_mlp")).id)
    app.number_input(key="train:epochs").set_value(4)
    checked(app.checkbox(key="train:twin").check().run())
    checked(app.button(key="train").click().run())
    until(app, workspace, "finished")
    runs = {each.name: workspace.runs.path(each.name) for each in workspace.runs.all()}
    tied, twin = sorted(runs)
    assert twin == f"{tied}-untied"
    end = time.monotonic() + 60
    while {state(each) for each in runs.values()} != {"finished"} and time.monotonic() < end:
        time.sleep(0.3)
    checked(app.run())
    assert app.session_state["train:run:tiedmlp"] == tied and app.multiselect[0].value == [twin]
    assert "One parameter at several places, and its untied twin" in said(app)
    assert "The tied one holds the very same numbers at each place." in said(app)
    assert "the design is another by that name" in said(app)
    rows = {name: Following(path / METRICS).read() for name, path in runs.items()}
    found = twins.positions(rows[tied], rows[twin])
    assert [each.name for each in found] == ["2.weight", "2.bias", "4.weight", "4.bias"]
    assert {each.tied.apart for each in found if each.like} == {0} and all(each.twin.apart for each in found[2:])
    lines = twins.apart([(tied, rows[tied], "red"), (twin, rows[twin], "blue")], ["4.weight"], "difference")["data"]
    assert set(lines[0]["y"]) == {0} and lines[1]["y"][0] == 0 and min(lines[1]["y"][1:]) > 0
    first, *_others = (list(views.steps(each)) for each in rows.values())
    assert first[0].loss == next(views.steps(rows[twin])).loss


def test_a_batch_that_is_too_large_is_refused_with_the_numbers(workspace: Workspace) -> None:
    pads = (layer("p", "ConstantPad1d", padding=(0, 10**8), value=0.0), layer("m", "AdaptiveAvgPool1d", output_size=3))
    app = pages.open_page("train", workspace.create(chain(linear("0", 13, 16), *pads, inputs=WINE, name="Net")).id)
    app.selectbox(key="train:data:net").set_value("wine")
    checked(app.run())
    checked(app.button(key="train").click().run())
    waited(app, "Batch 64 needs about")
    assert "are free" in said(app) and not workspace.runs.all()
    use = app.button(key="use_batch")
    checked(use.click().run())
    assert app.number_input(key="train:batch").value == int(use.label.split()[-1]) < 64
    assert "Batch 64" not in said(app)


def test_options_of_optimizer_and_schedule_are_those_of_the_catalog(
    opened: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[TrainConfig] = []
    monkeypatch.setattr(asking, "begin", lambda document, config, *others: asked.append(config))
    opened.selectbox(key="train:optimizer").set_value("Adafactor")
    for kind in SCHEDULES:
        opened.selectbox(key="train:schedule").set_value(kind)
        checked(opened.run())
        assert not opened.button(key="train").disabled, (kind, said(opened))
    opened.selectbox(key="train:schedule").set_value("OneCycleLR")
    checked(opened.run())
    opened.text_input(key="train:optimizer:Adafactor:eps").set_value("none, 0.01")
    opened.text_input(key="train:schedule:OneCycleLR:pct_start").set_value("0.5")
    opened.toggle(key="train:schedule:OneCycleLR:three_phase").set_value(True)
    checked(opened.run())
    checked(opened.button(key="train").click().run())
    assert asked[0].optimizer.options == {"lr": 0.01, "eps": (None, 0.01)} and asked[0].schedule
    assert asked[0].schedule.options == {"max_lr": 0.01, "pct_start": 0.5, "three_phase": True}
    assert asked[0].schedule.every == "step" and asked[0].loss.options == {}
    opened.text_input(key="train:schedule:OneCycleLR:pct_start").set_value("2")
    checked(opened.run())
    assert opened.button(key="train").disabled and "expects a number from 0.0 to 1.0, received '2'" in said(opened)


def test_a_run_that_is_killed_is_told_and_goes_on(opened: AppTest, workspace: Workspace) -> None:
    opened.number_input(key="train:epochs").set_value(4000)
    checked(opened.run())
    checked(opened.button(key="train").click().run())
    name = until(opened, workspace, "running")
    path = workspace.runs.path(name)
    while not list(views.epochs(Following(path / METRICS).read())):
        time.sleep(0.2)
    started = next(row for row in Following(path / METRICS).read() if isinstance(row, EventRow))
    os.kill(int(started.text.removeprefix("process ")), signal.SIGKILL)
    until(opened, workspace, "interrupted")
    assert "Its process ended without a word. Resume goes on" in said(opened)
    checked(opened.button(key="run_resume").click().run())
    until(opened, workspace, "running")
    checked(opened.button(key="run_stop").click().run())
    until(opened, workspace, "stopped")
    steps = [row.step for row in views.steps(Following(path / METRICS).read())]
    assert steps == list(range(1, len(steps) + 1))
    checked(opened.button(key="run_delete").click().run())
    assert not workspace.runs.all()
    checked(labelled(opened, "Undo deletion").click().run())
    assert [each.name for each in workspace.runs.all()] == [name] and state(path) == "stopped"


def test_the_commands_are_those_of_the_run(opened: AppTest) -> None:
    shown = "\n".join(each.value for each in opened.code)
    assert "block-composer train Net.json --config Net-training.json --out runs/Net" in shown
    assert "torchrun --nnodes 2" in shown and "-m composer train" in shown and "--distribute fsdp" in shown


def test_a_configuration_that_cannot_be_is_refused(opened: AppTest) -> None:
    opened.selectbox(key="train:precision").set_value("float16")
    checked(opened.run())
    assert opened.button(key="train").disabled and "float32 or bfloat16 on the CPU" in said(opened)
    assert TrainConfig().batch_size == 64


def test_what_is_to_be_learned_is_known_of_own_data(opened: AppTest, workspace: Workspace) -> None:
    path = workspace.data.path("real.csv")
    path.write_text("\n".join(",".join(f"{(k * j) % 7 + k / 9}" for j in range(14)) for k in range(60)))
    checked(opened.run())
    checked(opened.selectbox(key="train:data:net").set_value(str(path)).run())
    waited(opened, "an output like the targets, 2×1, received 2×3")
    assert opened.selectbox(key="train:loss:values:MSELoss").value == "MSELoss"
    checked(opened.button(key="problem:data:0:fix:0").click().run())
    for _turn in range(40):
        if not opened.button(key="train").disabled:
            return
        time.sleep(0.2)
        checked(opened.run())
    raise AssertionError(said(opened))


def test_own_data_is_looked_at_and_trained_on(opened: AppTest, workspace: Workspace) -> None:
    lines = ["a,b,label", *(f"{k % 7},{k % 5},{'yes' if k % 2 else 'no'}" for k in range(60))]
    path = workspace.data.path("mine.csv")
    path.write_text("\n".join(lines))
    checked(opened.run())
    opened.selectbox(key="train:data:net").set_value(str(path))
    opened.session_state["train:look_data"] = True
    checked(opened.run())
    checked(opened.button(key="look_data").click().run())
    for _turn in range(40):
        if "to train with" in said(opened):
            break
        time.sleep(0.2)
        checked(opened.run())
    assert "48 to train with, 12 to test with" in said(opened)
    waited(opened, "expects N×2, which the data mine.csv has, received N×13")
    assert opened.button(key="train").disabled
    checked(opened.button(key="drop_data:mine.csv").click().run())
    assert not workspace.data.all()
