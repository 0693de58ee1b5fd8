"""The command bench."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from composer.cli import cli
from composer.design.text import dumps
from composer.engine.devices import accelerators
from composer.engine.timing import curves
from composer.recordings.recording import Point
from composer.recordings.text import loads
from composer.workspace import Workspace
from tests.build import chain, layer

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(cli, ["bench", *arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "Traceback" not in result.output
        return result

    return invoke


def test_a_design_is_timed_and_written_so_that_a_workspace_takes_it(run: Run, tmp_path: Path) -> None:
    done = run("mlp", "--device", "cpu", "--at", "4,1", "--seconds", "0.05", "-o", "out.json")
    assert done.exit_code == 0
    content = Path("out.json").read_bytes()
    found = loads(content)
    assert (found.experiment, found.design) == ("model", "MLP")
    assert [point.x for point in found.series[0].points] == [1, 4]
    recordings = Workspace(tmp_path / "workspace").recordings
    assert recordings.load(recordings.add("out.json", content)) == found
    for line in (
        "model MLP 20",
        "1 thread; at most 0.05 s a point",
        "cpu, training step",
        "  batch size           4  ",
    ):
        assert line in done.stdout
    assert done.stdout.splitlines()[-1].endswith("overhead: what is between them")
    assert done.stderr.splitlines()[:2] == [
        "[1/3] cpu, training: batch size 1",
        "[2/3] cpu, training: batch size 4",
    ]


def test_json_alone_is_on_standard_output(run: Run) -> None:
    done = run(
        "--experiment", "matmul", "--device", "cpu", "--at", "8", "--dtype", "float64", "--threads", "2",
        "--seconds", "0.05", "--json",
    )  # fmt: skip
    found = loads(done.stdout)
    assert (found.settings.method.threads, found.series[1].dtype) == (2, "float64")
    again = run("--experiment", "fetching", "--device", "cpu", "--at", "4", "--seconds", "0.05", "-o", "-")
    assert loads(again.stdout).experiment == "fetching"


def test_transfers_and_dispatch(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "compile", lambda model, dynamic: model)
    assert "B/s" in run("--experiment", "transfers", "--device", "cpu", "--at", "4096", "--seconds", "0.05").stdout
    shown = run("mlp", "--experiment", "dispatch", "--device", "cpu", "--at", "1", "--seconds", "0.05").stdout
    assert "cpu, by hand" in shown and "CUDA graphs need a CUDA device" in shown


def test_what_was_timed_before_ctrl_c_is_recorded(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    timed: list[int] = []

    def work(x: int, *arguments: object) -> Point:
        if timed:
            raise KeyboardInterrupt
        timed.append(x)
        return Point(x=x, samples=(1.0,))

    monkeypatch.setattr(curves, "point", work)
    asked = ("--experiment", "transfers", "--device", "cpu", "--at", "4,8")
    done = run(*asked, "-o", "out.json")
    assert done.exit_code == 130 and "Stopped; what was timed until then is recorded." in done.stderr
    found = loads(Path("out.json").read_bytes())
    assert found.stopped and [[point.x for point in series.points] for series in found.series] == [[4]]
    assert run(*asked, "-o", "none.json").exit_code == 1 and not Path("none.json").exists()


def test_sizes_of_symbols(run: Run) -> None:
    done = run("gpt2_small", "--device", "cpu", "--at", "1", "--size", "T=4", "--seconds", "0.01", "--json")
    assert done.exit_code == 0 and json.loads(done.stdout)["settings"]["sizes"] == {"T": 4}


def test_every_device_is_timed_unless_some_are_named(run: Run) -> None:
    found = loads(run("--experiment", "transfers", "--at", "64", "--seconds", "0.05", "--json").stdout)
    assert found.settings.devices == ("cpu", *map(str, accelerators()))


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        ((), 2, "Name a DESIGN, or with --experiment one of matmul, "),
        (("mlp", "--experiment", "matmul"), 2, "The experiment matmul takes no DESIGN."),
        (("--experiment", "dispatch"), 2, "The experiment dispatch times a DESIGN."),
        (("mlp", "--at", "1,x"), 2, "expects whole numbers from 1 on, such as 8,64,512, received '1,x'."),
        (("mlp", "--at", "0"), 2, "expects whole numbers from 1 on, such as 8,64,512, received '0'."),
        (("mlp", "--seconds", "1e9"), 2, "expects 0.01 to 60 seconds, received 1e+09."),
        (("mlp", "--seconds", "nan"), 2, "expects 0.01 to 60 seconds, received nan."),
        (("mlp", "--device", "no\x1b[31m"), 2, "expects a device such as cpu, cuda:0 or mps, received 'no"),
        (("mlp", "--dtype", "float16"), 2, "--dtype is of the experiment matmul; model takes none."),
        (("mlp", "--size", "N=3"), 2, "N is the batch: give --at 3."),
        (("--experiment", "matmul", "--size", "N=3"), 2, "the experiment matmul takes its sizes with --at."),
        (("mlp", "--device", "xpu:9"), 1, "There is no device 'xpu:9' here; there are: cpu"),
        (("no-such",), 2, "there is no file and no template 'no-such'"),
    ],
)
def test_what_is_refused(run: Run, arguments: tuple[str, ...], status: int, told: str) -> None:
    done = run(*arguments)
    assert done.exit_code == status and told in done.stderr and "\x1b" not in done.stderr


def test_two_devices_without_two_gpus(run: Run) -> None:
    if len(accelerators()) < 2:
        done = run("--experiment", "two-devices")
        assert done.exit_code == 1 and done.stderr.startswith("This needs two GPUs, and there is ")
    else:
        assert run("--experiment", "two-devices", "--at", "64", "--seconds", "0.05").exit_code == 0


def test_the_status_says_where_nothing_could_be_timed(run: Run) -> None:
    Path("net.json").write_text(dumps(chain(layer("norm", "BatchNorm1d", num_features=4))), encoding="utf-8")
    done = run("net.json", "--device", "cpu", "--at", "1", "--seconds", "0.05")
    assert done.exit_code == 1 and "Expected more than 1 value per channel" in done.stdout
