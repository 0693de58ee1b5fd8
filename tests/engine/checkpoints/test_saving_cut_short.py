"""A save that is killed, or finds the disk full: what was there is still there, whole."""

from __future__ import annotations

import random
import shutil
import sys
import time
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file

from composer import atomic
from composer.checkpoint_reports import Format
from composer.engine.checkpoints.saving import save
from composer.errors import CheckpointError
from composer.kernel.launch import launch

if sys.platform == "win32":
    pytest.skip("Windows has neither kill -9 nor limits of a process", allow_module_level=True)

from tests.engine.checkpoints.savers import model, save_forever, save_limited

FORMATS: tuple[Format, ...] = ("safetensors", "pt")


def value_in(path: Path) -> float:
    """The one value that all tensors in the file have."""
    tensors = load_file(path) if path.suffix == ".safetensors" else torch.load(path, weights_only=True)
    assert len(tensors) == 6
    (found,) = {value for each in tensors.values() for value in (each.min().item(), each.max().item())}
    return float(found)


@pytest.mark.parametrize("format", FORMATS)
def test_kill_9_during_saves_loses_nothing(tmp_path: Path, format: Format) -> None:
    path = tmp_path / f"model.{format}"
    save(model(0), path, format)
    moments, cut, last = random.Random(0), 0, 0
    for _ in range(50):
        receiver, sender = Pipe(duplex=False)
        process = launch(save_forever, (path, format, last + 1, sender))
        sender.close()
        began = receiver.recv()
        time.sleep(moments.random() * 0.05)
        process.kill()
        process.join()
        done = [began, *everything(receiver)]
        last = int(value_in(path))
        assert last in (done[-1] - 1, done[-1]), "the content before the save that was killed, or after it"
        cut += len([*tmp_path.iterdir()]) - 1
        atomic.sweep(tmp_path)
        assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert cut > 10, "many are killed in the middle of a save"


def everything(receiver: Connection) -> list[int]:
    found = []
    try:
        while True:
            found.append(receiver.recv())
    except EOFError:
        return found


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("limit", [0, 100, 4_096, 1_000_000, 2_000_400])
def test_a_full_disk_keeps_the_old_file_and_is_told(tmp_path: Path, format: Format, limit: int) -> None:
    path = tmp_path / f"model.{format}"
    save(model(1), path, format)
    assert limit < path.stat().st_size
    receiver, sender = Pipe(duplex=False)
    process = launch(save_limited, (path, format, limit, sender))
    sender.close()
    told = receiver.recv()
    process.join()
    assert told.startswith(f"No space is left on the disk of {tmp_path}: 2.0 MB are needed, ")
    assert told.endswith(" are free. The file that was there is unchanged.")
    assert value_in(path) == 1
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_what_cannot_fit_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1_000_000))
    told = f"No space is left on the disk of {tmp_path}: 2.0 MB are needed, 1.0 MB are free."
    with pytest.raises(CheckpointError) as caught:
        save(model(1), tmp_path / "model.pt", "pt")
    assert str(caught.value) == told
    assert [*tmp_path.iterdir()] == []
