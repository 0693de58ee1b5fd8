"""What stands for the things of torch that a pickle names or calls: plain descriptions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from composer.engine.checkpoints.views import Stored
from composer.engine.checkpoints.wording import damaged
from composer.errors import CheckpointError

_KEYS = 2**31


class Ordered(OrderedDict[Any, Any]):
    """A state dict as torch makes it: ordered, with the versions of its modules where it has them."""

    _metadata: Any = None


@dataclass(frozen=True, slots=True)
class StorageKind:
    """The type of a storage, by the dtype of its values. `untyped`: its tensors say their dtypes themselves."""

    dtype: str
    untyped: bool = False


@dataclass(frozen=True, slots=True)
class Storage:
    """A storage of the file, and its type."""

    kind: StorageKind
    stored: Stored


@dataclass(frozen=True, slots=True)
class Callee:
    """Something that a pickle may call, with a tuple of arguments."""

    name: str
    make: Callable[..., Any]

    def __call__(self, arguments: tuple[Any, ...]) -> Any:
        try:
            return self.make(*arguments)
        except (TypeError, ValueError, RuntimeError, OverflowError):
            raise damaged(f"its pickle calls {self.name} with arguments that torch never gives it") from None


@dataclass(frozen=True, slots=True)
class TensorClass:
    """A class of tensors, by name."""

    name: str


def key_of(key: Any) -> Any:
    """A key of a dictionary, or what is in a set: text, or an integer.

    Raises:
        CheckpointError: where it is anything else.
    """
    if type(key) is str or (type(key) is int and -_KEYS < key < _KEYS):
        return key
    raise CheckpointError(f"a key in it is {type(key).__name__}, not text or a small integer. Save it under names.")
