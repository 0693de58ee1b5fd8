"""What a kernel can be asked about the shelf: tensors that a person made, saved and loaded by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from composer.checkpoint_reports import Format
from composer.kernel.verbs import Progress, State, Verb
from composer.shelf_reports import ShelfReport

if TYPE_CHECKING:
    from composer.engine.shelf import How, Shelf


def shelf(state: State, progress: Progress) -> ShelfReport:
    """What is on the shelf."""
    return _shelf(state).report()


def shelf_make(
    state: State, progress: Progress, name: str, how: How, given: str, dtype: str = "", seed: int = 0
) -> ShelfReport:
    """Put a new tensor on the shelf."""
    _shelf(state).make(name, how, given, dtype, seed)
    return shelf(state, progress)


def shelf_collect(
    state: State, progress: Progress, name: str, sort: Literal["list", "dict"], names: Sequence[str]
) -> ShelfReport:
    """Put a list or dict of tensors that are there on the shelf."""
    _shelf(state).collect(name, sort, names)
    return shelf(state, progress)


def shelf_remove(state: State, progress: Progress, name: str) -> ShelfReport:
    """Take something off the shelf."""
    _shelf(state).remove(name)
    return shelf(state, progress)


def shelf_save(state: State, progress: Progress, name: str, path: str, format: Format) -> ShelfReport:
    """Write something on the shelf to a file."""
    _shelf(state).save(name, Path(path), format)
    return shelf(state, progress)


def shelf_load(state: State, progress: Progress, name: str, path: str) -> ShelfReport:
    """Put what a file holds on the shelf."""
    from composer.engine.checkpoints.opening import open_checkpoint

    with open_checkpoint(Path(path)) as checkpoint:
        _shelf(state).take(name, checkpoint.content(""))
    return shelf(state, progress)


def _shelf(state: State) -> Shelf:
    from composer.engine.shelf import Shelf

    if state.shelf is None:
        state.shelf = Shelf()
    return state.shelf


VERBS: Mapping[str, Verb] = {
    "shelf": shelf,
    "shelf_collect": shelf_collect,
    "shelf_load": shelf_load,
    "shelf_make": shelf_make,
    "shelf_remove": shelf_remove,
    "shelf_save": shelf_save,
}
