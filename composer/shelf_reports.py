"""Report rows about the shelf: tensors that a person made by hand. Frozen, plain Python; nothing here knows torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sort = Literal["tensor", "list", "dict"]


@dataclass(frozen=True, slots=True)
class Shelved:
    """One tensor of something on the shelf. `key` is its place there: "" for a tensor alone, "0", or a name.

    `text` are its values as torch prints them, shortened.
    """

    key: str
    shape: tuple[int, ...]
    dtype: str
    text: str


@dataclass(frozen=True, slots=True)
class ShelfItem:
    """Something on the shelf, by the name that a person gave it."""

    name: str
    sort: Sort
    tensors: tuple[Shelved, ...]
    nbytes: int


@dataclass(frozen=True, slots=True)
class ShelfReport:
    """All that is on the shelf, what came last at the end."""

    items: tuple[ShelfItem, ...]
