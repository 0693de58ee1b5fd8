"""What a kernel can be asked about files of tensors: to save, look into, load, compare and export them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

from composer.checkpoint_reports import ComparedReport, Dtype, FileReport, Format, LoadReport, Pair, SavedReport
from composer.export_reports import BundleReport, Checked, ExportReport
from composer.kernel.parameters import open_values
from composer.kernel.verbs import Progress, State, Verb, read
from composer.matching.sides import Side

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
) -> SavedReport:
    """Write the live model's state dict, or what of it `names` say, to a file."""
    from composer.engine.checkpoints.saving import save

    model, _ = open_values(state, progress, text)
    return save(model, Path(path), format, names, dtype, buffers, tell=progress)


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
) -> LoadReport:
    """Load tensors of a file into the live model, all or nothing, as one step that can be undone."""
    from composer.engine.checkpoints.loading import load
    from composer.engine.checkpoints.opening import open_checkpoint

    model, changes = open_values(state, progress, text)
    assert state.draws is not None
    with open_checkpoint(Path(path)) as checkpoint:
        report = load(
            model, checkpoint, part, pairs, changes, state.draws, zero=zero, slices=slices, tell=progress
        )  # fmt: skip
    state.initial = False
    fresh = {each.path for each in report.resolved}
    state.resolved = (*(each for each in state.resolved if each.path not in fresh), *report.resolved)
    return report


def compare_states(state: State, progress: Progress, text: str, left: Side, right: Side) -> ComparedReport:
    """Two files, or the live model and one, by name: what differs, and by how much."""
    from composer.engine.checkpoints import comparing
    from composer.engine.checkpoints.opening import open_checkpoint

    model = None if left.path and right.path else open_values(state, progress, text)[0]
    with ExitStack() as stack:
        files = [stack.enter_context(open_checkpoint(Path(side.path))) if side.path else None for side in (left, right)]
        names = comparing.saved_tensors(model) if model else {}
        found, parts = [], []
        for side, file in zip((left, right), files, strict=True):
            part = comparing.likely_part(file, side.renames, names) if file else ""
            found.append(comparing.stored_tensors(file, part, side.renames) if file else names)
            parts.append(part)
            names = names or found[-1]
        return ComparedReport(comparing.compare(found[0], found[1], progress), (parts[0], parts[1]))


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
    load_all(model, Path(weights), changes, state.draws)
    state.initial = False
    return rerun(model, Path(path))


VERBS: Mapping[str, Verb] = {
    "bundle": bundle,
    "compare_states": compare_states,
    "examine": examine,
    "export": export,
    "load_state": load_state,
    "restore": restore,
    "save_state": save_state,
    "unbundle": unbundle,
}
