"""Parts of a design on their way to another, with their weights; or shared with a second head in the same one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from composer.checkpoint_reports import LoadReport, Pair
from composer.design.document import Design, Input
from composer.design.edits.trees import chain
from composer.design.nodes import Node, Sequential
from composer.design.reuse import Reused, reused, shared
from composer.errors import CheckpointError, ComposerError
from composer.reports import ShapesReport, TensorType
from composer.ui import consent, handler, models, state, tasks
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.tasks import Asking

REUSING = "reusing"
NEW = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of it: the design that has the parts now, and what of their weights was loaded there."""

    id: str
    name: str
    moved: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    loaded: int = 0
    kept: tuple[str, ...] = ()


def share(document: Document, count: int, head: Sequence[Node]) -> None:
    """Give the design a second way, through the same first layers, to another head."""
    try:
        result = shared(document.design, count, head)
    except ComposerError as error:
        state.notify(str(error))
        return
    label = _("share {count} layers with a second head").format(count=count)
    if handler.replace(document, result.design, label).changed:
        text = _("The design has a second output, of {head}, behind the same {count} layers. Undo takes it back.")
        state.notify(text.format(head=", ".join(result.head) or _("no head"), count=count))


def copy(
    document: Document, report: ShapesReport, paths: Sequence[str], target: str, head: Sequence[Node], frozen: bool
) -> None:
    """Take parts, and then their weights, to the design `target`; to a new one where that is `NEW`."""
    try:
        other = state.documents().open(target) if target else None
        if other and not consent.allowed(other.design):
            state.notify(_("{name} has code that has not run yet: open it, and say there that it may.").format(
                name=other.design.name
            ))  # fmt: skip
            return
        into = other.design if other else _empty(document.design, report, paths)
        result = reused(document.design, paths, into, head, frozen)
    except ComposerError as error:
        state.notify(str(error))
        return
    documents = state.documents()
    path = documents.workspace.checkpoints.outgoing(".safetensors")
    text, label = document.text, _("reuse parts of {name}").format(name=document.design.name)

    def work(ask: Asking) -> Moved:
        try:
            pairs = _save(ask, document.id, text, path, result)
            if other:
                handler.replace(other, result.design, label)
            return _load(ask, other or documents.create(result.design), path, result, pairs)
        finally:
            path.unlink(missing_ok=True)

    tasks.start(document, REUSING, work, patience=2)


def _empty(source: Design, report: ShapesReport, paths: Sequence[str]) -> Design:
    """A design without layers, whose input is what comes into the first of the parts."""
    inputs = source.inputs
    step = next((step for path, step in report.steps.items() if path in paths), None)
    given = step.inputs[0] if step and step.inputs else None
    if chain(source.root)[0].id not in paths and isinstance(given, TensorType):
        inputs = (Input(name="x", shape=tuple(given.dims), dtype=given.dtype),)
    name = _("{name} reused").format(name=source.name[:100])
    return Design(name=name, inputs=inputs, root=Sequential(), seed=source.seed)


def _save(ask: Asking, id: str, text: str, path: Path, result: Reused) -> list[Pair]:
    """Write the values of the parts to a file that both kernels can read; where each of them goes."""
    held = ask(models.pool(), id, "held", text=text)
    pairs = [
        Pair(f"{new}{row.name[len(old) :]}", row.name)
        for old, new in result.moved.items()
        for row in held.rows
        if row.tensor.saved and row.tensor.shape is not None and (row.name == old or row.name.startswith(f"{old}."))
    ]
    if pairs:
        names = [pair.key for pair in pairs]
        ask(models.pool(), id, "save_state", text=text, path=str(path), format="safetensors", names=names)
    return pairs


def _load(ask: Asking, other: Document, path: Path, result: Reused, pairs: Sequence[Pair]) -> Moved:
    done = Moved(other.id, other.design.name, tuple(result.moved.items()), result.head)
    if not pairs:
        return done
    try:
        report: LoadReport = ask(
            models.pool(), other.id, "load_state", text=other.text, path=str(path), part="", pairs=tuple(pairs)
        )
    except ComposerError as error:
        raise CheckpointError(
            _("The design {name} has the parts, but not their weights: {why}").format(name=other.design.name, why=error)
        ) from error
    return Moved(done.id, done.name, done.moved, done.head, len(report.loaded), report.kept)
