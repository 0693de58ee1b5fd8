"""The machine that a pickle is a program for: a stack, marks in it, and a memo. It holds descriptions and plain values.

Nothing that a pickle names is imported, and of what it may call there is only what `names` lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from composer.engine.checkpoints.described import Callee, Ordered, Storage, StorageKind, key_of
from composer.engine.checkpoints.names import GLOBALS, explain_global
from composer.engine.checkpoints.views import DTYPES, Stored
from composer.engine.checkpoints.wording import damaged, quoted
from composer.errors import CheckpointError

EFFORT = 1_000_000
"""Values that the calls of a pickle may copy, all together."""
CONTAINERS = 400_000
"""Containers that a pickle may make; torch makes seven for a tensor."""
_MARKS = 200


class Machine:
    """The stack, the marked stacks below it, and the memo, as `pickletools` describes them."""

    def __init__(self, storages: Mapping[str, Stored]) -> None:
        self._storages = storages
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []
        self._memo: dict[int, Any] = {}
        self._dtypes: dict[str, str] = {}
        self._made = self._copied = 0

    def result(self) -> Any:
        """What is left at the end."""
        if len(self._stack) != 1 or self._below:
            raise damaged("its pickle ends with something left over")
        return self._stack.pop()

    def push(self, value: Any) -> None:
        self._stack.append(value)

    def make(self, container: Any) -> None:
        """Push a container that is new."""
        self._made += 1
        if self._made > CONTAINERS:
            raise CheckpointError(
                f"its pickle makes more than {CONTAINERS:,} containers. Save fewer values beside the tensors."
            )
        self.push(container)

    def mark(self, _: None) -> None:
        if len(self._below) >= _MARKS:
            raise CheckpointError(f"its pickle is nested more than {_MARKS} deep. Save it less deeply nested.")
        self._below.append(self._stack)
        self._stack = []

    def marked(self) -> list[Any]:
        """What was pushed since the last mark, which is gone after this."""
        items, self._stack = self._stack, self._below.pop()
        return items

    def last(self, count: int) -> tuple[Any, ...]:
        """The last `count` values, taken off."""
        if len(self._stack) < count:
            raise IndexError
        values = tuple(self._stack[-count:])
        del self._stack[-count:]
        return values

    def put(self, index: int) -> None:
        if index != len(self._memo):
            raise damaged("its pickle numbers what it keeps in a way that torch never does")
        self._memo[index] = self._stack[-1]

    def memoize(self, _: None) -> None:
        self.put(len(self._memo))

    def get(self, index: int) -> None:
        if index not in self._memo:
            raise damaged("its pickle refers to something that is not there")
        self.push(self._memo[index])

    def append(self, items: list[Any]) -> None:
        target = self._stack[-1]
        if type(target) is not list:
            raise damaged("its pickle appends to something that is no list")
        target.extend(items)

    def set_items(self, items: list[Any]) -> None:
        target = self._stack[-1]
        if type(target) not in (dict, Ordered) or len(items) % 2:
            raise damaged("its pickle sets an item of something that is no dictionary")
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[key_of(key)] = value

    def add_items(self, items: list[Any]) -> None:
        target = self._stack[-1]
        if type(target) is not set:
            raise damaged("its pickle adds to something that is no set")
        target.update(map(key_of, items))

    def find(self, module: Any, name: Any) -> None:
        if type(module) is not str or type(name) is not str:
            raise damaged("its pickle names something by what is no text")
        found = GLOBALS.get(f"{module}.{name}")
        if found is None:
            raise CheckpointError(explain_global(module, name))
        self.push(found)

    def reduce(self, _: None) -> None:
        callee, arguments = self.last(2)
        if not isinstance(callee, Callee) or type(arguments) is not tuple:
            raise damaged("its pickle calls something that cannot be called")
        self._copied += sum(map(_effort, arguments))
        if self._copied > EFFORT:
            raise damaged("its pickle copies the same values over and over")
        self.make(callee(arguments))

    def build(self, _: None) -> None:
        """Give an ordered dictionary the attribute that torch gives a state dict: versions of its modules."""
        (state,) = self.last(1)
        target = self._stack[-1]
        if type(target) is not Ordered or type(state) is not dict or len(state) != 1 or "_metadata" not in state:
            raise damaged("its pickle sets attributes of something that should have none")
        target._metadata = state["_metadata"]

    def persistent(self, _: None) -> None:
        """A storage: ("storage", its type, its key, its device, its number of values)."""
        (given,) = self.last(1)
        if (
            type(given) is not tuple
            or len(given) != 5
            or [type(each) for each in given] != [str, StorageKind, str, str, int]
        ):
            raise damaged("its pickle describes a storage in a way that torch never does")
        word, kind, key, _, count = given
        stored = self._storages.get(key)
        if word != "storage" or stored is None:
            raise damaged(f"the values of its storage {quoted(key)} are missing")
        if count * DTYPES[kind.dtype].itemsize != stored.nbytes:
            raise damaged(f"its storage {quoted(key)} has {stored.nbytes:,} bytes, which is not what is declared")
        if self._dtypes.setdefault(key, kind.dtype) != kind.dtype:
            raise damaged(f"its storage {quoted(key)} is declared as {self._dtypes[key]} and as {kind.dtype}")
        self.push(Storage(kind, stored))


def _effort(argument: Any) -> int:
    """What it costs to copy an argument, in opcodes: a pickle can give the same large one to many calls."""
    if isinstance(argument, str | bytes):
        return len(argument) // 16
    return len(argument) if isinstance(argument, list | tuple | dict) else 0
