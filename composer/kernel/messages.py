"""What goes over the pipe: a request, or its end, one way; progress, a report or an error the other."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from composer.errors import ComposerError

_PLAIN_BUILTINS = {"bytearray", "complex", "frozenset", "range", "set", "slice"}
_TORCH_ROOMS = ("composer.engine",)


GIVEN_UP = "It was stopped before it was done."


@dataclass(frozen=True, slots=True)
class Request:
    """Call a verb. Answers carry the same number."""

    number: int
    verb: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cancel:
    """Give up a request, at the next event that it tells."""

    number: int


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far a request has come; `event` is a report."""

    number: int
    event: Any


@dataclass(frozen=True, slots=True)
class Answered:
    """The report that answers a request."""

    number: int
    report: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The error that answers a request, and the traceback of an error that was not foreseen."""

    number: int
    error: ComposerError
    traceback: str = ""


Answer = Progressed | Answered | Failed


def encode(message: Request | Cancel | Answer) -> bytes:
    """The bytes of a message."""
    return pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)


def decode(data: bytes) -> Any:
    """The message that `encode` made bytes of.

    Raises:
        pickle.UnpicklingError: where it holds anything but plain values, reports and errors of ours. A tensor, for
            one, would make the app's process import torch.
    """
    return _Unpickler(io.BytesIO(data)).load()


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        room = module.partition(".")[0] == "composer" and not module.startswith(_TORCH_ROOMS)
        if not room and not (module == "builtins" and name in _PLAIN_BUILTINS):
            raise pickle.UnpicklingError(f"{module}.{name} is not a plain value, report or error")
        return super().find_class(module, name)
