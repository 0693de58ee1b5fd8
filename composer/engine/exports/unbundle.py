"""Opening a bundle (`composer.engine.exports.bundle`): strictly, and without running anything of it."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from composer import atomic
from composer.checkpoint_reports import LoadReport, Pair
from composer.codegen.judging import custom_classes
from composer.codegen.source import class_name_of, source
from composer.design import limits
from composer.design.document import Design
from composer.design.text import loads
from composer.engine.build import drawn, notes_of, shapes_checked
from composer.engine.checkpoints.archive import Archive
from composer.engine.checkpoints.loading import load
from composer.engine.checkpoints.opening import open_checkpoint
from composer.engine.checkpoints.wording import MOST, damaged, quoted, readable
from composer.engine.exports.layout import ABOUT, DESIGN, ENTRIES, FORMAT, OPTIONAL, TRIAL, WEIGHTS
from composer.engine.exports.trials import Trial, checked, run
from composer.engine.home import on_cpu
from composer.engine.values import Changes
from composer.errors import CheckpointError, DesignError
from composer.export_reports import BundleReport, Checked

_ABOUT = 2**20  # bytes


def unbundled(path: Path, weights: Path) -> BundleReport:
    """What the bundle at `path` holds. Its weights are written to `weights`, and checked there.

    Raises:
        CheckpointError: where it is no bundle, or anything in it is not as it should be.
    """
    with _opened(path) as archive:
        about = _about(archive.read(ABOUT, _ABOUT))
        _check_design(archive)
        _extract(path, archive, WEIGHTS, weights)
        try:
            open_checkpoint(weights).close()
        except CheckpointError:
            weights.unlink()
            raise
        text = archive.read(DESIGN, limits.MAX_TEXT).decode()
        return BundleReport(
            text,
            composer=readable(str(about.get("composer", "?")), 40),
            torch=readable(str(about.get("torch", "?")), 40),
            waiting=tuple(readable(str(each), 200) for each in about.get("waiting", ())),
            trial=TRIAL in archive.entries,
        )


def restored(design: Design, weights: Path) -> nn.Module:
    """The live model of a bundle's design with its weights.

    Raises:
        CheckpointError: where they do not fit.
        DesignError: where the design has problems.
    """
    report = shapes_checked(design)
    code = source(design, notes_of(report))
    model, draws = drawn(code, class_name_of(design), design.seed, custom_classes(design))
    load_all(model, weights, Changes(), draws)
    return model


def load_all(model: nn.Module, weights: Path, changes: Changes, draws: Tensor) -> LoadReport | None:
    """Load every tensor of a bundle's weights under its own name; None where it has none."""
    with open_checkpoint(weights) as checkpoint:
        part = checkpoint.report.part("")
        pairs = [Pair(each.name, each.name) for each in part.tensors] if part else []
        return load(model, checkpoint, "", pairs, changes, draws) if pairs else None


def rerun(model: nn.Module, path: Path, tolerance: float = math.inf) -> Checked | None:
    """Repeat the run that the bundle at `path` holds; None where it holds none.

    Raises:
        CheckpointError: where outputs of `model` are other tensors, or differ by more than `tolerance` allows.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as folder, _opened(path) as archive:
        if TRIAL not in archive.entries:
            return None
        file = Path(folder) / TRIAL
        _extract(path, archive, TRIAL, file)
        with open_checkpoint(file) as checkpoint:
            held = checkpoint.content("")
    trial = Trial(_numbered(held, "input"), {}, _numbered(held, "output"))
    there = on_cpu(model)
    flags = {module: module.training for module in there.modules()}
    try:
        return checked(trial, run(there.eval(), trial.inputs), "The bundle", tolerance)
    finally:
        for module, flag in flags.items():
            module.training = flag


def _numbered(held: Any, name: str) -> tuple[Tensor, ...]:
    found: list[Tensor] = []
    while f"{name}.{len(found)}" in held:
        found.append(held[f"{name}.{len(found)}"])
    return tuple(found)


@contextmanager
def _opened(path: Path) -> Iterator[Archive]:
    try:
        with path.open("rb") as file:
            yield Archive(file, path.stat().st_size, _names)
    except CheckpointError as error:
        reason = str(error)
    except OSError as error:
        reason = f"it cannot be read ({error.strerror}). Check that it is there and yours."
    else:
        return
    raise CheckpointError(readable(f"{readable(path.name, 60)}: {reason}", MOST))


def _names(names: Sequence[str]) -> Sequence[str]:
    wrong = [name for name in names if name not in ENTRIES]
    missing = [name for name in ENTRIES if name not in names and name not in OPTIONAL]
    if missing:
        raise CheckpointError(f"it is no bundle of a design and its weights: it holds no {missing[0]}.")
    if wrong:
        raise CheckpointError(f"it holds an entry {quoted(wrong[0])} that no bundle has. Save the bundle again.")
    return names


def _about(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise damaged(f"its {ABOUT} cannot be read") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise CheckpointError(f"its {ABOUT} does not say that it is a bundle. Save the bundle again.")
    if found.get("version") != 1:
        raise CheckpointError(
            f"it is of version {quoted(str(found.get('version')))}, and this app reads version 1. Update it."
        )
    if not isinstance(found.get("waiting", []), list):
        raise damaged(f"its {ABOUT} has no list of what waits")
    return found


def _check_design(archive: Archive) -> None:
    try:
        loads(archive.read(DESIGN, limits.MAX_TEXT))
    except DesignError as error:
        raise CheckpointError(f"its design cannot be read: {str(error.problems[0])[:150]}.") from None


def _extract(path: Path, archive: Archive, name: str, target: Path) -> None:
    """Write an entry to a file of its own, after its checksum was found right."""
    archive.check(name)
    place = archive.entries[name]
    with path.open("rb") as file, atomic.replacing(target) as copy:
        file.seek(place.start)
        left = place.nbytes
        while left and (piece := file.read(min(left, 2**20))):
            copy.write(piece)
            left -= len(piece)
