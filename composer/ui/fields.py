"""What can be set at a node, as fields of a form: options of layers, ops and uses, and fields of blocks and tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from composer.catalog import INITIALIZERS
from composer.catalog.options import REQUIRED, Choice, DType, Int, IntList, Number, Option, Str, Value
from composer.design.document import Design
from composer.design.nodes import (
    Initializer,
    Layer,
    Node,
    Op,
    Parallel,
    Repeat,
    Shared,
    Tensor,
    Use,
)
from composer.design.paths import find
from composer.ui.language import _
from composer.ui.values import Sizes

Operation = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """One thing to set. `value` is what holds, REQUIRED where a value is missing; `given`: the design says it.

    `set` makes the operation for a new value, `reset` the one that goes back to the default (None: there is none).
    """

    option: Option
    value: Value
    given: bool
    set: Callable[[Value], Operation]
    reset: Operation | None

    @property
    def name(self) -> str:
        return self.option.name


def fields_of(design: Design, path: str, node: Node) -> tuple[Field, ...]:
    """The fields of the node at `path`, in the order of its declaration."""
    match node:
        case Layer() | Op():
            return tuple(_option(path, each, node.options) for each in node.spec.options)
        case Use():
            return tuple(_use(design, path, node))
        case Shared():
            return (_field(path, Str("of", help=_("Path of the module that is used here again.")), node.of),)
        case Tensor():
            return tuple(_tensor(path, node))
        case Repeat():
            return tuple(_field(path, each, getattr(node, each.name)) for each in _repeat())
        case Parallel():
            lined = node.merge in ("concat", "stack")
            shown = _parallel() if lined else _parallel()[:1]
            return tuple(_field(path, each, getattr(node, each.name)) for each in shown)
    return ()


def name_of(design: Design, path: str, node: Node) -> tuple[Field, ...]:
    """The field for what a node, definition or the design is called; none where that is not free."""
    if not path:
        option: Option = Str("name", help=_("Name of the design, and of its class in the code."), max_length=100)
        return (_design(option, design.name),)
    head, _dot, own = path.rpartition(".")
    if not head and path.startswith("."):
        option = Str("name", help=_("Name of the definition, and of its class in the code."), max_length=100)
        return (Field(option, own, True, lambda new: {"edit": "rename_definition", "name": own, "new": new}, None),)
    if isinstance(find(design, head), Repeat):
        return ()
    option = Str("id", help=_("Its name in paths, in the code and in state dicts. No dots."), max_length=100)
    return (Field(option, node.id, True, lambda new: {"edit": "rename", "path": path, "id": new}, None),)


def whole(design: Design) -> tuple[Field, ...]:
    """The fields of the design itself: what it says about itself, and its inputs."""
    about = Str("description", default="", help=_("What it is, in a sentence."), max_length=2000)
    seed = Int("seed", default=0, low=0, help=_("Initial values are drawn with it, so that they can be had again."))
    fields = [_design(about, design.description), _design(seed, design.seed)]
    for place, each in enumerate(design.inputs):
        prefix = "" if len(design.inputs) == 1 else f"{each.name} "
        shape = Sizes(f"{prefix}shape", help=_("Sizes of the input: N, 1, 28, 28 are N gray images of 28×28."))
        dtype = DType(f"{prefix}dtype", help=_("Type of its entries; int64 for words and other indices."))
        fields += [_input(design, place, shape, "shape"), _input(design, place, dtype, "dtype")]
        if each.dtype == "int64":
            high = Int(f"{prefix}high", low=1, default=None, optional=True, help=_("One more than its largest entry."))
            fields.append(_input(design, place, high, "high"))
    return tuple(fields)


def _design(option: Option, value: Value) -> Field:
    def make(new: Value) -> Operation:
        return {"edit": "set_design", option.name: new}

    given = option.required or value != option.default
    return Field(option, value, given, make, make(option.default) if given and not option.required else None)


def _input(design: Design, place: int, option: Option, attribute: str) -> Field:
    def make(new: Value) -> Operation:
        inputs = [each.model_dump(mode="json") for each in design.inputs]
        inputs[place][attribute] = new
        return {"edit": "set_design", "inputs": inputs}

    return Field(option, getattr(design.inputs[place], attribute), True, make, None)


def _option(path: str, option: Option, given: Mapping[str, Value], edit: str = "set_option") -> Field:
    own = option.name in given
    reset = {"edit": "unset_option", "path": path, "name": option.name}
    return Field(
        option,
        given[option.name] if own else option.default,
        own,
        lambda value: {"edit": edit, "path": path, "name": option.name, "value": value},
        reset if own and not option.required else None,
    )


def _field(path: str, option: Option, value: Value) -> Field:
    """A field of a block or tensor: it always has a value, and the declaration here has the default."""

    def make(new: Value) -> Operation:
        return {"edit": "set_field", "path": path, "name": option.name, "value": new}

    given = option.required or value != option.default
    return Field(option, value, given, make, make(option.default) if given and not option.required else None)


def _use(design: Design, path: str, node: Use) -> Iterator[Field]:
    names = tuple(each.name for each in design.definitions)
    help = _("The definition that this is an instance of. Editing that changes all its uses.")
    yield _field(path, Choice("of", choices=names, help=help), node.of)
    definition = design.definition(node.of)
    for each in definition.options if definition else ():
        default = REQUIRED if each.default is None else each.default
        yield _option(path, Int(each.name, default=default, help=each.help), node.options)


def _repeat() -> tuple[Option, ...]:
    return (
        Int("times", low=0, default=2, help=_("How many instances follow each other.")),
        Choice(
            "mode",
            default="new",
            choices=("new", "copy", "same"),
            help=_("new: each has values of its own. copy: they start equal. same: one module, used again and again."),
        ),
        Str("index", default="i", help=_("What options of the body call the number of the instance, from 0.")),
    )


def _parallel() -> tuple[Option, ...]:
    return (
        Choice(
            "merge",
            default="concat",
            choices=("concat", "add", "multiply", "stack", "tuple"),
            help=_("How the outputs of the branches become one."),
        ),
        Int("dim", default=1, help=_("The dimension along which they are joined.")),
    )


def _tensor(path: str, node: Tensor) -> Iterator[Field]:
    yield _field(path, IntList("shape", default=(), min_length=0, low=0, help=_("Its sizes.")), node.shape)
    yield _field(path, DType("dtype", default="float32", help=_("Type of its entries.")), node.dtype)
    if not isinstance(node.value, tuple):
        help = _("The number that fills it.")
        yield _field(path, Number("value", default=None, optional=True, help=help), node.value)
    if node.value is None:
        yield from _initializer(path, node.init)


def _initializer(path: str, init: Initializer | None) -> Iterator[Field]:
    """The scheme that fills a tensor, then the scheme's own options."""

    def say(scheme: Value, options: Mapping[str, Value]) -> Operation:
        value = None if scheme is None else {"scheme": scheme, "options": dict(options)}
        return {"edit": "set_field", "path": path, "name": "init", "value": value}

    help = _("What fills it at the start; none: zeros.")
    option = Choice("init", default=None, optional=True, choices=tuple(INITIALIZERS), help=help)
    scheme = init.scheme if init else None
    yield Field(option, scheme, bool(init), lambda new: say(new, {}), say(None, {}) if init else None)
    if init:
        yield from initializer_options(init, say)


Say = Callable[[Value, Mapping[str, Value]], Operation]
"""What makes an operation of a scheme and its options."""


def initializer_options(init: Initializer, say: Say) -> Iterator[Field]:
    """The options of a scheme."""
    for each in INITIALIZERS[init.scheme].options if init.scheme in INITIALIZERS else ():
        yield _initializer_option(init, each, say)


def _initializer_option(init: Initializer, option: Option, say: Say) -> Field:
    others = {name: value for name, value in init.options.items() if name != option.name}
    given = option.name in init.options
    return Field(
        option,
        init.options.get(option.name, option.default),
        given,
        lambda value: say(init.scheme, {**others, option.name: value}),
        say(init.scheme, others) if given and not option.required else None,
    )
