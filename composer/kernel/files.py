"""What a kernel can be asked about files of tensors: to save, look into, load, compare and export them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from composer.checkpoint_reports import ComparedReport, Dtype, FileReport, Format, LoadReport, Pair, Part, SavedReport
from composer.errors import CheckpointError
from composer.export_reports import BundleReport, Checked, ExportReport
from composer.kernel.parameters import open_values
from composer.kernel.verbs import Progress, State, Verb, read
from composer.matching.match import MatchReport
from composer.matching.parts import best_part, common_parts
from composer.matching.rename import Rename
from composer.matching.sides import Side
from composer.reports import ResolvedReport, TensorReport

if TYPE_CHECKING:
    from torch import Tensor

    from composer.engine.checkpoints.opening import Checkpoint

Kind = Literal["package", "program", "onnx"]


def save_state(
    state: State,
    progress: Progress,
    text: str,
    path: str,
    format: Format,
    names: Sequence[str] | None = None,
    dtype: Dtype | None = None,
    buffers: bool = True,
    optimizer: bool = False,
) -> SavedReport:
    """Write the live model's state dict, or what of it `names` say, to a file; with what its optimizer keeps, if asked.

    Raises:
        CheckpointError: where that cannot be, or no optimizer keeps anything for this model as it is now.
    """
    from composer.engine.checkpoints.saving import save
    from composer.engine.optimizing import going_on, optimizer_of

    model, _ = open_values(state, progress, text)
    kept = state.optimizing and going_on(model, state.optimizing.kind, state.optimizing)
    if optimizer and not (kept and kept.steps):
        raise CheckpointError("No optimizer has taken a step on this model as it is now. Take one on Gradients first.")
    own = optimizer_of(model, kept.kind, kept.rate, kept) if optimizer and kept else None
    return save(model, Path(path), format, names, dtype, buffers, own, tell=progress)


def examine(state: State, progress: Progress, path: str) -> FileReport:
    """What a file of tensors holds, with statistics. The live model has no part in it."""
    from composer.engine.checkpoints.opening import measured, open_checkpoint

    with open_checkpoint(Path(path)) as checkpoint:
        return measured(checkpoint, progress)


def load_state(
    state: State,
    progress: Progress,
    text: str,
    path: str,
    part: str,
    pairs: Sequence[Pair],
    zero: Sequence[str] = (),
    slices: bool = False,
    optimizer: str = "",
) -> LoadReport:
    """Load tensors of a file into the live model, all or nothing, as one step that can be undone.

    With the path of an `optimizer` in the file, later steps go on from what that kept.
    """
    from composer.engine.checkpoints.loading import load
    from composer.engine.checkpoints.opening import open_checkpoint
    from composer.engine.checkpoints.optimizers import loaded_optimizing

    model, changes = open_values(state, progress, text)
    assert state.draws is not None
    recall = partial(_initial_values, state, text) if state.initial else None
    with open_checkpoint(Path(path)) as checkpoint:
        kept = loaded_optimizing(model, checkpoint, optimizer) if optimizer else state.optimizing
        report = load(
            model, checkpoint, part, pairs, changes, state.draws, zero=zero, slices=slices, recall=recall,
            count=False, label=f"load {Path(path).name}", tell=progress
        )  # fmt: skip
    state.initial, state.optimizing = False, kept
    _resolved(state, report.resolved)
    return report


def _resolved(state: State, rows: Sequence[ResolvedReport]) -> None:
    """Keep which lazy layers took their sizes now."""
    fresh = {each.path for each in rows}
    state.resolved = (*(each for each in state.resolved if each.path not in fresh), *rows)


def _initial_values(state: State, text: str) -> Mapping[str, Tensor]:
    """The values that a model has which nobody has changed: building its source under its seed gives them again."""
    from composer.codegen.judging import custom_classes
    from composer.engine.build import build
    from composer.engine.held import named_tensors

    return named_tensors(build(state.source, state.class_name, state.seed, custom_classes(read(text))))


def look_state(
    state: State, progress: Progress, text: str, part: Part, renames: Sequence[Rename], slices: bool = False
) -> MatchReport:
    """Which tensors of a part of a file go where in the live model; nothing is changed."""
    from composer.engine.checkpoints.looking import look

    model, _ = open_values(state, progress, text)
    return look(model, part, renames, slices)


def compare_states(state: State, progress: Progress, text: str, left: Side, right: Side) -> ComparedReport:
    """Two files, or the live model and one, by name: what differs, and by how much."""
    from composer.engine.checkpoints import comparing
    from composer.engine.checkpoints.opening import open_checkpoint
    from composer.engine.live import tensors_of

    with ExitStack() as stack:
        files = [stack.enter_context(open_checkpoint(Path(side.path))) if side.path else None for side in (left, right)]
        model = None if all(files) else open_values(state, progress, text)[0]
        own = comparing.saved_tensors(model) if model else {}
        parts = _parts(files, (left, right), tensors_of(model) if model else ())
        found = [
            comparing.stored_tensors(file, part, side.renames) if file else own
            for file, part, side in zip(files, parts, (left, right), strict=True)
        ]
        return ComparedReport(comparing.compare(found[0], found[1], progress), parts)


def _parts(
    files: Sequence[Checkpoint | None], sides: tuple[Side, Side], model: Sequence[TensorReport]
) -> tuple[str, str]:
    """The part of each file that is compared; "" for the live model."""
    first, second = ((file.report.parts if file else ()) for file in files)
    if all(files):
        common = common_parts(first, second, (sides[0].renames, sides[1].renames))
        return (common[0].path, common[1].path) if common else ("", "")
    best = [best_part(parts, model, side.renames) for parts, side in zip((first, second), sides, strict=True)]
    return (best[0].path if best[0] else "", best[1].path if best[1] else "")


def export(state: State, progress: Progress, text: str, kind: Kind, path: str) -> ExportReport:
    """Write the live model as something that runs without us, and run it beside it."""
    from composer.engine.exports import package, program

    writers = {"package": package.write_package, "program": program.write_program, "onnx": program.write_onnx}
    model, _ = open_values(state, progress, text)
    return writers[kind](read(text), model, Path(path), progress)


def bundle(state: State, progress: Progress, text: str, path: str, thumbnail: bytes = b"") -> ExportReport:
    """Write the design and the values of its live model to one file, and open that again."""
    from composer.engine.exports.bundle import write_bundle

    model, _ = open_values(state, progress, text)
    return write_bundle(read(text), model, Path(path), thumbnail, progress)


def unbundle(state: State, progress: Progress, path: str, weights: str) -> BundleReport:
    """What a bundle holds; its weights are written to a file of their own. Nothing of it is run."""
    from composer.engine.exports.unbundle import unbundled

    return unbundled(Path(path), Path(weights))


def restore(state: State, progress: Progress, text: str, path: str, weights: str) -> Checked | None:
    """Load the weights of a bundle into the live model, as one step, and repeat the run that the bundle holds."""
    from composer.engine.exports.unbundle import load_all, rerun

    model, changes = open_values(state, progress, text)
    assert state.draws is not None
    report = load_all(model, Path(weights), changes, state.draws)
    state.initial = False
    _resolved(state, report.resolved if report else ())
    return rerun(model, Path(path))


VERBS: Mapping[str, Verb] = {
    "bundle": bundle,
    "compare_states": compare_states,
    "examine": examine,
    "export": export,
    "load_state": load_state,
    "look_state": look_state,
    "restore": restore,
    "save_state": save_state,
    "unbundle": unbundle,
}
