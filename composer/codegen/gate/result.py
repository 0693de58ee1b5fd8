"""What an examination of a custom layer's code takes and gives."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from composer.design.names import is_attribute

METHODS = ("forward", "init")
LONGEST = 160  # characters of a refusal
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Names:
    """What a layer declares: each is read as `self.<name>`, and a layer is only called."""

    tensors: Set[str] = frozenset()
    layers: Set[str] = frozenset()
    options: Set[str] = frozenset()

    @property
    def all(self) -> Set[str]:
        return self.tensors | self.layers | self.options

    def readable(self) -> Names:
        """Those that can be read as `self.<name>`: not what each module has of its own, nor a method of the code."""
        return Names(*(frozenset(filter(_is_readable, each)) for each in (self.tensors, self.layers, self.options)))


def _is_readable(name: str) -> bool:
    return is_attribute(name) and name not in METHODS and not hidden(name)


def hidden(name: str) -> bool:
    """Whether a name is one that code may not have, as Python gives such names a meaning."""
    return name.startswith("_") or "__" in name


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """Why a text is not run: line and column count from 1, `reason` and `instead` are a sentence each.

    `instead` is empty where nothing would do the same.
    """

    line: int
    column: int
    reason: str
    instead: str = ""

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason} {self.instead}".rstrip()


@dataclass(frozen=True, slots=True)
class Input:
    """A parameter of `forward`; an optional one has the default None."""

    name: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Examined:
    """What the code of a layer is. Where there are refusals, the rest holds as far as it could be read.

    `outputs` is how many values `forward` returns where every `return` of it is a tuple of so many; None where that
    is not sure, as with a single value. `used` are the declared names that the code reads.
    """

    refusals: tuple[Refusal, ...] = ()
    inputs: tuple[Input, ...] = ()
    init: bool = False
    loops: bool = False
    recursion: bool = False
    used: frozenset[str] = frozenset()
    outputs: int | None = None

    @property
    def accepted(self) -> bool:
        return not self.refusals


def short(name: str) -> str:
    """A name as messages quote it."""
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
