"""What a declaration in the catalog says about a layer, an op or an initializer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from composer.catalog.options import Option, Value

MAX_DIMS = 16


@dataclass(frozen=True)
class Input:
    """An input of a layer or op, in the order of its call. `keyword` inputs are passed by name."""

    name: str
    optional: bool = False
    keyword: bool = False


X = (Input("input"),)


def inputs(names: str) -> tuple[Input, ...]:
    """The inputs of a list such as `"query key value attn_mask=?"`: `?` is optional, `=?` optional and by name."""
    return tuple(Input(each.rstrip("=?"), each.endswith("?"), each.endswith("=?")) for each in names.split())


@dataclass(frozen=True, kw_only=True)
class Spec:
    """Common to everything that has a name, options and a place in the palette.

    `aliases` are words a user may search for ("skip", "lstm"); `help` is one or two sentences of ours.
    `since` is the torch version that brought it, where that is newer than the oldest one we support.
    """

    kind: str
    category: str
    options: tuple[Option, ...] = ()
    help: str = ""
    aliases: tuple[str, ...] = ()
    since: str = ""
    by_name: Mapping[str, Option] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {option.name: option for option in self.options})

    def needs(self, options: Mapping[str, Value]) -> str:
        """The torch version that this kind with these options needs; empty where any that we support will do."""
        used = [self.since, *(self.by_name[name].since for name in options if name in self.by_name)]
        return max(used, key=lambda version: [int(part) for part in version.split(".") if part])


@dataclass(frozen=True, kw_only=True)
class NodeSpec(Spec):
    """A layer or op: something with inputs.

    `inputs` are in call order. `variadic` takes any number (at least `least`) of inputs instead.
    `outputs` is how many tensors come out: 1 is a bare tensor, more is a tuple. 0 says that the options
    decide: a tuple of any length, or a bare tensor (pooling without `return_indices`).
    `formula` says what it computes, or the size that comes out, in names of its options; "" where that is not short.
    """

    inputs: tuple[Input, ...] = X
    variadic: bool = False
    least: int = 1
    outputs: int = 1
    formula: str = ""

    @property
    def required_inputs(self) -> int:
        return self.least if self.variadic else sum(not each.optional for each in self.inputs)


@dataclass(frozen=True, kw_only=True)
class LayerSpec(NodeSpec):
    """A `torch.nn` class, by that class's own name.

    `lazy` names the class that infers its input sizes; `infers` are the options it then does not have.
    A lazy class has a declaration of its own, whose `concrete` names the class it becomes.
    `positional` options are written without their name, in order, as one would by hand.
    `template` is a layer that the constructor takes as its first argument and copies; its options come first
    among this layer's own.
    """

    lazy: str = ""
    concrete: str = ""
    infers: tuple[str, ...] = ()
    positional: int = 1
    template: LayerSpec | None = None


@dataclass(frozen=True, kw_only=True)
class OpSpec(NodeSpec):
    """A parameterless tensor function.

    `call` is one of
    - a function's name, `"F.softmax"`: called with the inputs, then the options;
    - a method's name, `".mean"`: called on the first input, with the rest of the inputs, then the options;
    - a template with `{inputs}` (all, comma separated), `{0}`, `{1}` … (one of them), option names, and
      `{*name}` for the items of an option that is a tuple;
    - an operator between all the inputs, `"+"`.

    In the first two, `positional` options are always written, and without their name; the others by name, where
    they are not the default. A template that writes an operator says so with `operator`, so that what it
    takes gets parentheses. `training` passes on whether the module trains. In sizes, `d0`, `d1`, … are the
    sizes of the first input, or of the last with `sizes_of_last`.
    """

    call: str
    positional: int = 0
    operator: bool = False
    training: bool = False
    sizes_of_last: bool = False


@dataclass(frozen=True, kw_only=True)
class InitSpec(Spec):
    """A function of `torch.nn.init`, by its name without the trailing underscore, or an expression (`call` empty).

    `min_dims` and `max_dims` say how many dimensions a tensor that it fills may have; `divides` names an option that
    divides its first size.
    """

    call: str = ""
    min_dims: int = 0
    max_dims: int = MAX_DIMS
    divides: str = ""

    def text(self, options: Mapping[str, Value]) -> str:
        """The expression that says the values; "" where a function of torch's does."""
        return "" if self.call else str(options["expression"])

    def wants(self, options: Mapping[str, Value], shape: Sequence[int]) -> str:
        """What it wants of a tensor, where it cannot fill one of this shape; "" where it can."""
        asked = (option.least_dims(options.get(option.name)) for option in self.options)
        least, most = max([self.min_dims, *asked]), self.max_dims
        if not least <= len(shape) <= most:
            dims = f"{least}" if least == most else f"{least} to {most}" if most < MAX_DIMS else f"at least {least}"
            return f"{dims} dimensions"
        parts = options.get(self.divides, 1)
        if isinstance(parts, int) and parts > 1 and shape[0] % parts:
            return f"a first size that {self.divides}={parts} divides"
        return ""
