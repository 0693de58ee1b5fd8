"""Report rows about files of tensors: state dicts, checkpoints. Frozen, plain Python; nothing here knows torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from composer.reports import ResolvedReport
from composer.tensor_reports import Statistics

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


@dataclass(frozen=True, slots=True)
class Pair:
    """What to load: the key of a file goes to a name of the model. `transpose`: its two dimensions exchanged."""

    name: str
    key: str
    transpose: bool = False


@dataclass(frozen=True, slots=True)
class LoadedTensor:
    """Values that were loaded: into `name`, from `key`. `note` says what became of them on the way ("" for nothing).

    `nan` and `inf` count those of the file that are not a number, or infinite.
    """

    name: str
    key: str
    note: str = ""
    nan: int = 0
    inf: int = 0


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
