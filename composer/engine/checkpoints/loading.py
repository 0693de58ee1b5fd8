"""Tensors of a file into a live model, all or nothing: everything is checked before anything is touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
from composer.engine.values import Changes, Recall
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
    """Values of a file that go into the tensor of the model at `name`, of this shape and dtype."""

    name: str
    key: str
    value: Tensor
    shape: Shape
    dtype: torch.dtype

    @property
    def note(self) -> str:
        whole = tuple(self.value.shape) == self.shape
        cut = "" if whole else f"the first {sizes(tuple(map(min, self.shape, self.value.shape)))} values"
        return "; ".join(filter(None, (cut, conversion(dtype_name(self.value.dtype), dtype_name(self.dtype)))))


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
    recall: Recall | None = None,
    count: bool = True,
    label: str = "load a file",
    tell: Tell = lambda event: None,
) -> LoadReport:
    """Copy tensors of a file into `model`, as one step of `changes`, and set those named in `zero` to zero.

    What is in neither keeps its values. Values are those that torch's `load_state_dict` gives; gradients, ties, hooks
    and what is trained stay. Lazy layers first take the sizes that their weights have in the file; whatever of such a
    layer is not loaded is drawn from the random state `draws`, as in a dry run, and a step back leaves it sized.
    `slices`: a tensor of other sizes gives the values that both have room for, from the first on. `recall` gives the
    values of now again, by name, such as those of a model that has only initial values: none are kept then, unless
    lazy layers take their sizes. `count` what is not finite, which takes half the time of the copy: not needed where
    statistics of the file are known. `label` names the step.

    Raises:
        CheckpointError: where something cannot be loaded. The model is then what it was, to the bit.
    """
    plan = _plan(model, checkpoint, part, pairs, zero, slices)
    copier = _Copier(tell, [*plan.once, *zero], count)
    with all_or_none(model):
        resolved = give_sizes(model, plan.inputs, draws)
        tensors = named_tensors(model)
        values = {name: each.value for name, each in plan.once.items()}
        values |= {name: torch.zeros((), dtype=tensors[name].dtype).expand(tensors[name].shape) for name in zero}
        if values:
            changes.replace(model, values, label, copier.copy, None if resolved else recall)
    found = dict(zip((_owner(plan.rows, name) for name in values), copier.found, strict=True))
    loaded = tuple(
        LoadedTensor(each.name, each.key, each.note, *found[_owner(plan.rows, each.name)]) for each in plan.moves
    )
    kept = tuple(name for name in plan.rows if _owner(plan.rows, name) not in found)
    return LoadReport(loaded, tuple(zero), kept, resolved, not values or changes.undo_name == label)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a load does to the tensors that are saved, of which `rows` has a row each, by name.

    `once` has one of the `moves` for each parameter, by its name; `inputs` are those that give lazy layers their sizes.
    """

    rows: Mapping[str, TensorReport]
    moves: Sequence[_Move]
    once: Mapping[str, _Move]
    inputs: Inputs


def _plan(
    model: nn.Module, checkpoint: Checkpoint, path: str, pairs: Sequence[Pair], zero: Sequence[str], slices: bool
) -> _Plan:
    """The plan of a load, all of it checked."""
    rows = {row.name: row for row in tensors_of(model) if row.saved}
    part = _checked_names(checkpoint, path, pairs, zero, rows)
    given = _shapes(part, pairs)
    inputs = inputs_for(model, given)
    wanted = {name: row.shape for name, row in rows.items() if row.shape is not None} | shapes_after(model, inputs)
    _check_shapes(given, zero, wanted, slices)
    tensors = named_tensors(model)
    moves = [
        _Move(each.name, each.key, _value(checkpoint, path, each), wanted[each.name], tensors[each.name].dtype)
        for each in pairs
    ]
    return _Plan(rows, moves, _check_values(moves, rows, part), inputs)


def _owner(rows: Mapping[str, TensorReport], name: str) -> str:
    """The first name of the parameter or buffer that is at `name`, too."""
    return rows[name].owner or name


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
        owner = _owner(rows, name)
        if name in seen or (not key and owner in seen):
            raise CheckpointError(f"{name} is to get its values twice: leave all but one out."[:300])
        seen |= {name, owner} if key else {owner}
    return part


def _shapes(part: Part, pairs: Sequence[Pair]) -> dict[str, Shape]:
    """The shapes that the tensors of the file have, by the names in the model that they go to."""
    stored = {each.name: each.shape for each in part.tensors}
    for pair in pairs:
        if pair.transpose and len(stored[pair.key]) != 2:
            raise CheckpointError(
                f"{pair.key} of the file has {len(stored[pair.key])} dimensions, and only a matrix can be transposed. "
                "Load it as it is."
            )
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


def _check_values(moves: Sequence[_Move], rows: Mapping[str, TensorReport], part: Part) -> dict[str, _Move]:
    """What to do, after a look at the values: one move for each parameter, whatever names it has, by its name."""
    first: dict[str, _Move] = {}
    same_key = {each.name: each.of or each.name for each in part.tensors}
    for move in moves:
        converts(move.name, move.value, move.dtype)
        other = first.setdefault(_owner(rows, move.name), move)
        if same_key[other.key] != same_key[move.key] and not same(other.value, move.value):
            raise CheckpointError(
                f"{other.name} and {move.name} are one parameter here, and {other.key} and {move.key} of the file "
                "differ. Load only one of them, or untie them first."[:300]
            )
    return {each.name: each for each in first.values()}


@dataclass(slots=True)
class _Copier:
    """Copies the values for `names`, one after the other, and counts those that are not finite."""

    tell: Tell
    names: Sequence[str]
    count: bool
    found: list[tuple[int | None, int | None]] = field(default_factory=list)

    def copy(self, tensor: Tensor, value: Tensor) -> None:
        """Give `tensor` the values that it has room for, from the first on."""
        if tensor.shape != value.shape:
            room = tuple(slice(min(sizes)) for sizes in zip(tensor.shape, value.shape, strict=True))
            tensor, value = tensor[room], value[room]
        self.tell(Progress(self.names[len(self.found)], len(self.found) + 1, len(self.names)))
        self.found.append(irregular(value) if self.count else (None, None))
        tensor.copy_(value)
