"""Commands whose folder is on another file system: the app's workspace, and a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from composer.cli import cli
from composer.design.text import dumps
from composer.engine.threads import one_thread
from composer.workspace import Workspace
from composer.workspace.remote import mirror
from tests.engine.training.small import curve
from tests.engine.training.spread import tied
from tests.ui.server import free_port
from tests.workspace.remote.folders import contents

ROOT = Path(__file__).parents[1]
FAST = ("--data", "digits", "--batch-size", "256", "--epochs", "2", "--quiet")
_APP = """
import sys
from pathlib import Path
import tests.workspace.remote.folders
from composer.workspace.remote import mirror
home = Path(sys.argv.pop())
mirror.home_of = lambda address: home
from composer.cli import main
main()
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where copies are."""
    monkeypatch.setattr(mirror, "home_of", lambda address: tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def design(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "design.json").write_text(dumps(tied()))
    with one_thread():
        yield str(tmp_path / "design.json")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_a_run_is_trained_there_and_goes_on_from_there(design: str, home: Path, tmp_path: Path) -> None:
    address, there = f"folder://{tmp_path}/there/run", tmp_path / "there" / "run"
    result = run("train", design, *FAST, "--out", address)
    assert result.exit_code == 0, result.output
    assert f"The weights are in {address}/model.safetensors." in result.output
    assert len(curve(there)) == 12 and not home.exists()
    assert {"config.json", "metrics.jsonl", "model.safetensors", "checkpoints/step-000000012/state.pt",
            "checkpoints/step-000000012/model.safetensors"} <= contents(there).keys()  # fmt: skip
    for path in ("model.safetensors", "checkpoints/step-000000012/state.pt"):
        (there / path).unlink()  # as where a machine broke down in the middle of the last checkpoint
    again = run("train", "--resume", address)
    assert again.exit_code == 0 and "All 12 steps are done" in again.output, again.output
    assert (there / "model.safetensors").exists() and not home.exists()
    assert "expects a new or an empty folder" in run("train", design, *FAST, "--out", address).output


def test_several_machines_need_a_folder_that_all_have(
    design: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"RANK": "0", "WORLD_SIZE": "4", "LOCAL_WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)
    result = run("train", design, *FAST, "--out", f"folder://{tmp_path}/run", "--distribute", "ddp")
    assert result.exit_code == 2 and "Several machines train in one folder that all of them have" in result.output


@pytest.mark.parametrize(("address", "text"), [
    ("nope://ann:secret@bucket", "nope://bucket: Protocol not known: nope."),
    ("folder:///dev/null/a", "folder:///dev/null/a: Not a directory."),
])  # fmt: skip
def test_what_cannot_be_a_workspace_is_told_before_anything_opens(address: str, text: str, home: Path) -> None:
    result = run("--workspace", address, "--no-browser")
    assert result.exit_code == 1 and result.output.split("\n")[-2].endswith(text)
    assert "secret" not in result.output


@pytest.mark.skipif(os.name == "nt", reason="needs the signals of POSIX")
def test_the_app_works_on_a_copy_and_sends_what_is_left_as_it_ends(home: Path, tmp_path: Path) -> None:
    there, port = tmp_path / "there", free_port()
    first = Workspace(there).create(tied()).id
    app = subprocess.Popen(
        [sys.executable, "-c", _APP, "--workspace", f"folder://{there}", "--port", str(port), "--no-browser", home],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        _answered(app, port)
        workspace = Workspace(home / "workspace")
        second = workspace.create(workspace.load(first).design).id
    finally:
        app.send_signal(signal.SIGTERM)
        printed = app.communicate(timeout=30)[0]
    assert f"folder://{there}: 1 file to be brought here" in printed, printed
    assert set(contents(there)) == {f"designs/{first}.json", f"designs/{second}.json"}, printed


def _answered(app: subprocess.Popen[str], port: int) -> None:
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
            return
        except OSError:
            assert app.poll() is None
            time.sleep(0.02)
