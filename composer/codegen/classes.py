"""The class of a block: what it is given, what it registers, and its `forward`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from composer.catalog.options import literal
from composer.codegen import modules
from composer.codegen.forward import forward
from composer.codegen.layout import Group, Item, lines
from composer.codegen.modules import Ids, Scope, shared_parameters, submodule
from composer.codegen.scope import ids_of, is_chain, is_inline, names_in_forward, needs, words
from composer.design.names import is_attribute, unique, variable
from composer.design.nodes import Tensor
from composer.design.plan import BlockPlan, OpCall, RepeatCall, TensorCall


@dataclass(frozen=True)
class ClassSpec:
    """A class to write: its name, its integer options with their defaults (None: required), and what it is."""

    name: str
    options: tuple[tuple[str, int | None], ...]
    body: BlockPlan | RepeatCall
    finish: tuple[str, ...] = ()


def class_source(
    spec: ClassSpec, class_of: Callable[[BlockPlan | RepeatCall], str], notes: Mapping[str, str]
) -> list[str]:
    """The lines of the class. `finish` are lines at the end of its `__init__`."""
    if isinstance(spec.body, RepeatCall):
        return _repeat_class(spec, spec.body, class_of, notes)
    return _block_class(spec, spec.body, class_of, notes)


def _scope(
    body: BlockPlan | RepeatCall, class_of: Callable[[BlockPlan | RepeatCall], str], notes: Mapping[str, str]
) -> tuple[Scope, dict[Ids, str]]:
    own = ids_of(body)
    given = shared_parameters(needs(body, own), words(body))

    def module(ids: Ids) -> str:
        return given[ids] if ids in given else submodule("self", ids[len(own) :])

    return Scope(module, class_of, notes), given


def _signature(spec: ClassSpec, given: Mapping[Ids, str]) -> str:
    required = [f"{name}: int" for name, default in spec.options if default is None]
    shared = [f"{name}: nn.Module" for name in given.values()]
    defaults = [f"{name}: int = {default}" for name, default in spec.options if default is not None]
    return f"    def __init__({', '.join(['self', *required, *shared, *defaults])}) -> None:"


def _block_class(
    spec: ClassSpec, block: BlockPlan, class_of: Callable[[BlockPlan | RepeatCall], str], notes: Mapping[str, str]
) -> list[str]:
    scope, given = _scope(block, class_of, notes)
    chain = is_chain(block)
    head = [f"class {spec.name}(nn.{'Sequential' if chain else 'Module'}):", _signature(spec, given)]
    if chain and is_inline(block) and modules.is_numbered(block.steps):
        start = lines(Group("super().__init__(", modules.sequence_items(block.steps, scope), ")"), indent=8)
        return [*head, *start, *_indented(spec.finish)]

    kept = _kept_options(spec, block)
    body = ["super().__init__()", *(f"self.{attribute} = {name}" for name, attribute in kept.items())]
    head += _indented(body)
    head += [line for step in block.steps for line in _register(step.id, step.path, step.call, scope, chain)]
    head += _indented(spec.finish)
    if chain:
        return head
    rename = {name: f"self.{attribute}" for name, attribute in kept.items()}
    return [*head, "", *forward(block, rename, notes)]


def _kept_options(spec: ClassSpec, block: BlockPlan) -> dict[str, str]:
    """The attribute for each option that `forward` reads."""
    ids = {step.id for step in block.steps}
    read = names_in_forward(block)
    return {
        name: name if is_attribute(name) and name not in ids else unique(f"option_{name}", ids)
        for name, _ in spec.options
        if name in read
    }


def _register(id: str, path: str, call: object, scope: Scope, chain: bool) -> list[str]:
    note = scope.note(path) if chain else ""
    if isinstance(call, TensorCall):
        return _register_tensor(call.node)
    if not modules_registered(call):
        return []
    text = modules.module(call, scope)  # type: ignore[arg-type]  # ops and tensors are gone by here
    if is_attribute(id):
        return lines(text, indent=8, before=f"self.{id} = ", note=note)
    return lines(Group("self.add_module(", (Item(literal(id)), Item(text)), ")"), indent=8, note=note)


def modules_registered(call: object) -> bool:
    """Whether a step of this call is a submodule (ops are not)."""
    return not isinstance(call, OpCall | TensorCall)


def _register_tensor(node: Tensor) -> list[str]:
    text = modules.tensor(node)
    if node.kind == "Parameter":
        made = f"nn.Parameter({text})"
        return _indented(
            [
                f"self.{node.id} = {made}"
                if is_attribute(node.id)
                else f"self.register_parameter({literal(node.id)}, {made})"
            ]
        )
    tail = ", persistent=False" if node.kind == "Constant" else ""
    return _indented([f"self.register_buffer({literal(node.id)}, {text}{tail})"])


def _repeat_class(
    spec: ClassSpec, call: RepeatCall, class_of: Callable[[BlockPlan | RepeatCall], str], notes: Mapping[str, str]
) -> list[str]:
    scope, given = _scope(call, class_of, notes)
    several = len(call.node.input_names) > 1
    argument = modules.instances(call, scope, unpack="" if several else "*")
    head = [
        f"class {spec.name}(nn.{'ModuleList' if several else 'Sequential'}):",
        _signature(spec, given),
        *lines(Group("super().__init__(", (Item(argument),), ")"), indent=8),
        *_indented(spec.finish),
    ]
    if not several:
        return head
    parameters: list[str] = []
    for name in call.node.input_names:
        parameters.append(unique(variable(name), {"self", "layer", *parameters}))
    arguments = ", ".join(parameters)
    return [
        *head,
        "",
        f"    def forward(self, {arguments}):",
        "        for layer in self:",
        f"            {parameters[0]} = layer({arguments})",
        f"        return {parameters[0]}",
    ]


def _indented(texts: Sequence[str]) -> list[str]:
    return [f"        {text}".rstrip() for text in texts]
