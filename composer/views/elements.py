"""What a picture of a design consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the document a part of the picture comes from.

    `path` is the document's (`.ResBlock.conv1` inside a definition), `instance` the live model's (`layer1.0.conv1`;
    a Repeat's body is drawn once, at index 0). Inputs and outputs of the design have the path "". A run has its key as
    instance, and as path that of its first node where it is closed, of the block that it is a part of where it is open.
    """

    path: str
    instance: str
    role: str


@dataclass(frozen=True, slots=True)
class Box:
    """A node of the picture.

    `role` is layer, op, tensor, block, use, shared, run (many nodes in a row), merge, input, output or broken (the end
    of a wire that leads nowhere). `id` is made up, and safe everywhere; `name` is text of the document. `closed`:
    there is more inside.
    """

    id: str
    spot: Spot
    kind: str
    name: str
    category: str
    lines: tuple[str, ...] = ()
    group: str = ""
    closed: bool = False
    badges: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def role(self) -> str:
        return self.spot.role


@dataclass(frozen=True, slots=True)
class Group:
    """A block or run drawn open, around what is inside. `times` is ×3 for a Repeat, whose body is drawn once."""

    id: str
    spot: Spot
    kind: str
    name: str
    category: str
    parent: str = ""
    times: str = ""
    badges: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def role(self) -> str:
        return self.spot.role


@dataclass(frozen=True, slots=True)
class Line:
    """An edge of the picture, from box to box.

    `role` is data, or same: two ends of one module or parameter. Only the latter may end at a group, and has a `tint`:
    the number of what is the same, by which it is colored.
    """

    id: str
    tail: str
    head: str
    role: str = "data"
    label: str = ""
    tint: int = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """A picture: boxes, lines and groups in the order of the document. `problems` are those of no box.

    `depth` is how many levels of groups were opened; `deeper`: something is closed because of it.
    """

    name: str
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    groups: tuple[Group, ...]
    problems: tuple[str, ...] = ()
    index: Mapping[str, Spot] = field(default_factory=dict)
    """Every id in the picture → its place in the document; a line's is that of the box it leads to."""
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Paths of the document → the ids that are to be seen there; `composer.views.places.nearest` reads it."""

    depth: int = 0
    deeper: bool = False

    @property
    def parts(self) -> tuple[Box | Group, ...]:
        """All that is drawn at a place of its own."""
        return (*self.boxes, *self.groups)
