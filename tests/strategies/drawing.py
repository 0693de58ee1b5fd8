"""What is known while a design is drawn: the tree being built, and the block being filled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from composer.catalog import LAYERS
from composer.design.document import Definition
from composer.design.nodes import Layer, Node, Op
from tests.strategies.leaves import Leaf, Options, Shape
from tests.strategies.names import random_id

T = TypeVar("T")
Ids = tuple[str, ...]
Make = Callable[[str, tuple[str, ...]], Node]
"""A node, given its id and its wires."""


@dataclass(frozen=True)
class Module:
    """A module of one tensor that may be shared: its path in the tree, and the shapes it takes and gives."""

    path: Ids
    takes: Shape
    gives: Shape


@dataclass(frozen=True)
class Defined:
    """A definition, with what a use of it takes and gives, and its modules and parameters.

    `lazy`: it holds layers that are not initialized before they have seen an input, so it cannot be copied.
    """

    definition: Definition
    takes: tuple[Shape, ...]
    gives: Shape
    lazy: bool
    modules: Sequence[Module]
    weights: Sequence[tuple[Ids, Shape]]


class Tree:
    """One scope: the design's own tree, or a definition's.

    `names` are the options and indices that expressions may read, each with its smallest value; `indices` are those
    of all Repeats around, of which expressions read only some.
    """

    def __init__(self, random: Random, size: int, defined: Sequence[Defined]) -> None:
        self.random = random
        self.left = size
        self.defined = defined
        self.names: dict[str, int] = {}
        self.indices: tuple[str, ...] = ()
        self.modules: list[Module] = []
        self.weights: list[tuple[Ids, Shape]] = []

    def pick(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def some(self, choices: Sequence[T], most: int) -> list[T]:
        """Up to `most` different ones, in any order."""
        return self.random.sample(choices, min(len(choices), self.number(0, most)))

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def chance(self, percent: int) -> bool:
        return self.number(1, 100) <= percent

    def size_text(self, cap: int = 0) -> str:
        """An expression that is at least 1, over a name in scope; with `cap`, at most that."""
        name = self.pick(sorted(self.names))
        if cap:
            return self.pick([f"=min({name}+1, {cap})", f"={name}%{cap}+1", f"=max(1, min({name}, {cap}))"])
        texts = [
            f"={name}+1",
            f"=2*{name}+3",
            f"={name}%3+1",
            f"=max({name}, 1)",
            f"=({name}+2)*2//2",
            f"= {name} - -1",
        ]
        return self.pick([*texts, f"={name}", f"=2*{name}", f"=min({name},3)"] if self.names[name] else texts)


def is_lazy(kind: str) -> bool:
    """Whether a layer waits for its first input."""
    return kind in LAYERS and bool(LAYERS[kind].concrete)


def leaf(kind: str, options: Options) -> Make:
    """A layer or op."""

    def make(id: str, inputs: tuple[str, ...]) -> Node:
        model: type[Layer | Op] = Layer if kind in LAYERS else Op
        return model(id=id, kind=kind, options=options, inputs=inputs)

    return make


@dataclass
class Filling:
    """A block while its children are drawn.

    `flow` is the value that goes down the chain, as (wire, shape); `positional` says whether a node without wires
    would take it. `values` are all tensors that a wire may name. `copied` is the number of ids that a shared
    module's original has to have in common, because a Repeat of mode copy stands above.
    """

    tree: Tree
    path: Ids
    inputs: Mapping[str, Shape]
    depth: int = 0
    copied: int = 0
    nodes: list[Node] = field(default_factory=list)
    values: list[tuple[str, Shape]] = field(default_factory=list)
    flow: tuple[str, Shape] = ("", ())
    positional: bool = True

    def __post_init__(self) -> None:
        self.values = list(self.inputs.items())
        self.flow = self.values[0]

    @property
    def shape(self) -> Shape:
        return self.flow[1]

    def any_of(self, leaves: Sequence[Leaf]) -> Leaf:
        """One of some layers and ops, no lazy one where it would be copied."""
        return self.tree.pick([each for each in leaves if not (self.copied and is_lazy(each[0]))])

    def put_any(self, leaves: Sequence[Leaf]) -> None:
        """Add one of some layers and ops."""
        kind, options, shape = self.any_of(leaves)
        self.put(leaf(kind, options), shape)

    def fresh_id(self) -> str:
        """An id of its own; one that is taken gets a tail."""
        taken = {*self.inputs, *(node.id for node in self.nodes)}
        id = random_id(self.tree.random)
        while id in taken:
            id += "_"
        return id

    def wires(self) -> tuple[str, ...]:
        """Wires of a node of one input: none, where position says it too, or the same written out."""
        return () if self.positional and self.tree.chance(75) else (self.flow[0],)

    def put(self, make: Make, gives: Shape, wires: tuple[str, ...] | None = None, id: str = "") -> str:
        """Add a node that gives one tensor. Its id."""
        id = id or self.fresh_id()
        takes = self.shape
        alone = wires is None
        node = make(id, self.wires() if wires is None else wires)
        self.nodes.append(node)
        self.values.append((id, gives))
        self.flow, self.positional = (id, gives), True
        self.tree.left -= 1
        if alone and not isinstance(node, Op):
            self.tree.modules.append(Module((*self.path, id), takes, gives))
        self._note_weights(node, id)
        return id

    def put_tuple(
        self, make: Make, items: Mapping[str, Shape], wires: tuple[str, ...] | None = None, id: str = ""
    ) -> str:
        """Add a node that gives a tuple, of which `items` are of use; the first one flows on. Its id."""
        id = id or self.fresh_id()
        self.nodes.append(make(id, self.wires() if wires is None else wires))
        self.values += [(f"{id}.{item}", shape) for item, shape in items.items()]
        self.flow, self.positional = self.values[-len(items)], False
        self.tree.left -= 1
        return id

    def put_tensor(self, make: Make) -> str:
        """Add a parameter, buffer or constant, which is wired to by its id."""
        id = self.fresh_id()
        self.nodes.append(make(id, ()))
        self.positional = False
        self.tree.left -= 1
        return id

    def others(self, shape: Shape) -> list[str]:
        """Wires to every tensor of a shape."""
        return [wire for wire, other in self.values if other == shape]

    def _note_weights(self, node: Node, id: str) -> None:
        if isinstance(node, Layer) and node.kind in ("Linear", "LayerNorm"):
            shapes = _weights_of(node)
            self.tree.weights += [((*self.path, id, name), shape) for name, shape in shapes.items()]


def _weights_of(node: Layer) -> dict[str, Shape]:
    """The parameters of a layer whose sizes are plain numbers."""
    options = node.options
    if node.kind == "LayerNorm":
        width = options["normalized_shape"]
        shape = width if isinstance(width, tuple) else (width,)
        return {} if "elementwise_affine" in options else {"weight": shape, "bias": shape}
    sizes = (options["out_features"], options["in_features"])
    if not all(isinstance(size, int) for size in sizes):
        return {}
    return {"weight": sizes, **({} if "bias" in options else {"bias": sizes[:1]})}
