"""The runs of the Train page, from folders that are as programs leave them: what is said and offered of each."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from composer.design.document import Design, Input
from composer.design.nodes import rebuild
from composer.design.text import dumps as design_text
from composer.training import processes
from composer.training.config import Optimizer, TrainConfig, dumps
from composer.training.processes import OUTPUT
from composer.training.telling import tell
from composer.training_reports import EpochRow, EventRow, Row, StepRow, What, line
from composer.ui import models, tasks
from composer.ui.training import launching
from composer.ui.training.asking import BEGINNING
from composer.workspace import Workspace
from tests.build import chain, linear
from tests.ui import pages
from tests.ui.pages import checked, document

NET = chain(linear("0", 13, 3), inputs=(Input(shape=("N", 13)),), name="Net")
OTHER = rebuild(chain(linear("0", 4, 2), inputs=(Input(shape=("N", 4)),)), name="Other")
CONFIG = TrainConfig(data="wine", optimizer=Optimizer(options={"lr": 0.005}), epochs=25)
STARTED = EventRow(0, "started", 1.0, "process 1", "accuracy", 75)
STEPS = [StepRow(k, (k - 1) // 3, 1 / k, 0.5, 0.005, 10.0, float(k)) for k in range(1, 7)]


class Program:
    """A program that gets ready until it is ended."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    def poll(self) -> int | None:
        return 1 if self.ended.is_set() else None

    def wait(self) -> int:
        self.ended.wait()
        return 1

    def terminate(self) -> None:
        self.ended.set()


def made(workspace: Workspace, name: str, *rows: Row, design: Design = NET, config: TrainConfig = CONFIG) -> Path:
    path = workspace.runs.new_path(name)
    (path / "design.json").write_text(design_text(design))
    (path / "metrics.jsonl").write_bytes(b"".join(map(line, rows)))
    (path / "config.json").write_text(dumps(config))
    return path


def kept(path: Path, step: int) -> None:
    """A checkpoint."""
    folder = path / "checkpoints" / f"step-{step:09}"
    folder.mkdir(parents=True)
    (folder / "state.pt").touch()


def ended(event: What, step: int, text: str = "") -> EventRow:
    return EventRow(step, event, 2.0, text)


def opened(workspace: Workspace, design: Design = NET) -> AppTest:
    known = [each.id for each in workspace.designs()]
    id = design.name.lower()
    return pages.open_page("train", id if id in known else workspace.create(design).id)


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption, *app.toast)).replace("\\", "")


def offered(app: AppTest) -> set[str]:
    """What can be done with the run."""
    return {str(each.key) for each in app.button if str(each.key).startswith("run_") and not each.disabled}


def listed(app: AppTest) -> list[str]:
    return list(next(each for each in app.selectbox if str(each.key).startswith("train:pick")).options)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """What a run launches: a program that does nothing."""
    found = Program()

    def launch(run: Path, count: int = 1, how: str = "") -> Program:
        (run / OUTPUT).touch()
        (run / processes.LAUNCHED).write_text(f'{{"time": {time.time()}, "output": 0}}')
        return found

    monkeypatch.setattr(processes, "launch", launch)
    yield found
    found.ended.set()


def test_a_run_that_is_resumed_is_about_to_begin_and_a_failure_is_told(workspace: Workspace, program: Program) -> None:
    path = made(workspace, "net", STARTED, *STEPS, ended("stopped", 6))
    kept(path, 6)
    app = opened(workspace)
    assert offered(app) == {"run_resume", "run_take", "run_delete"}
    checked(app.button(key="run_resume").click().run())
    assert listed(app) == ["net · about to begin"] and offered(app) == {"run_stop"}
    (path / OUTPUT).write_text("gone.csv: expects a CSV file, received nothing that is there.")
    program.ended.set()
    for shown in (checked(app.run()), opened(workspace)):
        assert "Its program ended before it began to train. gone.csv: expects a CSV file" in said(shown)
        assert listed(shown)[0].startswith("net · stopped") and "run_resume" in offered(shown)


def test_a_run_that_gets_ready_can_be_called_off(workspace: Workspace, program: Program) -> None:
    path = made(workspace, "net")
    launching.launch(path)
    app = opened(workspace)
    assert offered(app) == {"run_stop"} and not app.get("plotly_chart") and "TensorBoard" not in str(app.main)
    checked(app.button(key="run_stop").click().run())
    assert program.ended.is_set() and listed(checked(app.run()))[0].startswith("net · not begun")
    assert offered(app) == {"run_resume", "run_delete"} and "Its program ended" not in said(app)


def test_why_a_run_failed_is_told(workspace: Workspace) -> None:
    made(workspace, "net", STARTED, *STEPS[:2], ended("failed", 2, "the index 9 is out of range"))
    assert "the index 9 is out of range" in said(opened(workspace))


def test_a_step_that_is_not_finite_is_named_with_the_weights_that_were_kept(workspace: Workspace) -> None:
    bad = [replace(row, loss=None) if row.step > 2 else row for row in STEPS]
    text = "The loss or the weights of step 3 are not finite; the weights are those after step 0."
    path = made(workspace, "net", STARTED, *bad, ended("nan", 3, text))
    kept(path, 0)
    app = opened(workspace)
    assert text in said(app) and "step 3 of 75, epoch 1 of 25 · loss is not finite" in said(app)
    assert "the weights of net, as after step 0" in app.button(key="run_take").help


def test_epochs_count_from_one(workspace: Workspace) -> None:
    made(workspace, "net", replace(STARTED, steps=6), *STEPS, EpochRow(6, 1, 0.1, 0.98765), ended("finished", 6))
    app = opened(workspace)
    assert "step 6 of 6, epoch 2 of 25" in said(app)
    (label,) = listed(app)
    assert label.startswith("net · finished ") and label.endswith(" · accuracy 0.988")


def test_settings_are_told_and_what_differs_beside(workspace: Workspace) -> None:
    made(workspace, "net", STARTED, *STEPS, ended("stopped", 6))
    other = CONFIG.model_copy(update={"optimizer": Optimizer(kind="SGD", options={"lr": 0.005})})
    made(workspace, "sgd", STARTED, *STEPS, ended("stopped", 6), config=other)
    app = opened(workspace)
    app.selectbox(key=next(str(e.key) for e in app.selectbox if str(e.key).startswith("train:pick"))).set_value("net")
    checked(app.run())
    assert "design Net · data wine · loss CrossEntropyLoss · optimizer AdamW, lr 0.005 · schedule none" in said(app)
    checked(app.multiselect(key="train:beside:net").set_value(["sgd"]).run())
    assert "**sgd**: optimizer SGD, lr 0.005 instead of AdamW, lr 0.005" in said(app)


def test_runs_of_the_design_come_first_and_others_give_no_weights(workspace: Workspace) -> None:
    kept(made(workspace, "net", STARTED, *STEPS, ended("stopped", 6)), 6)
    time.sleep(0.02)
    kept(made(workspace, "other", STARTED, *STEPS, ended("stopped", 6), design=OTHER), 6)
    app = opened(workspace)
    first, second = listed(app)
    assert first.startswith("net · stopped") and second.startswith("other · ") and second.endswith("· of Other")
    assert "run_take" in offered(app)
    pick = next(each for each in app.selectbox if str(each.key).startswith("train:pick"))
    assert pick.value == "net"
    checked(pick.set_value("other").run())
    assert app.button(key="run_take").disabled and "another design, Other" in app.button(key="run_take").help


def test_where_the_design_has_no_run_none_is_chosen(workspace: Workspace) -> None:
    made(workspace, "other", STARTED, *STEPS, ended("stopped", 6), design=OTHER)
    app = opened(workspace)
    assert "No run of this design is here yet." in said(app) and not offered(app)
    assert not app.get("plotly_chart")


def test_what_a_run_is_told_is_acknowledged(workspace: Workspace) -> None:
    path = made(workspace, "net", replace(STARTED, time=time.time()), *STEPS)
    with FileLock(path / ".lock"):
        app = opened(workspace)
        assert offered(app) == {"run_pause", "run_stop"}
        checked(app.button(key="run_pause").click().run())
        assert "pausing after this step" in said(app) and not offered(app)
        with (path / "metrics.jsonl").open("ab") as file:
            file.write(line(EventRow(6, "paused", time.time())))
        assert offered(checked(app.run())) == {"run_continue", "run_step", "run_stop"}
        tell(path, "stop")
        assert "stopping after this step" in said(checked(app.run())) and not offered(app)


def test_while_a_run_is_begun_no_page_says_that_there_is_none(workspace: Workspace) -> None:
    app = opened(workspace)
    assert "No run is here yet." in said(app)
    go_on = threading.Event()
    tasks.start(document("net"), BEGINNING, lambda ask: go_on.wait(), patience=0)
    checked(app.run())
    assert "No run is here yet." not in said(app) and [each.key for each in app.button if each.key == "stop:beginning"]
    go_on.set()


def test_weights_that_were_taken_can_be_given_back(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(workspace)
    kernel, text = models.pool().get("net"), document("net").text
    path = workspace.runs.new_path("net")
    kernel.call("begin_run", text=text, config=dumps(CONFIG), folder=str(path))
    (path / "metrics.jsonl").write_bytes(b"".join(map(line, (STARTED, *STEPS, ended("stopped", 6)))))
    kernel.call("change", text=text, name="0.weight", where="", how="add", number=2.0)
    before = kernel.call("held", text=text)
    kept(path, 6)
    (path / "initial.safetensors").rename(path / "model.safetensors")
    checked(app.run())
    checked(app.button(key="run_take").click().run())
    assert "The live model has the weights of net, as after step 6." in said(app)
    checked(app.button(key="undo_take").click().run())
    assert kernel.call("held", text=text).rows == before.rows and "The live model has" not in said(app)
    checked(app.button(key="run_take").click().run())
    assert "The live model has" in said(app)
    kernel.call("change", text=text, name="0.weight", where="", how="add", number=2.0)
    for _turn in range(20):
        if "The live model has" not in said(checked(app.run())):
            return
        time.sleep(0.1)
    raise AssertionError(said(app))


def test_the_message_of_a_failure_belongs_to_its_run(workspace: Workspace) -> None:
    for name in ("old", "net"):
        kept(made(workspace, name, STARTED, *STEPS, ended("stopped", 6)), 6)
        time.sleep(0.02)
    app = opened(workspace)
    checked(app.button(key="run_take").click().run())
    assert ":material/report:" in said(app) and "model.safetensors" in said(app)
    pick = next(each for each in app.selectbox if str(each.key).startswith("train:pick"))
    assert ":material/report:" not in said(checked(pick.set_value("old").run()))
