"""Two sets of tensors by name, compared: two checkpoints, or the live model and one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from composer.checkpoint_reports import DiffReport, DiffRow, DiffState
from composer.engine.checkpoints.differing import difference
from composer.engine.checkpoints.loading import Checkpoint
from composer.engine.preview import dtype_name
from composer.errors import CheckpointError
from composer.matching.rename import Rename, rename
from composer.reports import Progress

_ORDER: Mapping[DiffState, int] = {"shape differs": 0, "only left": 1, "only right": 2, "differs": 3, "equal": 4}


def saved_tensors(model: nn.Module) -> dict[str, Tensor]:
    """One side: what `model` saves, by each of its names."""
    return dict(model.state_dict(keep_vars=True))


def stored_tensors(checkpoint: Checkpoint, path: str, renames: Sequence[Rename] = ()) -> dict[str, Tensor]:
    """One side: the tensors of a part of a file, by the names that rules give their keys.

    Raises:
        CheckpointError: where there is no such part, or two keys get one name.
    """
    part = checkpoint.report.part(path)
    if part is None:
        raise CheckpointError(f"The file has no tensors at {path!r}: choose one of its parts."[:300])
    names = rename((each.name for each in part.tensors), renames).names
    found: dict[str, Tensor] = {}
    for key, (name, transpose) in ((key, (each.name, each.transpose)) for key, each in names.items()):
        if name in found:
            raise CheckpointError(f"Two keys of the file are renamed to {name}: change the rules."[:300])
        tensor = checkpoint.tensor(path, key)
        found[name] = tensor.t() if transpose and tensor.dim() == 2 else tensor
    return found


def compare(
    left: Mapping[str, Tensor], right: Mapping[str, Tensor], tell: Callable[[Progress], None] = lambda event: None
) -> DiffReport:
    """A row for each name of either side: see `DiffReport` for their order. Neither side is changed."""
    names = [*left, *(name for name in right if name not in left)]
    rows = []
    for done, name in enumerate(names, 1):
        rows.append(_row(name, left.get(name), right.get(name)))
        tell(Progress(name, done, len(names)))
    return DiffReport(tuple(sorted(rows, key=_rank)))


def _row(name: str, left: Tensor | None, right: Tensor | None) -> DiffRow:
    facts = (_shape(left), _shape(right), _dtype(left), _dtype(right))
    if left is None or right is None:
        return DiffRow(name, "only right" if left is None else "only left", *facts)
    if is_lazy(left) or is_lazy(right):
        both = is_lazy(left) and is_lazy(right)
        return DiffRow(name, "equal" if both else "shape differs", *facts)
    if left.shape != right.shape:
        return DiffRow(name, "shape differs", *facts)
    found = difference(left.cpu(), right.cpu())
    return DiffRow(name, "differs" if found else "equal", *facts, found)


def _shape(tensor: Tensor | None) -> tuple[int, ...] | None:
    return None if tensor is None or is_lazy(tensor) else tuple(tensor.shape)


def _dtype(tensor: Tensor | None) -> str:
    return "" if tensor is None else dtype_name(tensor.dtype)


def _rank(row: DiffRow) -> tuple[int, float]:
    found = row.difference
    return _ORDER[row.state], -(math.inf if found and found.nan else found.relative if found else 0)
