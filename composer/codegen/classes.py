"""The class of a block: what it is given, what it registers, and its `forward`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from composer.catalog.options import literal
from composer.codegen import modules
from composer.codegen.custom import Functions
from composer.codegen.forward import forward
from composer.codegen.layout import Group, Item, Line, lines
from composer.codegen.modules import Ids, Scope, shared_parameters, submodule
from composer.codegen.scope import ids_of, is_chain, is_inline, names_in_forward, needs, words
from composer.codegen.written import has_init, read_from_self
from composer.design.names import is_attribute, unique, variable
from composer.design.nodes import Tensor
from composer.design.paths import join
from composer.design.plan import BlockPlan, OpCall, RepeatCall, TensorCall


@dataclass(frozen=True)
class ClassSpec:
    """A class to write: its name, its integer options with their defaults (None: required), and what it is."""

    name: str
    options: tuple[tuple[str, int | None], ...]
    body: BlockPlan | RepeatCall
    finish: tuple[str, ...] = ()
    functions: Functions = field(default_factory=dict)


def class_source(
    spec: ClassSpec, class_of: Callable[[BlockPlan | RepeatCall], str], notes: Mapping[str, str]
) -> list[Line]:
    """The lines of the class, all of them lines of its block. `finish` are lines at the end of its `__init__`."""
    if isinstance(spec.body, RepeatCall):
        found = _repeat_class(spec, spec.body, class_of, notes)
    else:
        found = _block_class(spec, spec.body, class_of, notes)
    return [line.within(spec.body.path) for line in found]


def _scope(
    spec: ClassSpec, class_of: Callable[[BlockPlan | RepeatCall], str], notes: Mapping[str, str]
) -> tuple[Scope, dict[Ids, str]]:
    own = ids_of(spec.body)
    given = shared_parameters(needs(spec.body, own), words(spec.body))

    def module(ids: Ids) -> str:
        return given[ids] if ids in given else submodule("self", ids[len(own) :])

    return Scope(module, class_of, notes, spec.functions), given


def _signature(spec: ClassSpec, given: Mapping[Ids, str]) -> str:
    required = [f"{name}: int" for name, default in spec.options if default is None]
    shared = [f"{name}: nn.Module" for name in given.values()]
    defaults = [f"{name}: int = {default}" for name, default in spec.options if default is not None]
    return f"    def __init__({', '.join(['self', *required, *shared, *defaults])}) -> None:"


def _block_class(
    spec: ClassSpec, block: BlockPlan, class_of: Callable[[BlockPlan | RepeatCall], str], notes: Mapping[str, str]
) -> list[Line]:
    scope, given = _scope(spec, class_of, notes)
    chain = is_chain(block)
    head = _plain(f"class {spec.name}(nn.{'Sequential' if chain else 'Module'}):", _signature(spec, given))
    if chain and is_inline(block) and modules.is_numbered(block.steps):
        start = lines(Group("super().__init__(", modules.sequence_items(block.steps, scope), ")"), indent=8)
        return [*head, *start, *_indented(spec.finish)]

    kept = _kept_options(spec, block)
    body = ["super().__init__()", *(f"self.{attribute} = {name}" for name, attribute in kept.items())]
    head += _indented(body)
    head += [line for step in block.steps for line in _register(step.id, step.path, step.call, scope, chain)]
    if block.kind == "Code" and has_init(block.code):
        head += _indented(("with torch.no_grad():", "    self.init()"))
    head += _indented(spec.finish)
    if chain:
        return head
    if block.kind == "Code":
        return [*head, *_plain(""), *_written(block)]
    rename = {name: f"self.{attribute}" for name, attribute in kept.items()}
    return [*head, *_plain(""), *forward(block, rename, notes)]


def _written(block: BlockPlan) -> list[Line]:
    """The code of a custom layer as it was written, as methods of the class."""
    return [Line(f"    {text}".rstrip(), (block.path,)) for text in block.code.strip("\n").split("\n")]


def _kept_options(spec: ClassSpec, block: BlockPlan) -> dict[str, str]:
    """The attribute for each option that `forward` reads."""
    ids = {step.id for step in block.steps}
    read = read_from_self(block.code) if block.kind == "Code" else names_in_forward(block)
    return {
        name: name if is_attribute(name) and name not in ids else unique(f"option_{name}", ids)
        for name, _ in spec.options
        if name in read
    }


def _register(id: str, path: str, call: object, scope: Scope, chain: bool) -> list[Line]:
    note = scope.note(path) if chain else ""
    if isinstance(call, TensorCall):
        return lines(_register_tensor(call.node, scope), indent=8, paths=(path,))
    if not modules_registered(call):
        return []
    text = modules.module(call, scope)  # type: ignore[arg-type]  # ops and tensors are gone by here
    if is_attribute(id):
        return lines(text, indent=8, before=f"self.{id} = ", note=note, paths=(path,))
    group = Group("self.add_module(", (Item(literal(id)), Item(text)), ")")
    return lines(group, indent=8, note=note, paths=(path,))


def modules_registered(call: object) -> bool:
    """Whether a step of this call is a submodule (ops are not)."""
    return not isinstance(call, OpCall | TensorCall)


def _register_tensor(node: Tensor, scope: Scope) -> str:
    text = modules.tensor(node, scope.functions)
    if node.kind == "Parameter":
        made = f"nn.Parameter({text})"
        if is_attribute(node.id):
            return f"self.{node.id} = {made}"
        return f"self.register_parameter({literal(node.id)}, {made})"
    tail = ", persistent=False" if node.kind == "Constant" else ""
    return f"self.register_buffer({literal(node.id)}, {text}{tail})"


def _repeat_class(
    spec: ClassSpec, call: RepeatCall, class_of: Callable[[BlockPlan | RepeatCall], str], notes: Mapping[str, str]
) -> list[Line]:
    scope, given = _scope(spec, class_of, notes)
    several = len(call.node.input_names) > 1
    argument = modules.instances(call, scope, unpack="" if several else "*")
    head = [
        *_plain(f"class {spec.name}(nn.{'ModuleList' if several else 'Sequential'}):", _signature(spec, given)),
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
        *_plain("", f"    def forward(self, {arguments}):", "        for layer in self:"),
        Line(f"            {parameters[0]} = layer({arguments})", (join(call.path, "0"),)),
        *_plain(f"        return {parameters[0]}"),
    ]


def _plain(*texts: str) -> list[Line]:
    return [Line(text) for text in texts]


def _indented(texts: Sequence[str]) -> list[Line]:
    return _plain(*(f"        {text}".rstrip() for text in texts))
