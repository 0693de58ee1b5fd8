"""Training in a kernel: the live model takes what a run left as one step, and a run can be told what to do."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from composer import templates
from composer.design.document import Input
from composer.design.text import dumps
from composer.engine.checkpoints.opening import open_checkpoint
from composer.engine.threads import one_thread
from composer.engine.training import recording
from composer.errors import Cancelled, DesignError, TrainingError
from composer.kernel.client import Kernel, Ticket
from composer.kernel.parameters import undo_values
from composer.kernel.training import begin_run, begin_twin, check_run, take_weights, train, write_events
from composer.kernel.verbs import State, open_model
from composer.training.config import Optimizer, TrainConfig
from composer.training.config import dumps as config_text
from composer.training.processes import launch
from composer.training.telling import Command, tell
from composer.training_reports import EpochRow, StepRow, Trained, line
from composer.workspace.standing import state as state_of
from tests.build import chain, layer
from tests.engine.training.small import VALUES, curve, events, looks, steps
from tests.engine.training.spread import tied

TEXT = dumps(tied())
CONFIG = config_text(TrainConfig(batch_size=256, epochs=2))
LONG = config_text(TrainConfig(batch_size=64, epochs=1000))


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with one_thread():
        yield


def nothing(event: Any) -> None:
    pass


def values(state: State) -> dict[str, torch.Tensor]:
    assert state.model is not None
    return {name: each.detach().clone() for name, each in state.model.state_dict().items()}


def test_the_live_model_takes_the_values_as_one_step(tmp_path: Path) -> None:
    state, told = State(), list[Trained]()
    open_model(state, nothing, TEXT)
    before = values(state)
    report = train(state, told.append, TEXT, CONFIG, str(tmp_path / "run"))
    after = values(state)
    assert report.state == "finished" and not state.initial and told[-1].steps == 12
    assert not torch.equal(before["a.weight"], after["a.weight"]) and torch.equal(after["c.weight"], after["d.weight"])
    undo_values(state, nothing, TEXT)
    assert all(torch.equal(each, before[name]) for name, each in values(state).items())
    take_weights(state, nothing, TEXT, str(tmp_path / "run"))
    assert all(torch.equal(each, after[name]) for name, each in values(state).items())
    take_weights(state, nothing, TEXT, str(tmp_path / "run"), 6)
    assert state.changes and state.changes.undo_name == "weights of run, step 6"


def test_it_begins_with_the_values_of_the_live_model(tmp_path: Path) -> None:
    state = State()
    train(state, nothing, TEXT, CONFIG, str(tmp_path / "one"))
    train(state, nothing, TEXT, CONFIG, str(tmp_path / "two"))
    assert curve(tmp_path / "two")[0][1] < curve(tmp_path / "one")[0][1]  # type: ignore[operator]


def test_a_call_that_is_given_up_stops_the_run_and_keeps_the_values(tmp_path: Path) -> None:
    state = State()
    open_model(state, nothing, TEXT)
    before = values(state)

    def give_up(event: Trained) -> None:
        if event.step >= 3:
            raise Cancelled("train was stopped before it was done.")

    report = train(state, give_up, TEXT, LONG, str(tmp_path / "run"))
    assert report.state == "stopped" and not torch.equal(before["a.weight"], values(state)["a.weight"])


def test_pause_step_continue_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "SECONDS", 0.0)
    run, state, done = tmp_path / "run", State(), list[Any]()
    thread = threading.Thread(target=lambda: done.append(train(state, nothing, TEXT, LONG, str(run))))
    thread.start()

    def told(command: Command, expected: str, count: int) -> None:
        tell(run, command)
        for _ in range(200):
            if run.exists() and events(run).count(expected) >= count:
                return
            time.sleep(0.05)
        raise AssertionError(events(run))

    while not (run / "metrics.jsonl").exists() or not steps(run):
        time.sleep(0.05)
    told("pause", "paused", 1)
    assert state_of(run) == "paused"
    paused_at = len(steps(run))
    tell(run, "step")
    for _ in range(100):
        if len(steps(run)) > paused_at:
            break
        time.sleep(0.05)
    time.sleep(0.3)
    assert len(steps(run)) == paused_at + 1
    told("continue", "continued", 1)
    told("stop", "stopped", 1)
    thread.join(20)
    assert done[0].state == "stopped" and state_of(run) == "stopped" and len(steps(run)) > paused_at + 1


def test_a_run_that_was_begun_is_trained_by_another_program(tmp_path: Path) -> None:
    state = State()
    begin_run(state, nothing, TEXT, CONFIG, str(tmp_path / "run"))
    assert state_of(tmp_path / "run") == "new"
    assert launch(tmp_path / "run").wait(120) == 0, (tmp_path / "run" / "output.txt").read_text()
    assert events(tmp_path / "run") == ["started", "finished"]
    before = values(state)
    take_weights(state, nothing, TEXT, str(tmp_path / "run"))
    assert not torch.equal(before["a.weight"], values(state)["a.weight"])


def test_44_tied_beside_its_untied_twin(tmp_path: Path) -> None:
    text, config = dumps(templates.load("tied_mlp")), config_text(VALUES.model_copy(update={"data": "linear",
        "data_options": {"samples": 400}, "optimizer": Optimizer(kind="Adam"), "epochs": 40}))  # fmt: skip
    state = State()
    begin_twin(state, nothing, text, config, str(tmp_path / "twin"))
    train(state, nothing, text, config, str(tmp_path / "tied"))
    assert launch(tmp_path / "twin").wait(120) == 0, (tmp_path / "twin" / "output.txt").read_text()
    assert curve(tmp_path / "twin")[0][1] == curve(tmp_path / "tied")[0][1]  # they begin alike
    for name, same in (("tied", True), ("twin", False)):
        found = [next(row for row in look.parameters if row.name == "4.weight") for look in looks(tmp_path / name)]
        assert looks(tmp_path / name)[0].step == 0 and {row.like for row in found} == {"2.weight"}
        apart = [row.apart for row in found]
        assert apart[0] == 0 and (set(apart) == {0} if same else all(apart[1:]) and apart[-1] > apart[1])  # type: ignore[operator]
        with open_checkpoint(tmp_path / name / "model.safetensors") as file:
            one, other = file.tensor("", "2.weight"), file.tensor("", "4.weight")
            assert torch.equal(one, other) is same and apart[-1] == pytest.approx(float((one - other).norm()))


def test_an_event_file_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    rows = (StepRow(1, 0, 2.5, 0.5, 0.1, 10.0, 1.0), EpochRow(1, 0, 2.0, 0.75))
    (tmp_path / "metrics.jsonl").write_bytes(b"".join(map(line, rows)))
    first = write_events(State(), nothing, str(tmp_path))
    again = write_events(State(), nothing, str(tmp_path))
    assert again != first and [str(each) for each in (tmp_path / "tensorboard").iterdir()] == [again]
    found = accumulator.EventAccumulator(again).Reload()
    assert found.Scalars("train/loss")[0].value == 2.5 and found.Scalars("test/metric")[0].value == 0.75


def test_lazy_layers_take_their_sizes(tmp_path: Path) -> None:
    text = dumps(chain(layer("a", "LazyLinear", out_features=10), inputs=(Input(shape=("N", 64)),)))
    state = State()
    train(state, nothing, text, CONFIG, str(tmp_path / "run"))
    assert values(state)["a.weight"].shape == (10, 64) and state.resolved[0].path == "a"


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    wrong = config_text(TrainConfig(optimizer={"kind": "Muon"}))  # type: ignore[arg-type]
    assert check_run(State(), nothing, TEXT, wrong).problems[0].code == "optimizer"
    assert check_run(State(), nothing, TEXT, CONFIG).problems == ()
    with pytest.raises(TrainingError, match="for Muon"):
        train(State(), nothing, TEXT, wrong, str(tmp_path / "run"))
    with pytest.raises(DesignError, match="expects JSON text"):
        check_run(State(), nothing, TEXT, "{")
    assert not (tmp_path / "run").exists()


def test_in_a_kernel_of_its_own_a_run_is_stopped_by_cancel(tmp_path: Path) -> None:
    told, ticket = list[Trained](), Ticket()

    def hear(event: Trained) -> None:
        told.append(event)
        if event.step >= 3:
            kernel.cancel(ticket)

    with Kernel() as kernel:
        with pytest.raises(TrainingError, match="expects a loss for classes"):
            kernel.call("train", text=TEXT, config=CONFIG.replace("{", '{"loss": {"kind": "CTCLoss"},', 1), folder="x")
        call = {"text": TEXT, "config": LONG, "folder": str(tmp_path / "run")}
        report = kernel.call("train", on_progress=hear, ticket=ticket, **call)
        assert report.state == "stopped" and told[0].steps == report.steps
        assert kernel.call("held", text=TEXT).undo == "train run"
