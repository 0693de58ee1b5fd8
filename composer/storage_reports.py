"""Report rows of what it means where a chain keeps its layers. Frozen, plain Python; nothing here knows torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Storage = Literal["modules", "list", "module_list"]
"""In the module's own `_modules`, in a plain list of Python, or in a `ModuleList`."""


@dataclass(frozen=True, slots=True)
class StorageRow:
    """A module that calls the layers of a chain one after the other and keeps them in `storage`.

    `text` is how it prints, `code` its class. `parameters` is how many numbers it knows as its own, and `keys` are the
    names in its state dict. `optimizer` is what an optimizer says of its parameters ("" where it takes them).

    Counted are the layers that `apply` visits and that `eval()` brings into evaluation mode, and the parameters of
    the layers that `double()` makes float64 and that have a gradient after backward.

    `load` is what loading its own state dict into one with other values answers; `restored`: the two then compute
    the same. `same_output`: it computes what the chain computes.
    """

    storage: Storage
    text: str
    code: str
    same_output: bool
    parameters: int
    keys: tuple[str, ...]
    optimizer: str
    applied: int
    in_eval: int
    in_double: int
    with_gradient: int
    load: str
    restored: bool


@dataclass(frozen=True, slots=True)
class StorageReport:
    """The same chain by each storage, with the same values.

    `layers` are all there are, with `tensors` parameters of floating point. `bare` is what a `ModuleList` answers where
    it is called itself.
    """

    layers: int
    tensors: int
    rows: tuple[StorageRow, ...]
    bare: str

    def row(self, storage: Storage) -> StorageRow:
        """The row of a storage."""
        return next(each for each in self.rows if each.storage == storage)
