"""Which key of a file belongs to which name of a model, and what would come of loading it: look before you load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from composer.checkpoint_reports import Pair, Part, StoredTensor
from composer.matching.dtypes import conversion, refused
from composer.matching.rename import Rename, Renamed, rename
from composer.reports import TensorReport

State = Literal["matched", "missing", "unexpected", "shape differs", "dtype differs", "tied", "ambiguous"]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A name of the model and the key of the file that goes there; `name` or `key` is "" where there is none.

    `state`: `tied` is a further name of a parameter that has a row of its own, and `ambiguous` one of several keys that
    the rules give one name. `shape` and `dtype` are the model's (`shape` None while a lazy layer has no size),
    `key_shape` and `key_dtype` the file's, as it has them, to be transposed where `transpose` says so.
    `loads`: it can be loaded. `note` says what happens then, and `reason` why it cannot.
    """

    state: State
    name: str = ""
    key: str = ""
    shape: Shape | None = None
    dtype: str = ""
    key_shape: Shape | None = None
    key_dtype: str = ""
    transpose: bool = False
    loads: bool = False
    note: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MatchReport:
    """A row for each name of the model in its order, then for each key of the file that has no place there.

    `problems` says what is wrong with a rename rule, by its number from 0.
    """

    rows: tuple[MatchRow, ...]
    problems: Mapping[int, str] = field(default_factory=dict)

    def counts(self) -> dict[State, int]:
        """How many rows there are of each state that occurs."""
        return dict(Counter(row.state for row in self.rows))

    @property
    def complete(self) -> bool:
        """Whether every name of the model gets its values, and every key of the file has a place."""
        return not self.problems and not any(row.reason for row in self.rows)

    def pairs(self, names: Collection[str] | None = None) -> tuple[Pair, ...]:
        """What to load: all that can be, or of it only what is at `names`."""
        return tuple(
            Pair(row.name, row.key, row.transpose)
            for row in self.rows
            if row.loads and (names is None or row.name in names)
        )


def match(
    model: Sequence[TensorReport], part: Part, renames: Sequence[Rename] = (), slices: bool = False
) -> MatchReport:
    """How the tensors of `part` find their places in a model.

    What the model does not save is no key. A parameter of several names takes its values from any of them. `slices`:
    a tensor of as many dimensions but other sizes gives the values that both have room for, from the first on.
    """
    renamed = rename((each.name for each in part.tensors), renames)
    found: dict[str, list[StoredTensor]] = {}
    for stored in part.tensors:
        found.setdefault(renamed.names[stored.name].name, []).append(stored)
    saved = [each for each in model if each.saved]
    held = {each.owner or each.name for each in saved if each.name in found}
    rows = []
    for tensor in saved:
        keys = found.get(tensor.name, [])
        if len(keys) > 1:
            rows += [_ambiguous(each, tensor.name, tensor) for each in keys]
        elif keys:
            rows.append(_together(tensor, keys[0], renamed.names[keys[0].name], slices))
        else:
            rows.append(_missing(tensor, held))
    rows += _unexpected(found, {each.name: each for each in model})
    return MatchReport(tuple(_sized(rows)), renamed.problems)


def _together(tensor: TensorReport, stored: StoredTensor, renamed: Renamed, slices: bool) -> MatchRow:
    transpose = renamed.transpose and len(stored.shape) == 2
    shape = stored.shape[::-1] if transpose else stored.shape
    row = MatchRow(
        "tied" if tensor.owner else "matched", tensor.name, stored.name, tensor.shape, tensor.dtype,
        stored.shape, stored.dtype, transpose, loads=True,
    )  # fmt: skip
    notes = [f"the same parameter as {tensor.owner}: the file has to agree" if tensor.owner else ""]
    if tensor.shape is None:
        notes.append("gives the lazy layer its size")
    elif shape != tensor.shape:
        reason = _does_not_fit(shape, tensor.shape, slices)
        row = replace(row, state="shape differs", loads=not reason, reason=reason)
        notes.append("" if reason else _cut(shape, tensor.shape))
    if stored.dtype != tensor.dtype:
        never = refused(stored.dtype, tensor.dtype)
        state: State = "dtype differs" if row.state in ("matched", "tied") else row.state
        row = replace(row, state=state, loads=row.loads and not never, reason=row.reason or never)
        notes.append("" if never else conversion(stored.dtype, tensor.dtype))
    if transpose:
        notes.append("transposed")
    if stored.of and not tensor.owner:
        notes.append(f"the same values as {stored.of} of the file")
    return replace(row, note="; ".join(filter(None, notes)))


def _does_not_fit(found: Shape, wanted: Shape, slices: bool) -> str:
    """Why values of one shape do not go into a tensor of another."""
    if slices and len(found) == len(wanted):
        return ""
    text = f"expects {sizes(wanted)}, the file has {sizes(found)}"
    if len(found) == 2 and found[::-1] == wanted:
        return f"{text}: transposed it would fit"
    if len(found) == len(wanted):
        return f"{text}: only slices of it would fit"
    return text


def _cut(found: Shape, wanted: Shape) -> str:
    """What part of the values goes where: "cut to the first 100 rows", "fills the first 8 of 10 columns"."""
    done = []
    for dim, (has, room) in enumerate(zip(found, wanted, strict=True)):
        what = ("rows", "columns")[dim] if len(wanted) == 2 else "values" if len(wanted) == 1 else f"along dim {dim}"
        if has > room:
            done.append(f"cut to the first {room:,} {what}")
        elif has < room:
            done.append(f"fills the first {has:,} of {room:,} {what}")
    return ", ".join(done)


def sizes(shape: Shape) -> str:
    """A shape for people: `4×8`; `scalar` for none."""
    return "×".join(map(str, shape)) if shape else "scalar"


def _missing(tensor: TensorReport, held: Collection[str]) -> MatchRow:
    """A name of the model that is no key of the file; `held` are the first names of the parameters that are."""
    owner = tensor.owner or tensor.name
    row = MatchRow("tied" if owner in held else "missing", tensor.name, shape=tensor.shape, dtype=tensor.dtype)
    if owner in held:
        return replace(row, note="comes with another name of the same parameter")
    if tensor.name.rpartition(".")[2] == "num_batches_tracked":
        return replace(row, note="harmless: the layer goes on counting its batches from where it is")
    same = f": neither it nor {tensor.owner}, which is the same parameter" if tensor.owner else ""
    return replace(row, reason=f"the file does not have it{same}")


def _ambiguous(stored: StoredTensor, name: str, tensor: TensorReport | None) -> MatchRow:
    reason = f"another key of the file is renamed to {name}, too"
    shape, dtype = (tensor.shape, tensor.dtype) if tensor else (None, "")
    there = tensor.name if tensor else ""
    return MatchRow("ambiguous", there, stored.name, shape, dtype, stored.shape, stored.dtype, reason=reason)


def _unexpected(found: Mapping[str, Sequence[StoredTensor]], model: Mapping[str, TensorReport]) -> list[MatchRow]:
    rows = []
    for name, keys in found.items():
        tensor = model.get(name)
        if tensor and tensor.saved:
            continue
        if len(keys) > 1:
            rows += [_ambiguous(each, name, None) for each in keys]
            continue
        each = keys[0]
        reason = f"{name} is a constant, which the design says" if tensor else f"the model has no {name}"
        rows.append(MatchRow("unexpected", key=each.name, key_shape=each.shape, key_dtype=each.dtype, reason=reason))
    return rows


def _sized(rows: Sequence[MatchRow]) -> list[MatchRow]:
    """The rows, where those of a lazy layer load only with the tensor that gives it its size."""
    lazy: dict[str, list[MatchRow]] = {}
    for row in rows:
        if row.name and row.shape is None:
            lazy.setdefault(row.name.rpartition(".")[0], []).append(row)
    sizing = {path: sizing_name([row.name for row in group]) for path, group in lazy.items()}
    there = {row.name for group in lazy.values() for row in group if row.loads}
    done = []
    for row in rows:
        needed = sizing.get(row.name.rpartition(".")[0], "") if row.loads and row.shape is None else ""
        if needed and needed not in there:
            reason = f"its layer has no size without {needed}, which is not loaded"
            row = replace(row, loads=False, note="", reason=reason)
        done.append(row)
    return done


def sizing_name(names: Collection[str]) -> str:
    """Which of the uninitialized tensors of a lazy layer gives it its size: its weight, or a running mean."""
    for last in ("weight", "running_mean"):
        for name in names:
            if name.rpartition(".")[2] == last:
                return name
    return next(iter(names), "")
