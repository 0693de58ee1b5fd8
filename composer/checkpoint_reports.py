"""Report rows about files of tensors: state dicts, checkpoints. Frozen, plain Python; nothing here knows torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from composer.reports import ResolvedReport
from composer.tensor_reports import Histogram, Number, Statistics

Format = Literal["safetensors", "pt"]
Sort = Literal["state dict", "optimizer", "tensors"]


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor in a file, by its name in the part that it belongs to.

    `of` names an earlier tensor of the part with which it shares all of its values ("" for none): the two are tied.
    `statistics` are None where its values were not looked at.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    nbytes: int
    of: str = ""
    statistics: Statistics | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Tensors of a file that belong together. `path` leads to them: keys joined by dots, "" for the whole file."""

    path: str
    sort: Sort
    tensors: tuple[StoredTensor, ...]


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a file of tensors holds. `values` are what else is in it, such as an epoch, as text by path."""

    format: Format
    nbytes: int
    parts: tuple[Part, ...]
    values: tuple[tuple[str, str], ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    def part(self, path: str) -> Part | None:
        """The part at `path`."""
        return next((each for each in self.parts if each.path == path), None)


Dtype = Literal["float32", "bfloat16", "float16"]
"""What floating-point tensors can be written as."""


@dataclass(frozen=True, slots=True)
class Written:
    """An event: so many bytes of `total` are in the file, those of the tensor `name` being the last."""

    name: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class SavedReport:
    """What went into a file. Tied names count as one tensor; `aliases` are the further names.

    With a `dtype`, all `cast` floating-point tensors, which have `values` values, are of it; other tensors are as they
    were. `rounded` of the values are not what they were, and `overflowed` became infinite, by the tensor's name.
    """

    path: str
    format: Format
    nbytes: int
    tensors: int
    aliases: int = 0
    optimizer: bool = False
    dtype: Dtype | None = None
    cast: int = 0
    values: int = 0
    rounded: int = 0
    overflowed: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join([f"{self.tensors:,} tensors in {self.nbytes:,} bytes.", *self._of_dtype()])

    def _of_dtype(self) -> Iterator[str]:
        if not self.dtype:
            return
        yield f"{self.cast:,} of {self.tensors:,} tensors as {self.dtype}:"
        exact = not self.rounded and not self.overflowed
        yield "every value is exact." if exact else f"{self.rounded:,} of {self.values:,} values were rounded."
        if self.overflowed:
            yield f"{sum(self.overflowed.values()):,} became infinite, the first in {next(iter(self.overflowed))}."


@dataclass(frozen=True, slots=True)
class Pair:
    """What to load: the key of a file goes to a name of the model. `transpose`: its two dimensions exchanged."""

    name: str
    key: str
    transpose: bool = False


@dataclass(frozen=True, slots=True)
class LoadedTensor:
    """Values that were loaded: into `name`, from `key`. `note` says what became of them on the way ("" for nothing).

    `nan` and `inf` count those of the file that are not a number, or infinite; None where they were not counted.
    """

    name: str
    key: str
    note: str = ""
    nan: int | None = None
    inf: int | None = None


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did. `zeroed` were set to zero, and `kept` are the other saved names, whose values it left alone.

    `resolved` are the lazy layers that took their sizes from the file. `undoable`: one step back undoes it.
    """

    loaded: tuple[LoadedTensor, ...]
    zeroed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    resolved: tuple[ResolvedReport, ...] = ()
    undoable: bool = True


DiffState = Literal["only left", "only right", "shape differs", "differs", "equal"]


@dataclass(frozen=True, slots=True)
class Difference:
    """How the values of two tensors of one shape differ, where both are numbers.

    `values` of them do, by `largest` at most, which is at the index `where`; `relative` is the norm of all differences
    divided by that of the right side, and `largest_relative` the largest |left − right| / |right|. What is not a number
    on one side differs, and `nan` counts it, but nothing else does; on both sides it is equal, which `both_nan` counts.
    `left` and `right` are the values of each side in bins with the same edges; None where there is nothing to show.
    """

    values: int
    largest: Number
    where: tuple[int, ...]
    relative: float
    largest_relative: float
    nan: int = 0
    both_nan: int = 0
    left: Histogram | None = None
    right: Histogram | None = None


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A name on two sides. A shape is None where the side does not have it, or has it without a size yet."""

    name: str
    state: DiffState
    left_shape: tuple[int, ...] | None = None
    right_shape: tuple[int, ...] | None = None
    left_dtype: str = ""
    right_dtype: str = ""
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class DiffReport:
    """A row for each name: first what only one side has or is of another shape, then what differs most, then equals."""

    rows: tuple[DiffRow, ...]

    def counts(self) -> dict[DiffState, int]:
        """How many rows there are of each state that occurs."""
        return dict(Counter(row.state for row in self.rows))


@dataclass(frozen=True, slots=True)
class ComparedReport:
    """What came of comparing two sides, and which parts of their files were compared ("" for the whole of one)."""

    diff: DiffReport
    parts: tuple[str, str]
