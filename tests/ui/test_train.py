"""The Train page without a browser: a run begun, followed, resumed, its weights taken; what is wrong is told before."""

from __future__ import annotations

import os
import signal
import time

import pytest
from streamlit.testing.v1 import AppTest

from composer.design.document import Input
from composer.training.config import TrainConfig
from composer.training_reports import EventRow
from composer.ui import models
from composer.ui.training import asking
from composer.views import training as views
from composer.workspace import Following, Workspace
from composer.workspace.runs import METRICS, state
from tests.build import chain, linear, op
from tests.ui import pages
from tests.ui.pages import checked, document

NET = chain(
    linear("0", 13, 16), op("1", "relu"), linear("2", 16, 3), inputs=(Input(shape=("N", 13)),), name="Net"
)  # fmt: skip


@pytest.fixture
def opened(workspace: Workspace) -> AppTest:
    """The page with a net for the wines."""
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
    raise AssertionError(f"{[each.state for each in workspace.runs.all()]}: {asking.last_words(entries[0].path)}")


def test_a_run_is_begun_followed_and_its_weights_taken(opened: AppTest, workspace: Workspace) -> None:
    opened.number_input(key="train:epochs").set_value(3)
    checked(opened.run())
    before = models.pool().get("net").call("held", text=document("net").text)
    checked(opened.button(key="train").click().run())
    name = until(opened, workspace, "finished")
    rows = Following(workspace.runs.path(name) / METRICS).read()
    assert len(list(views.epochs(rows))) == 3 and len(opened.get("plotly_chart")) >= 2
    assert "samples/s" in said(opened) and "test metric" in said(opened)
    assert models.pool().get("net").call("held", text=document("net").text) == before
    checked(opened.button(key="run_take").click().run())
    assert f"The live model has the weights of {name}." in said(opened)
    after = models.pool().get("net").call("held", text=document("net").text)
    assert after.undo == f"weights of {name}" and after.rows != before.rows


def test_what_does_not_fit_is_told_before_anything_is_made(opened: AppTest, workspace: Workspace) -> None:
    opened.selectbox(key="train:data:net").set_value("breast_cancer")
    checked(opened.run())
    checked(opened.button(key="train").click().run())
    for _turn in range(40):
        if "expects" in said(opened):
            break
        time.sleep(0.3)
        checked(opened.run())
    assert "expects" in said(opened) and not workspace.runs.all()


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
    checked(opened.button(key="restore_run").click().run())
    assert [each.name for each in workspace.runs.all()] == [name] and state(path) == "stopped"


def test_the_commands_are_those_of_the_run(opened: AppTest) -> None:
    shown = "\n".join(each.value for each in opened.code)
    assert "block-composer train net.json --config net-training.json --out runs/net" in shown
    assert "torchrun --nnodes 2" in shown and "-m composer train" in shown and "--distribute fsdp" in shown


def test_a_configuration_that_cannot_be_is_refused(opened: AppTest) -> None:
    opened.selectbox(key="train:precision").set_value("float16")
    checked(opened.run())
    assert opened.button(key="train").disabled and "float32 or bfloat16 on the CPU" in said(opened)
    assert TrainConfig().batch_size == 64


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
    checked(opened.button(key="drop_data:mine.csv").click().run())
    assert not workspace.data.all()
