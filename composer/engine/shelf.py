"""A shelf of tensors made by hand, to be saved and loaded: section 5.5.1 of Dive into Deep Learning."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import save as safetensors_bytes
from torch import Tensor

from composer import atomic
from composer.catalog.options import DTYPES
from composer.checkpoint_reports import Format
from composer.engine.checkpoints.writing import explained
from composer.engine.preview import dtype_name
from composer.errors import CheckpointError
from composer.shelf_reports import ShelfItem, ShelfReport, Shelved, Sort

Thing = Tensor | list[Tensor] | dict[str, Tensor]
How = Literal["arange", "rand", "randn", "zeros", "ones", "text"]

MOST_VALUES = 10_000_000
MOST_ITEMS = 100
_TEXT = 20_000  # characters of a tensor that is typed
_DEPTH = 8
_NAME = 60
_SHOWN = 400

_BY_SHAPE: dict[str, Callable[..., Tensor]] = {
    "rand": torch.rand, "randn": torch.randn, "zeros": torch.zeros, "ones": torch.ones,
}  # fmt: skip


class Shelf:
    """Tensors, lists and dicts of tensors by name. The methods raise CheckpointError where something cannot be."""

    def __init__(self) -> None:
        self._things: dict[str, Thing] = {}

    def __len__(self) -> int:
        return len(self._things)

    def report(self) -> ShelfReport:
        """What there is."""
        return ShelfReport(tuple(_item(name, thing) for name, thing in self._things.items()))

    def make(self, name: str, how: How, given: str, dtype: str = "", seed: int = 0) -> None:
        """Put a new tensor on the shelf.

        `given` are the arguments: those of `arange`, a shape, or nested lists of numbers for "text". Without a `dtype`
        it is torch's own choice. Random values are drawn under `seed`; the global random state is left alone.
        """
        wanted = getattr(torch, dtype) if dtype in DTYPES else None
        try:
            if how == "text":
                tensor = torch.tensor(_literal(given), dtype=wanted)
            elif how == "arange":
                numbers = _numbers(given, "arange")
                _fits(_length(numbers))
                tensor = torch.arange(*numbers, dtype=wanted)
            else:
                tensor = _drawn(how, given, seed)
                tensor = tensor if wanted is None else tensor.to(wanted)
        except (TypeError, ValueError, RuntimeError, OverflowError) as error:
            first = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise CheckpointError(f"{given[:60]!r} makes no tensor by {how}: {first[:150]}.") from None
        self._put(name, tensor)

    def collect(self, name: str, sort: Literal["list", "dict"], names: Sequence[str]) -> None:
        """Put a list or a dict of tensors that are on the shelf onto it, under their names in a dict."""
        tensors = {each: self._things.get(each) for each in names}
        wrong = [each for each, thing in tensors.items() if not isinstance(thing, Tensor)]
        if wrong or not names:
            raise CheckpointError(f"A {sort} is made of tensors on the shelf; {wrong or 'nothing'} is none.")
        found = {each: thing for each, thing in tensors.items() if isinstance(thing, Tensor)}
        self._put(name, list(found.values()) if sort == "list" else found)

    def take(self, name: str, content: Any) -> None:
        """Put what a file held onto the shelf: a tensor, or a list, tuple or dict of tensors."""
        match content:
            case Tensor():
                self._put(name, content)
            case list() | tuple() if content and all(isinstance(each, Tensor) for each in content):
                self._put(name, list(content))
            case dict() if content and all(
                isinstance(key, str) and isinstance(each, Tensor) for key, each in content.items()
            ):
                self._put(name, dict(content))
            case _:
                raise CheckpointError(
                    "The shelf takes a tensor, a list or a dict of tensors, and the file holds something else: "
                    f"a {type(content).__name__} with other values. Look at it under Load instead."
                )

    def remove(self, name: str) -> None:
        """Take something off the shelf; nothing happens where it is not there."""
        self._things.pop(name, None)

    def save(self, name: str, path: Path, format: Format) -> None:
        """Write something on the shelf to a file, whole or not at all."""
        thing = self._things.get(name)
        if thing is None:
            raise CheckpointError(f"There is nothing called {name[:_NAME]!r} on the shelf.")
        with explained(path):
            if format == "safetensors":
                if not isinstance(thing, dict):
                    raise CheckpointError(f"A safetensors file holds tensors by name, and {name!r} is a {_sort(thing)} "
                                          "without names. Make a dict of it, or save it as .pt.")  # fmt: skip
                atomic.write(path, safetensors_bytes({key: each.contiguous() for key, each in thing.items()}))
            else:
                with atomic.replacing(path) as file:
                    torch.save(thing, file)

    def _put(self, name: str, thing: Thing) -> None:
        if not name.isidentifier() or len(name) > _NAME:
            raise CheckpointError(f"{name[:_NAME]!r} cannot be a name here: expects letters, digits and _, such as x.")
        if name not in self._things and len(self._things) >= MOST_ITEMS:
            raise CheckpointError(f"The shelf is full: it holds {MOST_ITEMS} things. Remove some first.")
        self._things.pop(name, None)
        self._things[name] = thing


def _literal(text: str) -> Any:
    """Nested lists of numbers, as Python writes them.

    Raises:
        ValueError: where they are something else.
    """
    if len(text) > _TEXT:
        raise ValueError(f"at most {_TEXT:,} characters are read")
    try:
        value = ast.literal_eval(text.strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        value = None
    if not _is_numbers(value, 0):
        raise ValueError("expects numbers in nested brackets, such as [[1, 2], [3, 4]]")
    return value


def _is_numbers(value: Any, depth: int) -> bool:
    if isinstance(value, list | tuple):
        return depth < _DEPTH and all(_is_numbers(each, depth + 1) for each in value)
    return isinstance(value, bool | int | float | complex)


def _numbers(text: str, what: str) -> list[int | float]:
    try:
        found = [float(each) if any(mark in each for mark in ".eE") else int(each) for each in text.split(",")]
    except ValueError:
        found = []
    if not 1 <= len(found) <= 3 or not all(map(math.isfinite, found)):
        raise ValueError(f"{what} takes one to three numbers with commas between, such as 4 or 0, 1, 0.1")
    return found


def _length(numbers: Sequence[float]) -> float:
    start, stop, step = {1: (0, *numbers, 1), 2: (*numbers, 1), 3: tuple(numbers)}[len(numbers)]
    if not step:
        raise ValueError("the step is 0")
    return max(0.0, (stop - start) / step)


def _drawn(how: str, text: str, seed: int) -> Tensor:
    try:
        shape = [int(each) for each in text.replace("×", ",").split(",") if each.strip()]
    except ValueError:
        raise ValueError("expects whole numbers with commas between, such as 2, 3") from None
    if len(shape) > _DEPTH or any(size < 0 for size in shape):
        raise ValueError(f"expects at most {_DEPTH} sizes, none below 0")
    _fits(math.prod(shape))
    if how in ("rand", "randn"):
        return _BY_SHAPE[how](shape, generator=torch.Generator().manual_seed(seed))
    return _BY_SHAPE[how](shape)


def _fits(count: float) -> None:
    if count > MOST_VALUES:
        raise ValueError(f"{count:,.0f} values; the shelf takes {MOST_VALUES:,} in one tensor")


def _sort(thing: Thing) -> Sort:
    return "tensor" if isinstance(thing, Tensor) else "list" if isinstance(thing, list) else "dict"


def _item(name: str, thing: Thing) -> ShelfItem:
    pairs: Iterable[tuple[str, Tensor]] = (
        [("", thing)]
        if isinstance(thing, Tensor)
        else [(str(k), each) for k, each in enumerate(thing)]
        if isinstance(thing, list)
        else thing.items()
    )
    rows = tuple(Shelved(key, tuple(each.shape), dtype_name(each.dtype), _text(each)) for key, each in pairs)
    return ShelfItem(name, _sort(thing), rows, sum(each.nbytes for _, each in pairs))


def _text(tensor: Tensor) -> str:
    text = str(tensor)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 2]} …"
