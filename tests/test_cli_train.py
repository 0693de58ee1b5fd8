"""The command `train`: options, lines, exit statuses, and what it says when it is stopped or refused."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from composer.cli import cli
from composer.design.document import Input
from composer.design.text import dumps
from composer.engine.threads import one_thread
from composer.training.config import Optimizer, TrainConfig
from composer.training.config import dumps as config_text
from tests.build import chain, linear
from tests.engine.training.small import curve, events
from tests.engine.training.spread import OPTIONS, program, tied, until, wait

FAST = ("--data", "digits", "--batch-size", "256", "--epochs", "2")


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture
def design(tmp_path: Path) -> str:
    (tmp_path / "design.json").write_text(dumps(tied()))
    return str(tmp_path / "design.json")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["train", *arguments])


def test_a_run_from_the_command_line(design: str, tmp_path: Path) -> None:
    result = run(design, *FAST, "--out", str(tmp_path / "run"))
    assert result.exit_code == 0, result.output
    assert "step 12 of 12  epoch 2  loss 2." in result.output
    assert "All 12 steps are done. Best loss on the test data: 2." in result.output
    names = {each.name for each in (tmp_path / "run").iterdir()}
    assert names >= {
        "config.json",
        "design.json",
        "environment.json",
        "metrics.jsonl",
        "checkpoints",
        "model.safetensors",
    }
    again = run("--resume", str(tmp_path / "run"))
    assert again.exit_code == 0 and "All 12 steps are done" in again.output


def test_options_go_over_a_configuration(design: str, tmp_path: Path) -> None:
    config = TrainConfig(batch_size=256, epochs=9, optimizer=Optimizer(kind="SGD"))
    (tmp_path / "c.json").write_text(config_text(config))
    settings = ("optimizer.options.momentum=0.9", "schedule.kind=StepLR", "schedule.options.step_size=3",
                "data_options.test_share=0.5")  # fmt: skip
    options = [part for each in settings for part in ("--set", each)]
    options += ["--config", str(tmp_path / "c.json"), "--epochs", "1", "--lr", "0.5", "--clip", "1", "--quiet"]
    result = run(design, *options, "--out", str(tmp_path / "run"))
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "run" / "config.json").read_text()) == {
        "format": "block-composer-training", "version": 1, "data_options": {"test_share": 0.5},
        "optimizer": {"kind": "SGD", "options": {"momentum": 0.9, "lr": 0.5}},
        "schedule": {"kind": "StepLR", "options": {"step_size": 3}}, "batch_size": 256, "epochs": 1, "clip": 1.0,
    }  # fmt: skip


@pytest.mark.parametrize(("arguments", "status", "text"), [
    ((), 2, "Give a DESIGN and --out RUN for a new run, or --resume RUN alone"),
    (("--resume", "run", "--epochs", "3"), 2, "A run that goes on keeps its configuration"),
    (("--resume", "nowhere"), 1, "expects the folder of a run, with config.json and design.json, received another"),
    (("DESIGN", "--out", "run", "--distribute", "ddp"), 2, "--distribute is for the processes that torchru"),
    (("DESIGN", "--out", "run", "--set", "epochs"), 2, "'epochs' is not of the form KEY=VALUE"),
    (("DESIGN", "--out", "run", "--set", "epoch=3"), 1, "a key of a training configuration"),
    (("DESIGN", "--out", "run", "--lr", "-1"), 1, "expects a number ≥ 0.0, received -1.0"),
    (("DESIGN", "--out", "run", "--loss", "CTCLoss"), 2, "'CTCLoss' is not one of"),
    (("DESIGN", "--out", "run", "--data", "diabetes"), 1, "x: expects N×10, which the data diabetes has, received"),
    (("DESIGN", "--out", "run", "--device", "cuda:77"), 1, "a device that this machine has"),
])  # fmt: skip
def test_what_is_refused(arguments: tuple[str, ...], status: int, text: str, design: str, tmp_path: Path) -> None:
    names: dict[str, Any] = {"DESIGN": design, "run": str(tmp_path / "run"), "nowhere": str(tmp_path / "nowhere")}
    result = run(*(names.get(each, each) for each in arguments))
    assert result.exit_code == status, result.output
    assert text in " ".join(result.output.split())
    assert not (tmp_path / "run" / "config.json").exists()


def test_weights_are_where_it_begins(design: str, tmp_path: Path) -> None:
    run(design, *FAST, "--out", str(tmp_path / "one"), "--quiet")
    weights = str(tmp_path / "one" / "model.safetensors")
    result = run(design, *FAST, "--out", str(tmp_path / "two"), "--weights", weights, "--quiet")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "two" / "initial.safetensors").exists()
    assert curve(tmp_path / "two")[0][1] < curve(tmp_path / "one")[0][1]  # type: ignore[operator]


def test_a_loss_that_is_not_finite_any_more(design: str, tmp_path: Path) -> None:
    options = ("--optimizer", "SGD", "--lr", "1e30", "--loss", "MSELoss", "--out", str(tmp_path / "run"), "--quiet")
    result = run(design, *FAST, *options)
    assert result.exit_code == 1 and "are not finite; the weights are those after step 0" in result.output


def test_ctrl_c_saves_and_says_how_to_go_on(design: str, tmp_path: Path) -> None:
    process = program(tmp_path, (design, *OPTIONS, "--out", "run"))
    until(tmp_path / "run" / "checkpoints" / "step-000000045")
    process.send_signal(signal.SIGINT)
    assert wait(process, tmp_path) == 130
    printed = (tmp_path / "output.txt").read_text()
    assert "Stopped after step " in printed and "Go on with: block-composer train --resume run" in printed
    assert "Traceback" not in printed
    assert events(tmp_path / "run") == ["started", "stopped"]


def test_an_event_file_for_tensorboard(design: str, tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    result = run(design, *FAST, "--out", str(tmp_path / "run"), "--tensorboard", "--quiet")
    assert result.exit_code == 0, result.output
    found = accumulator.EventAccumulator(str(tmp_path / "run" / "tensorboard"))
    found.Reload()
    losses = [each.value for each in found.Scalars("train/loss")]
    assert losses == pytest.approx([each[1] for each in curve(tmp_path / "run")])


def test_data_of_a_file_is_found_again_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"{k % 7},{k % 5},{k % 7 + k % 5}" for k in range(60)]
    (tmp_path / "table.csv").write_text("\n".join(["a,b,y", *lines]))
    (tmp_path / "line.json").write_text(dumps(chain(linear("0", 2, 1), inputs=(Input(shape=("N", 2)),))))
    monkeypatch.chdir(tmp_path)
    options = ("--data", "table.csv", "--loss", "MSELoss", "--set", "data_options.target=y", "--set",
               "data_options.task=values", "--epochs", "2", "--quiet")  # fmt: skip
    result = run("line.json", *options, "--out", "run")
    assert result.exit_code == 0, result.output
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert run("--resume", "../run", "--quiet").exit_code == 0
