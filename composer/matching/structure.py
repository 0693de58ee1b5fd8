"""What the names of tensors say of a model: its layers, and which of them have one role in blocks of a kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

Shape = tuple[int, ...]

_OF_LAYERS = re.compile(
    r"weight|bias|running_mean|running_var|num_batches_tracked"
    r"|in_proj_weight|in_proj_bias|[qkv]_proj_weight|bias_[kv]|(weight|bias)_(ih|hh|hr)(_\w+)?"
)
"""Names that tensors have in torch's own layers."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Tensors of one layer: what they are called in it, and their shapes. A tensor of its own is called ""."""

    path: str
    slots: tuple[tuple[str, Shape], ...]

    def key(self, slot: str) -> str:
        """The name of one of its tensors in the model."""
        return ".".join(filter(None, (self.path, slot)))

    @property
    def main(self) -> Shape | None:
        """The shape of its weight, or of its only tensor; None where it has neither."""
        shapes = dict(self.slots)
        return shapes.get("weight", self.slots[0][1] if len(self.slots) == 1 else None)

    @property
    def matrix(self) -> bool:
        """Whether its weight is one, which may be stored transposed."""
        return self.main is not None and len(self.main) == 2

    @property
    def square(self) -> bool:
        return self.main is not None and self.matrix and self.main[0] == self.main[1]

    @property
    def role(self) -> tuple[str, ...]:
        """Its path with `#` for each number: layers of one role in several blocks have the same."""
        return tuple("#" if each.isdecimal() else each for each in self.path.split("."))

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers in its path."""
        return tuple(int(each) for each in self.path.split(".") if each.isdecimal())


@dataclass(frozen=True, slots=True)
class Unit:
    """Layers that are looked at as one: those of one role, in the order of their numbers, or a single one."""

    layers: tuple[Layer, ...]

    @property
    def tail(self) -> str:
        """The last name in its path that is no number."""
        return next((each for each in reversed(self.layers[0].role) if each != "#"), "")


def layers_of(tensors: Iterable[tuple[str, Shape]]) -> list[Layer]:
    """The layers that have these tensors, in the order in which they come."""
    slots: dict[str, list[tuple[str, Shape]]] = {}
    for name, shape in tensors:
        path, _, last = name.rpartition(".")
        if path and _OF_LAYERS.fullmatch(last):
            slots.setdefault(path, []).append((last, shape))
        else:
            slots.setdefault(name, []).append(("", shape))
    return [Layer(path, tuple(sorted(found))) for path, found in slots.items()]


def roles(layers: Iterable[Layer]) -> list[Unit]:
    """Layers of one role together, in the order in which the first of each comes."""
    found: dict[tuple[str, ...], list[Layer]] = {}
    for each in layers:
        found.setdefault(each.role, []).append(each)
    return [Unit(tuple(sorted(group, key=lambda layer: layer.numbers))) for group in found.values()]


def singles(layers: Iterable[Layer]) -> list[Unit]:
    """Each layer by itself."""
    return [Unit((each,)) for each in layers]
