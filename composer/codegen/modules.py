"""Expressions that make modules and tensors: what stands right of `self.fc =`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from composer.catalog import INITIALIZERS
from composer.catalog.options import literal
from composer.codegen import render
from composer.codegen.custom import Functions
from composer.codegen.layout import Group, Item, Text
from composer.codegen.scope import ids_of, is_inline, names, needs, words
from composer.design.names import is_attribute, unique, variable
from composer.design.nodes import Size, Tensor, Use, Value
from composer.design.paths import join
from composer.design.plan import BlockCall, BlockPlan, LayerCall, ModuleCall, RepeatCall, SharedCall, Step, UseCall
from composer.expressions import parse, source

Ids = tuple[str, ...]


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: how to write the module at a path, the shape noted beside a step, and the
    functions that fill tensors by expressions."""

    module: Callable[[Ids], str]
    class_of: Callable[[BlockPlan | RepeatCall], str]
    notes: Mapping[str, str]
    functions: Functions

    def note(self, path: str) -> str:
        return self.notes.get(path, "")


def size(value: Size) -> str:
    """Source of an integer or integer expression."""
    return source(parse(value)) if isinstance(value, str) else str(value)


def module(call: ModuleCall, scope: Scope) -> Text:
    """The expression that makes (or, for a shared module, names) the module of `call`."""
    match call:
        case LayerCall(node):
            return render.construct(node.spec, node.options)
        case UseCall(node):
            return _use(node)
        case SharedCall(target, _):
            return scope.module(target)
        case BlockCall(block):
            return sequence(block.steps, scope) if is_inline(block) else instance(block, scope)
        case RepeatCall(node, _, _) if len(node.input_names) > 1:
            return instance(call, scope)
        case RepeatCall():
            return Group("nn.Sequential(", (Item(instances(call, scope, unpack="*")),), ")")


def _use(node: Use) -> Text:
    return Group(f"{node.of}(", tuple(Item(f"{name}={size(value)}") for name, value in node.options.items()), ")")


def instance(block: BlockPlan | RepeatCall, scope: Scope) -> Text:
    """`Encoder(width=width, shared=self.embed)`: the class of a block, given what it reads from around it."""
    given = [Item(f"{name}={name}") for name in sorted(names(block))]
    outside = needs(block, ids_of(block))
    given += [
        Item(f"{parameter}={scope.module(ids)}") for ids, parameter in shared_parameters(outside, words(block)).items()
    ]
    return Group(f"{scope.class_of(block)}(", tuple(given), ")")


def shared_parameters(outside: Sequence[Ids], taken: Iterable[str]) -> dict[Ids, str]:
    """A constructor parameter's name for each module that a block is given from outside, unlike those `taken`."""
    chosen: dict[Ids, str] = {}
    for ids in outside:
        chosen[ids] = unique(f"shared_{variable(ids[-1], prefix='module_')}", {*chosen.values(), *taken})
    return chosen


def is_numbered(steps: Sequence[Step]) -> bool:
    """Whether ids are what `nn.Sequential` gives by itself: 0, 1, 2, …"""
    return [step.id for step in steps] == [str(k) for k in range(len(steps))]


def sequence(steps: Sequence[Step], scope: Scope) -> Text:
    """`nn.Sequential(...)` of the steps, keeping their ids."""
    return Group("nn.Sequential(", sequence_items(steps, scope), ")")


def sequence_items(steps: Sequence[Step], scope: Scope) -> tuple[Item, ...]:
    """The arguments of `nn.Sequential`: bare modules where the ids are numbers in order, else an OrderedDict."""
    made = [(step, module(step.call, scope)) for step in steps]  # type: ignore[arg-type]  # chains hold modules
    if is_numbered(steps):
        return tuple(Item(text, scope.note(step.path), step.path) for step, text in made)
    pairs = tuple(
        Item(Group("(", (Item(literal(step.id)), Item(text)), ")"), scope.note(step.path), step.path)
        for step, text in made
    )
    return (Item(Group("OrderedDict([", pairs, "])")),)


def instances(call: RepeatCall, scope: Scope, unpack: str = "") -> Group:
    """The iterable of a Repeat's modules: independent ones, equal copies, or one module again and again.

    `unpack` is "*" where it is to be unpacked into arguments.
    """
    node = call.node
    body = Item(module(call.body, scope), path=join(call.path, "0"))
    if node.mode == "new":
        index = node.index if node.index in names(call.body) else "_"
        loop = Item(f"for {index} in range({size(node.times)})")
        return Group(f"{unpack}(", (body, loop), ")", separator="")
    if node.mode == "same":
        return Group(f"{unpack}[", (body,), f"] * {_factor(node.times)}")
    same = Group("for layer in [", (body,), f"] * {_factor(node.times)}")
    return Group(f"{unpack}(", (Item("copy.deepcopy(layer)"), Item(same)), ")", separator="")


def _factor(times: Size) -> str:
    return source(parse(times), level=3) if isinstance(times, str) else str(times)


def tensor(node: Tensor, functions: Functions) -> str:
    """The expression that makes a free parameter's, buffer's or constant's tensor."""
    dims = ", ".join(map(size, node.shape))
    tail = "" if node.dtype == "float32" else f", dtype=torch.{node.dtype}"
    shape = f"({dims},)" if len(node.shape) == 1 else f"({dims})"
    if isinstance(node.value, tuple):
        return f"torch.tensor({nested(node.value)}{tail or ', dtype=torch.float32'})"
    if node.value is not None:
        return f"torch.full({shape}, {literal(node.value)}{tail or ', dtype=torch.float32'})"
    if node.init is None:
        return f"torch.zeros({shape}{tail})"
    spec = INITIALIZERS[node.init.scheme]
    # An expression may read the values there are, so they are zeros rather than whatever the memory held.
    made = f"torch.{'empty' if spec.call else 'zeros'}({shape}{tail})"
    return render.fill(spec, node.init.options, made, functions)


def nested(value: Value) -> str:
    """A nested list's source."""
    return f"[{', '.join(map(nested, value))}]" if isinstance(value, tuple) else literal(value)


def attribute(owner: str, id: str) -> str:
    """The module `id` of `owner`: `self.fc`, or `self.get_submodule("block 1")`."""
    return f"{owner}.{id}" if is_attribute(id) else f"{owner}.get_submodule({literal(id)})"


def submodule(owner: str, ids: Ids) -> str:
    """The module at `ids` below `owner`."""
    if not ids:
        return owner
    if all(map(is_attribute, ids)):
        return ".".join((owner, *ids))
    return f"{owner}.get_submodule({literal('.'.join(ids))})"
