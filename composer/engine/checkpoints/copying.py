"""Copies of what a file holds, with tensors of their own: tensors that share values in the file share the copies."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Any, BinaryIO

from torch import Tensor

from composer.engine.checkpoints.described import Ordered
from composer.engine.checkpoints.views import Stored, View, bytes_of, strided


class Copier:
    """Copies one value; every storage that its tensors need is copied once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._storages: dict[Stored, Tensor] = {}
        self._tensors: dict[View, Tensor] = {}

    def copy(self, value: Any) -> Any:
        """`value` as plain nested Python, with a tensor for each view."""
        if type(value) is View:
            return self._tensor(value)
        if type(value) in (list, tuple):
            return type(value)(self.copy(each) for each in value)
        if type(value) is dict:
            return {key: self.copy(each) for key, each in value.items()}
        if type(value) is Ordered:
            return self._ordered(value)
        return value.copy() if isinstance(value, Counter | set | bytearray) else value

    def _ordered(self, value: Ordered) -> OrderedDict[Any, Any]:
        """A state dict with the versions of its modules, by which they read state dicts of older versions."""
        found: Any = OrderedDict((key, self.copy(each)) for key, each in value.items())
        if isinstance(value._metadata, dict):
            found._metadata = OrderedDict(
                (name, {"version": entry["version"]})
                for name, entry in value._metadata.items()
                if isinstance(entry, dict) and type(entry.get("version")) is int
            )
        return found  # type: ignore[no-any-return]

    def _tensor(self, view: View) -> Tensor:
        if view not in self._tensors:
            if view.stored not in self._storages:
                self._storages[view.stored] = bytes_of(view.stored, self._file).clone()
            self._tensors[view] = strided(view, self._storages[view.stored])
        return self._tensors[view]
