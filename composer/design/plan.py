"""The plan: blocks lowered to straight-line steps. Source, shapes and picture all read it, so they agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from composer.catalog import OPS, OpSpec
from composer.design.nodes import Layer, Node, Repeat, Tensor, Use, Value


@dataclass(frozen=True, slots=True)
class Ref:
    """A value in a block: the output of a step, or an input of the block; `items` picks from a tuple.

    The empty name is the block's own merge (see `Step`); `BROKEN` stands for a wire that leads nowhere.
    """

    name: str
    items: tuple[int, ...] = ()

    def __str__(self) -> str:
        return ".".join((self.name, *map(str, self.items)))


BROKEN = Ref(".")  # no id has a dot


@dataclass(frozen=True, slots=True)
class LayerCall:
    node: Layer


@dataclass(frozen=True, slots=True)
class OpCall:
    kind: str
    options: Mapping[str, Value]

    @property
    def spec(self) -> OpSpec:
        return OPS[self.kind]


@dataclass(frozen=True, slots=True)
class TensorCall:
    node: Tensor


@dataclass(frozen=True, slots=True)
class UseCall:
    node: Use


@dataclass(frozen=True, slots=True)
class SharedCall:
    """`target` are the ids from the root of the scope to the node whose module this is; `node` is that node.

    `node` is None where the path leads to no module.
    """

    target: tuple[str, ...]
    node: Node | None


@dataclass(frozen=True, slots=True)
class RepeatCall:
    """`body` is called with the chained value and the Repeat's other inputs."""

    node: Repeat
    path: str
    body: ModuleCall


@dataclass(frozen=True, slots=True)
class BlockCall:
    block: BlockPlan


ModuleCall = LayerCall | UseCall | BlockCall | RepeatCall | SharedCall
Call = ModuleCall | OpCall | TensorCall


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a block: `id = call(inputs)`.

    `path` is the node's path in the document. The merge of a Parallel or Residual is a step with no id of its
    own, at the path of the block. An input is None where the document leaves an optional input out.
    """

    id: str
    path: str
    call: Call
    inputs: tuple[Ref | None, ...]


@dataclass(frozen=True, slots=True)
class BlockPlan:
    """A block as steps. `inputs` are its input names; `outputs` more than one is a tuple.

    `kinds` are those of all nodes inside, at any depth. A custom layer has `code`, and its steps are what it declares:
    they have no inputs, for nothing but the code says what it calls.
    """

    path: str
    kind: str
    inputs: tuple[str, ...]
    steps: tuple[Step, ...]
    outputs: tuple[Ref, ...]
    kinds: frozenset[str] = frozenset()
    code: str = ""

    def step(self, id: str) -> Step | None:
        return next((step for step in self.steps if step.id == id), None)


@dataclass(frozen=True, slots=True)
class DefinitionPlan:
    """A definition: its name, its options with their defaults (None: required), and its body."""

    name: str
    options: tuple[tuple[str, int | None], ...]
    body: BlockPlan | RepeatCall


@dataclass(frozen=True, slots=True)
class Plan:
    """A lowered design. `root` is a RepeatCall where the root block is a Repeat."""

    name: str
    inputs: tuple[str, ...]
    definitions: Mapping[str, DefinitionPlan]
    root: BlockPlan | RepeatCall


def step_at(plan: Plan, path: str) -> Step | None:
    """The step of the node at a path of the document, or None."""
    for body in (*(each.body for each in plan.definitions.values()), plan.root):
        for block in blocks(body):
            for step in block.steps:
                if step.id and step.path == path:
                    return step
    return None


def blocks(body: BlockPlan | ModuleCall) -> Iterator[BlockPlan]:
    """Every block plan at or below `body`, outer ones first, definitions not entered."""
    match body:
        case BlockPlan():
            yield body
            for step in body.steps:
                if isinstance(step.call, BlockCall | RepeatCall):
                    yield from blocks(step.call)
        case BlockCall(block):
            yield from blocks(block)
        case RepeatCall(_, _, inner):
            yield from blocks(inner)
