"""What is in a file, as nested Python with a `View` for each tensor: held to a finite tree of readable names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from composer.engine.checkpoints.described import Callee, Ordered, Storage, StorageKind, TensorClass
from composer.engine.checkpoints.views import View
from composer.engine.checkpoints.wording import NAME, checked_name, quoted
from composer.errors import CheckpointError

DEPTH = 50
VALUES = 1_000_000
NAMED = 200_000
"""Places in a file that have a name: entries of dictionaries, and items of lists that hold any."""


def is_container(value: Any) -> bool:
    """Whether it is a dictionary, list or tuple: the rest are tensors and plain values."""
    return type(value) in (dict, Ordered, list, tuple)


def children(value: Any) -> Iterator[tuple[str | int, Any]]:
    """What a container holds, by key or place."""
    yield from value.items() if isinstance(value, dict) else enumerate(value)


def joined(path: str, key: str | int) -> str:
    """The name of what is at `key` in the container named `path`."""
    return f"{path}.{key}" if path else str(key)


class Contents:
    """A file's content, walked once: every place that has a name, in order, and which containers hold tensors."""

    def __init__(self, root: Any) -> None:
        """Check and walk `root`.

        Raises:
            CheckpointError: where it is endless, too large, or has names that are unclear.
        """
        self.root = root
        self._held: dict[int, tuple[int, bool, bool]] = {}
        self._weigh(root, 0)
        self.named: dict[str, Any] = {"": root}
        self._name("", root)

    def has_tensors(self, value: Any) -> bool:
        """Whether it is a tensor, or a container with one somewhere in it."""
        return type(value) is View or (is_container(value) and self._held[id(value)][1])

    def has_names(self, value: Any) -> bool:
        """Whether places in it have names of their own: it holds a tensor or a dictionary."""
        return is_container(value) and self._held[id(value)][2]

    def _weigh(self, value: Any, depth: int) -> tuple[int, bool, bool]:
        """How many values it is when written out, whether it holds tensors, and whether tensors or dictionaries."""
        if type(value) is View:
            return 1, True, True
        if not is_container(value):
            if type(value) in (Storage, StorageKind, Callee, TensorClass):
                raise CheckpointError(
                    "it holds a part of a tensor without the tensor. Save whole tensors: a state dict, for example."
                )
            return 1, False, False
        known = self._held.get(id(value))
        if known:
            return known
        if depth >= DEPTH:
            raise CheckpointError(
                f"it is nested more than {DEPTH} deep, or holds itself. Save a state dict, which is flat."
            )
        total, tensors, names = 1, False, isinstance(value, dict)
        for _, child in children(value):
            weight, with_tensors, with_names = self._weigh(child, depth + 1)
            total, tensors, names = total + weight, tensors or with_tensors, names or with_names
        if total > VALUES:
            raise CheckpointError(
                f"it is more than {VALUES:,} values when written out. Save a state dict, which is flat."
            )
        self._held[id(value)] = total, tensors, names
        return self._held[id(value)]

    def _name(self, path: str, value: Any) -> None:
        if not self.has_names(value):
            return
        for key, child in children(value):
            name = joined(path, checked_name(str(key)))
            if len(name) > NAME:
                raise CheckpointError(
                    f"the name {quoted(name)} has more than {NAME:,} characters. Save it under shorter names."
                )
            if name in self.named:
                raise CheckpointError(
                    f"two things in it have the name {quoted(name)}. Save them under different names."
                )
            self.named[name] = child
            if len(self.named) > NAMED:
                raise CheckpointError(f"it holds more than {NAMED:,} names. Save a state dict alone.")
            self._name(name, child)


def tensors_in(contents: Contents, value: Any, without: Callable[[Any], bool]) -> dict[str, View]:
    """The tensors in `value` by dotted names; what `without` is true of is not entered."""
    found: dict[str, View] = {}

    def enter(path: str, value: Any) -> None:
        if type(value) is View:
            found[path] = value
        elif contents.has_tensors(value):
            for key, child in children(value):
                if not without(child):
                    enter(joined(path, key), child)

    enter("", value)
    return found
