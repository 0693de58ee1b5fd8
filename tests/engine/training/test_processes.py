"""Runs of programs: killed and resumed, and spread over two processes, with the losses of one."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from composer.design.text import dumps
from composer.engine.checkpoints.opening import open_checkpoint
from composer.engine.training.checkpoints import steps_of
from composer.engine.training.consolidating import consolidate, load_run
from composer.engine.valued import initial
from composer.errors import CheckpointError
from composer.kernel.training import begin_run, take_weights
from composer.kernel.verbs import State
from composer.training.commands import Distribution
from composer.training.config import Optimizer, TrainConfig
from composer.training.config import dumps as config_text
from composer.training.processes import launch
from tests.engine.training.small import curve, epochs, events, steps
from tests.engine.training.spread import OPTIONS, SECONDS, kill, program, rank_of, text, tied, until, wait, write_design

INTERVAL = 20
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@pytest.mark.slow
def test_killed_and_resumed_the_curve_goes_on_to_the_bit(tmp_path: Path) -> None:
    design = write_design(tmp_path, tied())
    arguments = (*OPTIONS, "--steps", "600", "--checkpoint-every", str(INTERVAL), "--quiet")
    assert wait(program(tmp_path, (design, *arguments, "--out", "whole")), tmp_path) == 0
    process = program(tmp_path, (design, *arguments, "--out", "killed"))
    until(tmp_path / "killed" / "checkpoints" / "step-000000100")
    kill(process.pid)
    assert wait(process, tmp_path) == -9
    reached, kept = steps(tmp_path / "killed")[-1].step, steps_of(tmp_path / "killed" / "checkpoints")[-1]
    assert reached < 600 and reached - kept <= INTERVAL
    assert wait(program(tmp_path, ("--resume", "killed", "--quiet")), tmp_path) == 0
    assert events(tmp_path / "killed") == ["started", "resumed", "finished"]
    assert curve(tmp_path / "killed") == curve(tmp_path / "whole")
    models = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "killed")]
    assert models[0] == models[1]


@pytest.mark.slow
@pytest.mark.parametrize("distribution", ["ddp", "fsdp"])
def test_two_processes_give_the_losses_of_one(distribution: str, tmp_path: Path) -> None:
    design = write_design(tmp_path, tied())
    arguments = (*OPTIONS, "--steps", "50", "--checkpoint-every", str(INTERVAL), "--clip", "1.0", "--quiet")
    assert wait(program(tmp_path, (design, *arguments, "--out", "one")), tmp_path) == 0
    assert wait(program(tmp_path, (design, *arguments, "--out", "two"), distribution), tmp_path) == 0
    one, two = steps(tmp_path / "one"), steps(tmp_path / "two")
    assert [row.step for row in two] == list(range(1, 51))
    for mine, theirs in zip(one, two, strict=True):
        assert mine.loss == pytest.approx(theirs.loss, abs=1e-5) and mine.lr == theirs.lr
        assert mine.metric == pytest.approx(theirs.metric, abs=1e-5)
        assert mine.gradient == pytest.approx(theirs.gradient, rel=1e-4)
    with (
        open_checkpoint(tmp_path / "one" / "model.safetensors") as mine,
        open_checkpoint(tmp_path / "two" / "model.safetensors") as theirs,
    ):
        names = [each.name for each in mine.report.parts[0].tensors]
        assert names == [each.name for each in theirs.report.parts[0].tensors] and "d.weight" in names
        for name in names:
            torch.testing.assert_close(mine.tensor("", name), theirs.tensor("", name), atol=1e-5, rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("distribution", ["ddp", "fsdp"])
def test_tied_lazy_and_frozen_layers_and_uneven_batches(distribution: str, tmp_path: Path) -> None:
    design = write_design(tmp_path, text())
    arguments = ("--data", "characters", "--set", "data_options.samples=400", "--batch-size", "31", "--steps", "25",
                 "--epochs", "9", "--quiet")  # fmt: skip
    assert wait(program(tmp_path, (design, *arguments, "--out", "one")), tmp_path) == 0
    assert wait(program(tmp_path, (design, *arguments, "--out", "two"), distribution), tmp_path) == 0
    one, two = (steps(tmp_path / name) for name in ("one", "two"))
    assert [row.loss for row in two] == pytest.approx([row.loss for row in one], abs=1e-5)
    assert [row.loss for row in epochs(tmp_path / "two")] == pytest.approx(
        [row.loss for row in epochs(tmp_path / "one")], abs=1e-5
    )


@linux
@pytest.mark.slow
@pytest.mark.parametrize("distribution", ["ddp", "fsdp"])
def test_a_killed_rank_costs_one_interval_at_most(distribution: str, tmp_path: Path) -> None:
    design = write_design(tmp_path, tied())
    arguments = (*OPTIONS, "--steps", "300", "--checkpoint-every", str(INTERVAL), "--quiet")
    assert wait(program(tmp_path, (design, *arguments, "--out", "one")), tmp_path) == 0
    process = program(tmp_path, (design, *arguments, "--out", "two"), distribution)
    until(tmp_path / "two" / "checkpoints" / "step-000000060")
    kill(rank_of(process, 1))
    assert wait(process, tmp_path) == 0
    assert events(tmp_path / "two") == ["started", "resumed", "finished"]
    rows = steps(tmp_path / "two")
    assert all(after.step == before.step + 1 for before, after in pairwise(rows)) and len(rows) == 300
    worst = max(abs(mine.loss - theirs.loss) for mine, theirs in zip(steps(tmp_path / "one"), rows, strict=True))  # type: ignore[operator]
    assert worst < 1e-4


@pytest.mark.slow
def test_a_sharded_checkpoint_is_one_file_again_and_goes_on_in_one_process(tmp_path: Path) -> None:
    design = write_design(tmp_path, tied())
    arguments = (*OPTIONS, "--steps", "40", "--checkpoint-every", "20", "--quiet")
    assert wait(program(tmp_path, (design, *arguments, "--out", "run"), "fsdp"), tmp_path) == 0
    run, model = tmp_path / "run", initial(tied()).model
    consolidate(run, 40, tmp_path / "whole.safetensors")
    assert (tmp_path / "whole.safetensors").read_bytes() == (run / "model.safetensors").read_bytes()
    load_run(model, run, 20)
    consolidate(run, 20, tmp_path / "early.safetensors")
    with open_checkpoint(tmp_path / "early.safetensors") as file:
        for name, tensor in model.state_dict().items():
            assert torch.equal(file.tensor("", name), tensor)
    with pytest.raises(CheckpointError, match="has no checkpoint after step 7: choose one that it has"):
        load_run(model, run, 7)
    last = curve(run)[20:]
    (run / "model.safetensors").unlink()
    for each in (run / "checkpoints" / "step-000000040").rglob("*"):
        if each.is_file():
            each.unlink()
    (run / "checkpoints" / "step-000000040").rename(run / "checkpoints" / ".gone.tmp")
    assert wait(program(tmp_path, ("--resume", "run", "--quiet")), tmp_path) == 0
    assert [each[0] for each in curve(run)[20:]] == [each[0] for each in last]
    assert [each[1] for each in curve(run)[20:]] == pytest.approx([each[1] for each in last], abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("distribution", ["ddp", "fsdp"])
def test_a_run_begun_in_the_app_is_trained_by_two_processes(distribution: Distribution, tmp_path: Path) -> None:
    run, twin, design = tmp_path / "run", tmp_path / "twin", dumps(tied())
    config = config_text(TrainConfig(batch_size=128, steps=5, optimizer=Optimizer(kind="SGD", options={"lr": 1.0})))
    state = State()
    for name in ("before", "twin", "run"):  # the last ones begin with the values that the first one left
        begin_run(state, lambda event: None, design, config, str(tmp_path / name))
        if name == "before":
            assert launch(tmp_path / name).wait(SECONDS) == 0
            take_weights(state, lambda event: None, design, str(tmp_path / name))
    assert launch(twin).wait(SECONDS) == 0
    assert launch(run, 2, distribution).wait(SECONDS) == 0, (run / "output.txt").read_text()
    one, two = curve(twin), curve(run)
    assert [each[1] for each in two] == pytest.approx([each[1] for each in one], abs=1e-5)
    assert one[0][1] != curve(tmp_path / "before")[0][1]
