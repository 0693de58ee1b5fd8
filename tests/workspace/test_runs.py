"""Runs in a workspace: listed, followed while they grow, and deleted with a way back. No torch is needed."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from filelock import FileLock

from composer import templates
from composer.errors import WorkspaceError
from composer.training.config import TrainConfig, dumps
from composer.training.telling import Command, tell
from composer.training_reports import EpochRow, EventRow, ParameterRow, ParametersRow, Row, StepRow, What, line, row_of
from composer.workspace import Following, Workspace
from composer.workspace.runs import checkpoints, images, read
from composer.workspace.standing import has_begun, is_held, last_test, reason, unanswered

STEPS = [StepRow(k, 0, 1 / k, None, 0.1, 10.0, float(k)) for k in range(1, 5)]


def made(folder: Path, *rows: Row) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(dumps(TrainConfig()))
    (folder / "design.json").write_text(templates.text("lenet"))
    (folder / "metrics.jsonl").write_bytes(b"".join(map(line, rows)))
    return folder


def test_lines_say_all_of_a_row() -> None:
    look = ParametersRow(3, (ParameterRow("a", "", 0.1, None, 1e-300, None, -1.0, 1.0, (1, 2)),))
    for row in (*STEPS, look, EventRow(1, "nan", 5.0, "text")):
        assert row_of(line(row)) == row
    assert (
        row_of(b'{"kind": "step", "step": 1') is None and row_of(b"[]") is None and row_of(b'{"kind":"other"}') is None
    )


def test_it_is_followed_while_it_grows(tmp_path: Path) -> None:
    path = made(tmp_path, *STEPS[:2]) / "metrics.jsonl"
    following = Following(path)
    assert following.read() == STEPS[:2] and following.read() == []
    with path.open("ab") as file:
        file.write(line(STEPS[2])[:-5])
        file.flush()
        assert following.read() == []
        file.write(line(STEPS[2])[-5:])
    assert following.read() == [STEPS[2]] and following.rows == STEPS[:3]


def test_a_run_that_went_back_is_read_again(tmp_path: Path) -> None:
    path = made(tmp_path, *STEPS) / "metrics.jsonl"
    following = Following(path)
    following.read()
    (tmp_path / "other").write_bytes(b"".join(map(line, [*STEPS[:1], EventRow(1, "resumed", 0.0)])))
    (tmp_path / "other").replace(path)
    assert len(following.read()) == 2 and following.rows[-1].step == 1


@pytest.mark.parametrize(("events", "held", "expected"), [
    ([], False, "new"), (["started"], True, "running"), (["started", "paused"], True, "paused"),
    (["started"], False, "interrupted"), (["started", "checkpoint"], False, "interrupted"),
    (["started", "finished"], False, "finished"), (["started", "stopped", "checkpoint"], False, "stopped"),
])  # fmt: skip
def test_how_it_stands(events: list[str], held: bool, expected: str, tmp_path: Path) -> None:
    runs = Workspace(tmp_path).runs
    folder = made(runs.new_path("My run"), *(EventRow(0, each, 0.0) for each in events))  # type: ignore[arg-type]
    lock = FileLock(folder / ".lock")
    if held:
        lock.acquire()
    (found,) = runs.all()
    lock.release()
    assert (found.name, found.state, found.problem) == ("my-run", expected, "")


def test_why_it_does_not_go_on(tmp_path: Path) -> None:
    folder = made(tmp_path, EventRow(0, "started", 1.0), EventRow(4, "stopped", 2.0))
    (folder / "output.txt").write_text("Stopped after step 4.\n")
    assert reason(folder) == "" and has_begun(folder)
    (folder / "launched.json").write_text('{"time": 3.0, "output": 22, "processes": 2, "distribution": "ddp"}')
    assert reason(folder) == "" and not has_begun(folder)
    (folder / "output.txt").write_text("Stopped after step 4.\nwine.csv: is gone\n")
    assert reason(folder) == "wine.csv: is gone"
    made(tmp_path, EventRow(4, "resumed", 4.0), EventRow(5, "nan", 5.0, "Step 5 is not finite."))
    assert reason(folder) == "Step 5 is not finite." and has_begun(folder)


@pytest.mark.parametrize(("command", "written", "answer"), [
    ("stop", "started", "stop"), ("pause", "paused", None), ("step", "paused", None), ("continue", "continued", None),
])  # fmt: skip
def test_what_it_is_told_waits_until_it_answers(
    command: Command, written: What, answer: str | None, tmp_path: Path
) -> None:
    folder = made(tmp_path, EventRow(0, "started", 0.0))
    tell(folder, command)
    assert unanswered(folder) is None, "nobody is there"
    with FileLock(folder / ".lock"):
        os.utime(folder / "metrics.jsonl", (0, 0))
        assert unanswered(folder) == command
        made(tmp_path, EventRow(0, written, 0.0 if written == "started" else time.time()))
        assert unanswered(folder) == answer


def test_the_last_test_is_found_behind_much_else(tmp_path: Path) -> None:
    began, tested = EventRow(0, "started", 0.0, "", "accuracy"), EpochRow(4, 0, 0.5, 0.75)
    folder = made(tmp_path, began, *STEPS, tested, *STEPS * 2000)
    assert last_test(folder) == ("accuracy", 0.75)
    assert last_test(made(tmp_path, *STEPS)) is None


def test_it_is_deleted_with_a_way_back_unless_it_is_trained(tmp_path: Path) -> None:
    runs = Workspace(tmp_path).runs
    folder = made(runs.new_path("run"), *STEPS)
    with FileLock(folder / ".lock"), pytest.raises(WorkspaceError, match="'run' is being trained"):
        runs.delete("run")
    trashed = runs.delete("run")
    assert trashed and runs.all() == () and runs.delete("run") is None
    made(runs.new_path("run"))
    assert runs.restore(trashed) == "run-2"
    assert Following(runs.path("run-2") / "metrics.jsonl").read() == STEPS
    with pytest.raises(WorkspaceError, match="not kept any more"):
        runs.restore(trashed)
    with pytest.raises(WorkspaceError, match="cannot be the name of a run"):
        runs.path("../up")


def test_what_is_in_it(tmp_path: Path) -> None:
    folder = made(tmp_path / "run")
    (folder / "samples.json").write_text(json.dumps([{"shape": [1, 1, 2], "pixels": [0, 255]}]))
    (folder / "checkpoints" / "step-000000012").mkdir(parents=True)
    (folder / "checkpoints" / "step-000000012" / "state.pt").touch()
    (folder / "checkpoints" / "step-000000014").mkdir()  # comes from elsewhere, and its state comes last
    (folder / "checkpoints" / ".step-000000013.tmp").mkdir()
    assert images(folder)[0].pixels == (0, 255) and checkpoints(folder) == (12,)
    assert read(folder)[0].name == "LeNet" and not is_held(folder)
    (folder / "samples.json").write_text("{")
    (folder / "config.json").write_text("{}")
    assert images(folder) == ()


def test_a_broken_run_is_listed_with_the_reason(tmp_path: Path) -> None:
    runs = Workspace(tmp_path).runs
    folder = made(runs.new_path("run"))
    (folder / "config.json").write_text("{}")
    assert "expects a JSON object" in runs.all()[0].problem
