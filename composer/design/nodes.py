"""The nodes of a design's tree: layers, ops, tensors, blocks, uses and shared modules.

All are frozen: an edit makes new ones. Structure that paths depend on (ids, unique among siblings) is
checked here; everything else a design can get wrong is a problem that `check` returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator
from typing_extensions import TypeAliasType

from composer import catalog

MAX_NAME = 100
MAX_TEXT = 2_000
MAX_CODE = 20_000

Value = TypeAliasType("Value", "bool | int | float | str | tuple[Value, ...] | None")


Model = TypeVar("Model", bound=BaseModel)


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _check_id(text: str) -> str:
    if not text or "." in text:
        raise ValueError("a name in a path is not empty and has no dot")
    return check_text(text)


def check_text(text: str) -> str:
    """Refuse text that no UTF-8 file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("text has a lone surrogate") from None
    return text


def frozen(value: Any) -> Any:
    """`value` with lists, at any depth, as tuples."""
    if isinstance(value, list | tuple):
        return tuple(map(frozen, value))
    return {key: frozen(each) for key, each in value.items()} if isinstance(value, dict) else value


Id = Annotated[str, Field(max_length=MAX_NAME), AfterValidator(_check_id)]
Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(check_text)]
Options = Annotated[dict[str, Value], BeforeValidator(lambda value: frozen(value))]
Size = int | Text  # an integer or the text of an expression


class NodeBase(Frozen):
    """What every node has. The root of a design or definition has the empty id: it is in no path.

    `inputs` are the node's wires; with none, it takes the output of the sibling before it.
    """

    id: Annotated[str, Field(max_length=MAX_NAME), AfterValidator(check_text)] = ""
    inputs: tuple[Text, ...] = ()


def _known_kind(kind: str) -> str:
    if kind in catalog.LAYERS or kind in catalog.OPS:
        return kind
    close = catalog.close(kind)
    raise ValueError(f"unknown kind{', perhaps ' + ' or '.join(close) if close else ''}")


class _Leaf(NodeBase):
    kind: Annotated[Text, AfterValidator(_known_kind)]
    options: Options = Field(default_factory=dict)

    @model_validator(mode="after")
    def _normalize(self) -> Self:
        if "is_normal" in self.__dict__:  # it is looked at again whenever it goes into another block
            return self
        spec = self.spec.by_name
        normal = {k: spec[k].normalize(v) if k in spec else v for k, v in sorted(self.options.items())}
        object.__setattr__(self, "options", normal)
        object.__setattr__(self, "is_normal", True)
        return self

    @property
    def spec(self) -> catalog.NodeSpec:
        return catalog.find(self.kind)


class Layer(_Leaf):
    """A `torch.nn` layer."""

    @property
    def spec(self) -> catalog.LayerSpec:
        return catalog.LAYERS[self.kind]


class Op(_Leaf):
    """A parameterless tensor function."""

    @property
    def spec(self) -> catalog.OpSpec:
        return catalog.OPS[self.kind]


class Initializer(Frozen):
    """A scheme of the catalog and its options."""

    scheme: Text
    options: Options = Field(default_factory=dict)

    @model_validator(mode="after")
    def _normalize(self) -> Self:
        spec = catalog.INITIALIZERS[self.scheme].by_name if self.scheme in catalog.INITIALIZERS else {}
        normal = {k: spec[k].normalize(v) if k in spec else v for k, v in sorted(self.options.items())}
        object.__setattr__(self, "options", normal)
        return self


class Tensor(NodeBase):
    """A free parameter, buffer (saved) or constant (an unsaved buffer), registered on the enclosing block.

    Filled with `value` (a number, or nested lists of the shape) where given, else by `init` where given, else
    with zeros.
    """

    kind: Literal["Parameter", "Buffer", "Constant"]
    shape: tuple[Size, ...] = ()
    dtype: Text = "float32"
    init: Initializer | None = None
    value: Annotated[Value, BeforeValidator(frozen)] = None


class Use(NodeBase):
    """An instance of a definition, with weights of its own."""

    kind: Literal["Use"] = "Use"
    of: Text
    options: dict[str, Size] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _normalize(self) -> Self:
        object.__setattr__(self, "options", dict(sorted(self.options.items())))
        return self


class Shared(NodeBase):
    """The very module of an earlier node, registered here too. `of` is that node's path in the same scope."""

    kind: Literal["Shared"] = "Shared"
    of: Text


class BlockBase(NodeBase):
    """A node with children. `input_names` are what its children call its inputs."""

    input_names: tuple[Id, ...] = Field(default=("x",), min_length=1)

    @property
    def children(self) -> tuple[Node, ...]:
        raise NotImplementedError

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """The children by their ids, which are unique among them and the input names."""
        seen = set(self.input_names)
        if len(seen) < len(self.input_names):
            raise ValueError(f"two inputs of a block have one name: {', '.join(self.input_names)}")
        found = {}
        for child in self.children:
            _check_id(child.id)
            if child.kind == "Code":
                raise ValueError("a custom layer is a definition of its own, which blocks use")
            if child.id in seen:
                raise ValueError(f"id {child.id!r} is taken: ids and input names of one block are unique")
            seen.add(child.id)
            found[child.id] = child
        return found

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of all nodes inside, at any depth."""
        below = (child.kinds for child in self.children if isinstance(child, BlockBase))
        return frozenset(child.kind for child in self.children).union(*below)

    def with_children(self, children: tuple[Node, ...]) -> Self:
        """The same block around other children."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _unique_ids(self) -> Self:
        _ = self.by_id  # looked at once, however many blocks it goes into
        return self


class Sequential(BlockBase):
    """Children in order, each fed by the one before it unless wired. Output: the last child's, or `outputs`."""

    kind: Literal["Sequential"] = "Sequential"
    nodes: tuple[Node, ...] = ()
    outputs: tuple[Text, ...] = ()

    @property
    def children(self) -> tuple[Node, ...]:
        return self.nodes

    def with_children(self, children: tuple[Node, ...]) -> Self:
        return rebuild(self, nodes=children)


class Parallel(BlockBase):
    """Every child is a branch on the block's input; `merge` joins their outputs along `dim`."""

    kind: Literal["Parallel"] = "Parallel"
    nodes: tuple[Node, ...] = ()
    merge: Literal["concat", "add", "multiply", "stack", "tuple"] = "concat"
    dim: int = 1

    @property
    def children(self) -> tuple[Node, ...]:
        return self.nodes

    def with_children(self, children: tuple[Node, ...]) -> Self:
        return rebuild(self, nodes=children)


class Residual(BlockBase):
    """body(x) + shortcut(x): `nodes` are the body, a chain; no shortcut means the input itself."""

    kind: Literal["Residual"] = "Residual"
    nodes: tuple[Node, ...] = ()
    shortcut: Node | None = None

    @property
    def children(self) -> tuple[Node, ...]:
        return (*self.nodes, self.shortcut) if self.shortcut else self.nodes

    def with_children(self, children: tuple[Node, ...]) -> Self:
        """The shortcut is told by its id; the rest, in order, is the body."""
        own = self.shortcut.id if self.shortcut else None
        shortcut = next((child for child in children if child.id == own), None)
        return rebuild(self, nodes=tuple(child for child in children if child is not shortcut), shortcut=shortcut)


class Repeat(BlockBase):
    """`body`, `times` times in a chain: `new` values each, `copy`: equal at first, `same`: one module.

    The body's id is `0`; instance k is at `<path>.k`. With several inputs the first is chained and the others
    go to every instance. `index` names the instance's number in the body's options (mode `new` only).
    """

    kind: Literal["Repeat"] = "Repeat"
    body: Node
    times: Size = 2
    mode: Literal["new", "copy", "same"] = "new"
    index: Text = "i"

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.body,)

    def with_children(self, children: tuple[Node, ...]) -> Self:
        if len(children) != 1:
            raise ValueError(f"a Repeat has one body, not {len(children)}")
        return rebuild(self, body=rebuild(children[0], id="0"))

    @model_validator(mode="after")
    def _body_id(self) -> Self:
        if self.body.id != "0":
            raise ValueError("the body of a Repeat has the id '0'")
        return self


def _lines(text: str) -> str:
    """Code as lines that end alike, wherever it was written."""
    return check_text(text).replace("\r\n", "\n")


class Code(BlockBase):
    """A custom layer, the body of a definition: what it declares, and the Python text that computes with it.

    `nodes` are its parameters, buffers, constants and the modules that it calls; they have no wires. `code` defines
    `forward(self, ...)`, whose parameters are `input_names`, and, where initial values need it, `init(self)`. Opening
    a design reads the text and runs nothing.
    """

    kind: Literal["Code"] = "Code"
    nodes: tuple[Node, ...] = ()
    code: Annotated[str, Field(max_length=MAX_CODE), AfterValidator(_lines)] = ""

    @property
    def children(self) -> tuple[Node, ...]:
        return self.nodes

    def with_children(self, children: tuple[Node, ...]) -> Self:
        return rebuild(self, nodes=children)


def rebuild(node: Model, **changes: Any) -> Model:
    """`node` with some fields changed, checked like a new one."""
    return type(node)(**{name: getattr(node, name) for name in type(node).model_fields} | changes)


_FIXED = ("Parameter", "Buffer", "Constant", "Use", "Shared", "Sequential", "Parallel", "Residual", "Repeat", "Code")
_TAGS = dict.fromkeys(_FIXED[:3], "Tensor") | {kind: kind for kind in _FIXED[3:]}


def _tag(value: Any) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    if not isinstance(kind, str):
        return None
    if kind in _TAGS:
        return _TAGS[kind]
    return "Op" if kind in catalog.OPS else "Layer"


Node: TypeAlias = Annotated[
    Annotated[Layer, Tag("Layer")]
    | Annotated[Op, Tag("Op")]
    | Annotated[Tensor, Tag("Tensor")]
    | Annotated[Use, Tag("Use")]
    | Annotated[Shared, Tag("Shared")]
    | Annotated[Sequential, Tag("Sequential")]
    | Annotated[Parallel, Tag("Parallel")]
    | Annotated[Residual, Tag("Residual")]
    | Annotated[Repeat, Tag("Repeat")]
    | Annotated[Code, Tag("Code")],
    Discriminator(_tag),
]
Block: TypeAlias = Sequential | Parallel | Residual | Repeat | Code
BLOCK_KINDS = ("Sequential", "Parallel", "Residual", "Repeat", "Code")
TENSOR_KINDS = ("Parameter", "Buffer", "Constant")

for _model in (Sequential, Parallel, Residual, Repeat, Code):
    _model.model_rebuild()
