"""Tensors of a file into a live model, all or nothing: everything is checked before anything is touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from composer.checkpoint_reports import FileReport, LoadedTensor, LoadReport, Pair, Part
from composer.engine.checkpoints.converting import converts, irregular
from composer.engine.checkpoints.pieces import same
from composer.engine.checkpoints.sizing import Inputs, give_sizes, inputs_for, shapes_after
from composer.engine.held import named_tensors
from composer.engine.lazy import all_or_none
from composer.engine.live import tensors_of
from composer.engine.preview import dtype_name
from composer.engine.values import Changes
from composer.errors import CheckpointError
from composer.matching.dtypes import conversion
from composer.matching.match import sizes
from composer.reports import Progress, TensorReport

Shape = tuple[int, ...]
Tell = Callable[[Progress], None]


class Checkpoint(Protocol):
    """An open file of tensors. Values may lie in the file itself, so they are copied and never changed."""

    @property
    def report(self) -> FileReport: ...

    def tensor(self, part: str, name: str) -> Tensor:
        """The tensor `name` of the part at `part`."""
        ...

    def content(self, part: str) -> Any:
        """All that is at `part`: plain containers, numbers, text and tensors."""
        ...


@dataclass(frozen=True, slots=True)
class _Move:
    """Values of a file, as they go into the tensor of the model at `name`, of this shape and dtype."""

    name: str
    key: str
    value: Tensor
    shape: Shape
    dtype: torch.dtype

    @property
    def whole(self) -> bool:
        return tuple(self.value.shape) == self.shape

    @property
    def note(self) -> str:
        cut = "" if self.whole else f"the first {sizes(tuple(map(min, self.shape, self.value.shape)))} values"
        return "; ".join(filter(None, (cut, conversion(dtype_name(self.value.dtype), dtype_name(self.dtype)))))

    def values(self, tensor: Tensor) -> Tensor:
        """What `tensor` is to hold, which has the values of before."""
        if self.whole:
            return self.value
        room = tuple(slice(min(here, there)) for here, there in zip(self.shape, self.value.shape, strict=True))
        values = tensor.detach().clone()
        values[room] = self.value[room].to(values.dtype)
        return values


def load(
    model: nn.Module,
    checkpoint: Checkpoint,
    part: str,
    pairs: Sequence[Pair],
    changes: Changes,
    draws: Tensor,
    *,
    zero: Sequence[str] = (),
    slices: bool = False,
    tell: Tell = lambda event: None,
) -> LoadReport:
    """Copy tensors of a file into `model`, as one step of `changes`, and set those named in `zero` to zero.

    What is in neither keeps its values. Values are those that torch's `load_state_dict` gives; gradients, ties, hooks
    and what is trained stay. Lazy layers first take the sizes that their weights have in the file; whatever of such a
    layer is not loaded is drawn from the random state `draws`, as in a dry run, and a step back leaves it sized.
    `slices`: a tensor of other sizes gives the values that both have room for, from the first on.

    Raises:
        CheckpointError: where something cannot be loaded. The model is then what it was, to the bit.
    """
    rows = {row.name: row for row in tensors_of(model) if row.saved}
    source = _checked_names(checkpoint, part, pairs, zero, rows)
    given = _shapes(source, pairs)
    inputs = inputs_for(model, given)
    wanted = {name: row.shape for name, row in rows.items() if row.shape is not None} | shapes_after(model, inputs)
    _check_shapes(given, zero, wanted, slices)
    tensors = named_tensors(model)
    moves = [
        _Move(each.name, each.key, _value(checkpoint, part, each), wanted[each.name], tensors[each.name].dtype)
        for each in pairs
    ]
    loaded = _check_values(moves, rows, source, tell)
    resolved, undoable = _apply(model, moves, zero, inputs, changes, draws, f"load {part or 'a file'}")
    touched = {rows[name].owner or name for name in (*given, *zero)}
    kept = tuple(name for name, row in rows.items() if (row.owner or name) not in touched)
    return LoadReport(tuple(loaded), tuple(zero), kept, resolved, undoable)


def _checked_names(
    checkpoint: Checkpoint, path: str, pairs: Sequence[Pair], zero: Sequence[str], rows: Mapping[str, TensorReport]
) -> Part:
    """The part at `path`, after a look at the names."""
    part = checkpoint.report.part(path)
    if part is None:
        there = ", ".join(repr(each.path) for each in checkpoint.report.parts[:5]) or "none"
        raise CheckpointError(f"The file has no tensors at {path!r}; it has them at {there}."[:300])
    keys = {each.name for each in part.tensors}
    seen: set[str] = set()
    for name, key in (*((each.name, each.key) for each in pairs), *((name, "") for name in zero)):
        if name not in rows:
            raise CheckpointError(f"The model saves no parameter or buffer {name!r}: choose a name that it has."[:300])
        if key and key not in keys:
            raise CheckpointError(f"{name}: the file has no {key!r} to load: choose one of its keys."[:300])
        owner = rows[name].owner or name
        if name in seen or (not key and owner in seen):
            raise CheckpointError(f"{name} is to get its values twice: leave all but one out."[:300])
        seen |= {name, owner} if key else {owner}
    return part


def _shapes(part: Part, pairs: Sequence[Pair]) -> dict[str, Shape]:
    """The shapes that the tensors of the file have, by the names in the model that they go to."""
    stored = {each.name: each.shape for each in part.tensors}
    return {each.name: stored[each.key][::-1] if each.transpose else stored[each.key] for each in pairs}


def _value(checkpoint: Checkpoint, part: str, pair: Pair) -> Tensor:
    value = checkpoint.tensor(part, pair.key).detach()
    return value.t() if pair.transpose else value


def _check_shapes(given: Mapping[str, Shape], zero: Sequence[str], wanted: Mapping[str, Shape], slices: bool) -> None:
    for name in zero:
        if name not in wanted:
            raise CheckpointError(f"{name} has no size yet, so it cannot be set to zero: give it one by a dry run.")
    for name, shape in given.items():
        fits = shape == wanted[name] or (slices and len(shape) == len(wanted[name]))
        if not fits:
            same_rank = len(shape) == len(wanted[name])
            advice = "load slices of it, or leave it out" if same_rank else "leave it out"
            raise CheckpointError(
                f"{name}: expects {sizes(wanted[name])}, the file has {sizes(shape)}. Choose another key, {advice}."
            )


def _check_values(
    moves: Sequence[_Move], rows: Mapping[str, TensorReport], part: Part, tell: Tell
) -> list[LoadedTensor]:
    """A row for each tensor to load, after a look at its values."""
    first: dict[str, _Move] = {}
    same_key = {each.name: each.of or each.name for each in part.tensors}
    loaded = []
    for done, move in enumerate(moves, 1):
        converts(move.name, move.value, move.dtype)
        other = first.setdefault(rows[move.name].owner or move.name, move)
        if same_key[other.key] != same_key[move.key] and not same(other.value, move.value):
            raise CheckpointError(
                f"{other.name} and {move.name} are one parameter here, and {other.key} and {move.key} of the file "
                "differ. Load only one of them, or untie them first."
            )
        loaded.append(LoadedTensor(move.name, move.key, move.note, *irregular(move.value)))
        tell(Progress(move.name, done, len(moves)))
    return loaded


def _apply(
    model: nn.Module, moves: Sequence[_Move], zero: Sequence[str], inputs: Inputs, changes: Changes, draws: Tensor,
    label: str,
) -> tuple[tuple[Any, ...], bool]:  # fmt: skip
    """Change the model; whether that can be undone is the second value."""
    with all_or_none(model):
        resolved = give_sizes(model, inputs, draws)
        tensors = named_tensors(model)
        once = {id(tensors[each.name]): each for each in reversed(moves)}
        values = {each.name: each.values(tensors[each.name]) for each in reversed(once.values())}
        values |= {name: torch.zeros_like(tensors[name]) for name in zero}
        changes.replace(model, values, label)
    return resolved, not values or changes.undo_name == label
