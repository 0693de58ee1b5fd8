"""Whole designs: inputs, definitions and a root; then ties, rules and frozen paths over what there is."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from composer.design.document import Definition, DefinitionOption, Design, Input, Rule
from composer.design.nodes import Code, Initializer, Layer, Node, Parallel, Repeat, Residual, Sequential, Tensor, Use
from composer.design.paths import walk
from tests.strategies.blocks import body_of, branch, fill
from tests.strategies.drawing import Defined, Filling, Tree, is_lazy, leaf
from tests.strategies.expressions import EXPRESSIONS, SCALED
from tests.strategies.leaves import Shape
from tests.strategies.names import DEFINITION_NAMES, DESIGN_NAMES, INPUT_NAMES, OPTION_NAMES
from tests.strategies.templates import adapt, tensor, use

SHAPES: tuple[Shape, ...] = ((4,), (5,), (6,), (8,), (3, 4), (2, 6), (1, 4, 4), (3, 4, 4), (4, 2, 3))
VOCABULARY = 11
_UNKNOWN: Shape = (-1,)


def designs() -> st.SearchStrategy[Design]:
    """Random valid designs.

    A failing one shrinks to a smaller one, not to a similar one: all but the size is drawn from one seed, because
    examples that Hypothesis makes by changing earlier ones are much alike, and 200 of them have to show everything.
    """
    return st.builds(random_design, st.integers(3, 40), st.integers(0, 2**64 - 1))


def random_design(size: int, seed: int) -> Design:
    """A design of about so many nodes."""
    tree = Tree(Random(seed), size, ())
    first = tree.pick(SHAPES)
    tree.defined = _definitions(tree, first)
    inputs, shapes = _inputs(tree, first)
    block = Filling(tree, (), shapes)
    _begin(block, inputs)
    root = _root(block)
    return Design(
        name=tree.pick(DESIGN_NAMES),
        description=tree.pick(("", "Drawn at random.", '"""\nquoted', "層")),
        inputs=inputs,
        root=root,
        definitions=tuple(each.definition for each in tree.defined),
        ties=_ties(tree),
        initializers=tuple(_rule(tree) for _ in range(tree.number(0, 2))),
        frozen=_frozen(tree),
        seed=tree.pick((0, 0, 1, 2**63 - 1)),
    )


def _definitions(tree: Tree, first: Shape) -> list[Defined]:
    """Up to three definitions; later ones may use earlier ones."""
    found: list[Defined] = []
    for name in tree.some(DEFINITION_NAMES, 3):
        own = Tree(tree.random, tree.number(2, 8), list(found))
        takes = (tree.pick([first, first, *SHAPES]),)
        if takes[0] and tree.chance(15):
            found.append(_custom(own, name, takes[0]))
            continue
        options = _options(own)
        if tree.chance(30):
            takes = (*takes, tree.pick([takes[0], first]))
        inputs = dict(zip(("x", "context"), takes, strict=False))
        block = Filling(own, (), inputs, depth=1)
        fill(block)
        adapt(block, takes[0] if tree.chance(60) else block.shape)
        body = _of_kind(own, block, takes[0])
        definition = Definition(name=name, options=options, body=body)
        lazy = _has_lazy(body, found)
        found.append(Defined(definition, takes, block.shape, lazy, tuple(own.modules), tuple(own.weights)))
    return found


_CODES = (
    "def forward(self, x):\n    return self.fc(x) * self.scale\n",
    "def init(self):\n    self.scale.fill_(0.5)\n\n\ndef forward(self, x):\n    return torch.tanh(x) + self.scale\n",
    "def forward(self, x):\n    for k in range(self.n):\n        x = F.relu(self.fc(x))  # once more\n    return x\n",
    "def forward(self, x):\n    x = self.fc(x)\n    if x.abs().sum() > 1:\n        x = x / 2\n    return x\n",
)


def _custom(tree: Tree, name: str, takes: Shape) -> Defined:
    """A custom layer that keeps the shape of what comes in."""
    size = takes[-1]
    nodes = (
        Layer(id="fc", kind="Linear", options={"in_features": size, "out_features": size}),
        Tensor(id="scale", kind=tree.pick(("Parameter", "Buffer", "Constant")), shape=(size,), value=1.0),
    )
    options = (DefinitionOption(name="n", default=2),)
    body = Code(input_names=("x",), nodes=nodes, code=tree.pick(_CODES))
    return Defined(Definition(name=name, options=options, body=body), (takes,), takes, False, (), ())


def _has_lazy(body: Node, defined: list[Defined]) -> bool:
    lazy = {each.definition.name for each in defined if each.lazy}
    return any(is_lazy(node.kind) or (isinstance(node, Use) and node.of in lazy) for _, node in walk(body))


def _options(tree: Tree) -> tuple[DefinitionOption, ...]:
    """Options whose values are at least 1."""
    names = tree.some(OPTION_NAMES, 2)
    tree.names = dict.fromkeys(names, 1)
    return tuple(DefinitionOption(name=name, default=tree.pick((None, 1, 2, 3)), help="A size.") for name in names)


def _of_kind(tree: Tree, block: Filling, takes: Shape) -> Any:
    """A root around drawn children: a Residual where their shape allows it."""
    names, nodes = tuple(block.inputs), tuple(block.nodes)
    if block.shape == takes and tree.chance(25):
        return Residual(input_names=names, nodes=nodes)
    return Sequential(input_names=names, nodes=nodes)


def _inputs(tree: Tree, first: Shape) -> tuple[tuple[Input, ...], dict[str, Shape]]:
    """The design's inputs, and the shapes of those that hold real numbers for each sample."""
    names = ["x", "y", "mask", "tokens"] if tree.chance(60) else tree.random.sample(INPUT_NAMES, 4)
    length: int | str = tree.pick((3, 5, "L", "L"))
    inputs = [
        tree.pick([Input(name=names[0], shape=("N", *first)), Input(name=names[0], shape=("batch", *first))])
        if tree.chance(75)
        else Input(name=names[0], shape=("N", length), dtype=tree.pick(("int64", "int32")), high=VOCABULARY)
    ]
    symbol = inputs[0].shape[0]
    if tree.chance(30):
        inputs.append(Input(name=names[1], shape=(symbol, *tree.pick((first, *SHAPES)))))
    if tree.chance(15):
        inputs.append(Input(name=names[2], shape=(symbol, *first), dtype="bool"))
    if tree.chance(10):
        inputs.append(Input(name=names[3], shape=first[-1:]))
    shapes: dict[str, Shape] = {}
    for each in inputs:
        sizes = tuple(size for size in each.shape[1:] if isinstance(size, int))
        if each.dtype == "float32" and each.shape[0] == symbol:
            shapes[each.name] = sizes
    # The flow starts at the first input, whatever it holds; `_begin` turns it into real numbers.
    return tuple(inputs), {inputs[0].name: first, **shapes}


def _begin(block: Filling, inputs: tuple[Input, ...]) -> None:
    """Bring inputs that hold no real numbers, or no samples, into the flow."""
    first = inputs[0]
    block.inputs = {each.name: block.inputs.get(each.name, ()) for each in inputs}  # ids must not take these names
    if first.dtype != "float32":
        block.values = [(wire, shape) for wire, shape in block.values if wire != first.name]
        _tokens(block, first)
    for each in inputs[1:]:
        if each.dtype == "bool" and (block.shape == each.shape[1:]):
            block.put(leaf("MaskedFill", {"value": -1}), block.shape, (block.flow[0], each.name))
        elif each.shape[0] != first.shape[0] and block.shape[-1:] == each.shape:
            block.put(leaf("Mul", {}), block.shape, (block.flow[0], each.name))


def _tokens(block: Filling, given: Input) -> None:
    tree, length = block.tree, given.shape[1]
    if isinstance(length, int) and tree.chance(30):
        block.put(leaf("Cast", {"dtype": "float32"}), (length,))
    elif tree.chance(25):
        sizes = {"num_embeddings": VOCABULARY, "embedding_dim": 4}
        block.put(leaf("EmbeddingBag", {**sizes, "mode": tree.pick(("mean", "sum"))}), (4,))
    else:
        width = _looked_up(block, given)
        if isinstance(length, int):
            block.put(leaf("Identity", {}), (length, width))
        else:  # a length that is not known: join it away
            options = {"d_model": width, "nhead": 1, "dim_feedforward": 6, "batch_first": True}
            block.put(leaf("TransformerEncoderLayer", options), _UNKNOWN)
            block.put(leaf(tree.pick(("Mean", "Amax", "Sum")), {"dim": 1}), (width,))
    block.values = [(wire, shape) for wire, shape in block.values if shape != _UNKNOWN]
    tree.modules = []


def _looked_up(block: Filling, given: Input) -> int:
    """Vectors for tokens. Their width."""
    tree = block.tree
    match tree.pick(("Embedding", "embedding", "OneHot")):
        case "Embedding":
            options = {"num_embeddings": VOCABULARY, "embedding_dim": 4}
            block.put(leaf("Embedding", {**options, "padding_idx": 0} if tree.chance(30) else options), _UNKNOWN)
        case "embedding":
            table = block.put_tensor(tensor("Parameter", (VOCABULARY, 4), scheme="normal"))
            block.put(leaf("embedding", {}), _UNKNOWN, (block.flow[0], table))
        case _:
            if given.dtype == "int32":
                block.put(leaf("Cast", {"dtype": "int64"}), _UNKNOWN)
            block.put(leaf("OneHot", {"num_classes": VOCABULARY}), _UNKNOWN)
            block.put(leaf("Cast", {"dtype": "float32"}), _UNKNOWN)
            return VOCABULARY
    return 4


def _root(block: Filling) -> Any:
    """The root: most often a Sequential, with some of its values as outputs; else another block."""
    tree, names = block.tree, tuple(block.inputs)
    if len(names) == 1 and not block.nodes and tree.chance(40):
        return _other_root(block, names)
    fill(block, 6)
    if tree.chance(60):
        use(block)
    outputs: tuple[str, ...] = ()
    if tree.chance(25):
        outputs = tuple(wire for wire, _ in (tree.pick(block.values) for _ in range(tree.number(1, 3))))
    elif not block.positional:
        adapt(block, block.shape)
    return Sequential(input_names=names, nodes=tuple(block.nodes), outputs=outputs)


def _other_root(block: Filling, names: tuple[str, ...]) -> Any:
    tree, start = block.tree, block.flow
    match tree.pick(("Parallel", "Residual", "Repeat")):
        case "Parallel":
            merge = tree.pick(("concat", "add", "stack", "tuple"))
            for _ in range(tree.number(1, 3)):
                block.flow, block.positional = start, True
                branch(block, None if merge == "tuple" else (4,))
            return Parallel(input_names=names, nodes=tuple(block.nodes), merge=merge)
        case "Residual":
            fill(block)
            adapt(block, start[1])
            return Residual(input_names=names, nodes=tuple(block.nodes))
        case _:
            tree.names, tree.indices = {"i": 0}, ("i",)
            return Repeat(input_names=names, body=body_of(block, start[1], 1), times=tree.number(1, 3))


def _ties(tree: Tree) -> tuple[tuple[str, ...], ...]:
    """Up to two ties between parameters of one shape."""
    free = {".".join(path): shape for path, shape in tree.weights}
    groups: list[tuple[str, ...]] = []
    for _ in range(tree.number(0, 2)):
        shapes = sorted({shape for shape in free.values() if list(free.values()).count(shape) > 1})
        if shapes:
            shape = tree.pick(shapes)
            paths = sorted(path for path in free if free[path] == shape)
            group = tree.random.sample(paths, min(len(paths), tree.number(2, 3)))
            groups.append(tuple(group))
            free = {path: shape for path, shape in free.items() if path not in group}
    return tuple(groups)


def _rule(tree: Tree) -> Rule:
    """An initializer rule that fits what it fills."""
    where = tree.pick(["", "", *(".".join(each.path) for each in tree.modules)])
    if tree.chance(50):
        schemes = ("xavier_uniform", "kaiming_normal", "orthogonal", "eye", "trunc_normal", "sparse")
        scheme = tree.pick(schemes)
        options: dict[str, Any] = {"sparsity": 0.5} if scheme == "sparse" else {}
        if tree.chance(25):
            scheme, options = "expression", {"expression": tree.pick((*EXPRESSIONS, *SCALED))}
        return Rule(where=where, kind="Linear", parameter="weight", init=Initializer(scheme=scheme, options=options))
    custom = ("expression", {"expression": tree.pick(EXPRESSIONS)})
    scheme, options = tree.pick((("normal", {"std": 0.1}), ("constant", {"val": 0.5}), ("zeros", {}), custom))
    return Rule(
        where=where,
        kind=tree.pick(("", "LayerNorm", "Conv2d")),
        parameter=tree.pick(("", "bias")),
        init=Initializer(scheme=scheme, options=options),
    )


def _frozen(tree: Tree) -> tuple[str, ...]:
    paths = [".".join(each.path) for each in tree.modules] + [".".join(path) for path, _ in tree.weights]
    if not paths or tree.chance(60):
        return ("",) if tree.chance(5) else ()
    return tuple(tree.some(sorted(set(paths)), 2))
