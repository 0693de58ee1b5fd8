"""Writing a bundle, `composer.engine.exports.layout`, which is opened again before it is offered."""

from __future__ import annotations

import json
import platform
import tempfile
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from composer import __version__, atomic
from composer.design.document import Design
from composer.design.text import dumps, loads
from composer.engine.build import source_of
from composer.engine.checkpoints.saving import save
from composer.engine.checkpoints.writing import explained
from composer.engine.exports.layout import ABOUT, DESIGN, ENTRIES, FORMAT, SOURCE, THUMBNAIL, TRIAL, WEIGHTS
from composer.engine.exports.trials import Tell, Trial, silent, trials
from composer.engine.exports.unbundle import rerun, restored, unbundled
from composer.engine.lazy import waiting
from composer.errors import CheckpointError
from composer.export_reports import Checked, ExportReport
from composer.reports import Progress

_STEPS = 3
_EQUAL = 0.0  # it is the same machine
_LARGEST_TRIAL = 16 * 2**20  # bytes


def write_bundle(
    design: Design, model: nn.Module, path: Path, thumbnail: bytes = b"", tell: Tell = silent
) -> ExportReport:
    """Write `design` and the values of `model`, its live model, to `path`, replacing what is there when all is written.

    Raises:
        CheckpointError: where a value cannot be held, or the file cannot be written.
        DesignError: where the design has problems, so that nobody could build the model again.
    """
    source = source_of(design)
    tell(Progress("running the live model", 1, _STEPS))
    trial = _trial(design, model)
    about = {
        "format": FORMAT, "version": 1, "composer": __version__, "torch": str(torch.__version__),
        "python": platform.python_version(), "waiting": sorted(waiting(model)),
    }  # fmt: skip
    tell(Progress("writing", 2, _STEPS))
    with tempfile.TemporaryDirectory(dir=path.parent) as name, explained(path):
        folder = Path(name)
        valued = [key for key, each in model.state_dict(keep_vars=True).items() if not is_lazy(each)]
        if valued:
            save(model, folder / WEIGHTS, "safetensors", valued)
        else:
            save_file({}, folder / WEIGHTS)
        (folder / DESIGN).write_text(dumps(design), encoding="utf-8")
        (folder / SOURCE).write_text(source, encoding="utf-8")
        (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        if trial:
            save_file(_tensors(trial), folder / TRIAL)
        if thumbnail:
            (folder / THUMBNAIL).write_bytes(thumbnail)
        with atomic.staged(path) as new:
            with zipfile.ZipFile(new.file, "w", zipfile.ZIP_STORED) as archive:
                for each in ENTRIES:
                    if (folder / each).exists():
                        archive.write(folder / each, each)
            new.file.flush()
            tell(Progress("opening it again and running it", 3, _STEPS))
            row = _opened_again(new.path, folder / "again.safetensors")
            new.become(path)
    notes = (
        () if row else ("No run is in it that could be repeated: the model does not run on random values as it is.",)
    )
    return ExportReport(path.stat().st_size, (row,) if row else (), notes=notes)


def _opened_again(path: Path, weights: Path) -> Checked | None:
    report = unbundled(path, weights)
    return rerun(restored(loads(report.text), weights), path, _EQUAL)


def _trial(design: Design, model: nn.Module) -> Trial | None:
    """A run that whoever opens the bundle can repeat; None where the model waits for sizes, or cannot run."""
    if waiting(model):
        return None
    try:
        found = trials(design, model)[0]
    except CheckpointError:
        return None
    held = sum(each.nbytes for each in (*found.inputs, *found.outputs))
    return found if held <= _LARGEST_TRIAL else None


def _tensors(trial: Trial) -> dict[str, Tensor]:
    inputs = {f"input.{k}": each.contiguous() for k, each in enumerate(trial.inputs)}
    return inputs | {f"output.{k}": each.clone().contiguous() for k, each in enumerate(trial.outputs)}
