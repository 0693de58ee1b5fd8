"""A model as Python source with weights: a folder in a zip that runs with nothing but torch."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from composer.codegen.source import class_name_of
from composer.design.document import Design
from composer.engine.build import source_of
from composer.engine.checkpoints.writing import only_if_right
from composer.engine.exports.model import sized
from composer.engine.exports.trials import Tell, checked, silent, symbols, trials
from composer.engine.home import on_cpu
from composer.engine.objectives import tensors
from composer.errors import CheckpointError
from composer.export_reports import ExportReport
from composer.reports import Progress

_SECONDS = 120
_STEPS = 3
_OFTEN = 0.3  # seconds
_EXAMPLE = """import torch
from model import {name}

{seed}model = {name}()
model.load_state_dict(torch.load("weights.pt", weights_only=True))
model.eval()
"""
_SEED = "torch.manual_seed({seed})  # for constants, which are no weights\n"
_TRY = """
with torch.no_grad():
    torch.save([model(*inputs) for inputs in torch.load("inputs.pt")], "outputs.pt")
"""


def write_package(design: Design, model: nn.Module, path: Path, tell: Tell = silent) -> ExportReport:
    """Write source, weights and an example of how to load them as a zip to `path`; the example is run first.

    It runs in a process of its own, and its outputs have to be the live model's to the bit.

    Raises:
        CheckpointError: where it fails, or gives other outputs.
        DesignError: where the design has problems.
    """
    sized(model)
    tell(Progress("running the live model", 1, _STEPS))
    tried = trials(design, model)
    constants = {name for name, _ in model.named_buffers()} - set(model.state_dict())
    seed = _SEED.format(seed=design.seed) if constants else ""
    example = _EXAMPLE.format(name=class_name_of(design), seed=seed)
    with tempfile.TemporaryDirectory(dir=path.parent) as name, only_if_right(path):
        folder = Path(name)
        (folder / "model.py").write_text(source_of(design), encoding="utf-8")
        (folder / "example.py").write_text(example, encoding="utf-8")
        torch.save(on_cpu(model).state_dict(), folder / "weights.pt")
        torch.save([each.inputs for each in tried], folder / "inputs.pt")
        running = Progress("running the source in a process of its own", 2, _STEPS)
        _run(folder, example + _TRY, lambda: tell(running))
        outputs = torch.load(folder / "outputs.pt", weights_only=True)
        rows = tuple(
            checked(trial, tuple(tensors(each)), "The exported source", 0)
            for trial, each in zip(tried, outputs, strict=True)
        )
        tell(Progress("writing", 3, _STEPS))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for file in ("model.py", "weights.pt", "example.py"):
                archive.write(folder / file, file)
    return ExportReport(path.stat().st_size, rows, symbols(design.inputs))


def _run(folder: Path, text: str, tell: Callable[[], None]) -> None:
    """Run Python in a process that starts in `folder`, and `tell` that it still runs, which may give it up.

    Raises:
        CheckpointError: where it fails.
    """
    threads = f"import torch; torch.set_num_threads({torch.get_num_threads()})\n"  # sums depend on their number
    errors = folder / "errors.txt"
    command = [sys.executable, "-W", "ignore", "-c", threads + text]
    with errors.open("wb") as file, subprocess.Popen(command, cwd=folder, stdout=file, stderr=file) as child:
        try:
            for _turn in range(round(_SECONDS / _OFTEN)):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(_OFTEN)
                    break
                tell()
            else:
                raise CheckpointError(f"The exported source did not end within {_SECONDS} s, so it is not offered.")
        finally:
            child.kill()
    if child.returncode:
        said = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = (said or [f"status {child.returncode}"])[-1]
        raise CheckpointError(f"The exported source was run by itself and failed: {last[:150]} It is not offered.")
