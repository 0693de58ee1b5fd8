"""The palette: everything that a design can be made of, as the editor shows and inserts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from composer import templates
from composer.catalog import CATEGORIES, LAYERS, NODES, NodeSpec
from composer.design.document import Design
from composer.design.edits.ids import stem_of
from composer.design.names import variable
from composer.design.nodes import Layer, Op, Use
from composer.ui.language import _
from composer.views.theme import family

Entry = Mapping[str, Any]

_STARTERS: Mapping[str, Any] = {
    "out_features": 64, "out_channels": 16, "kernel_size": 3, "num_embeddings": 1000, "embedding_dim": 64,
    "hidden_size": 64, "num_heads": 4, "nhead": 4, "num_layers": 2, "num_groups": 1, "output_size": 1,
    "chunks": 2, "split_size": 1, "dim": 1, "dim0": 1, "dim1": 2, "sizes": ["=d0", -1], "dims": [0, 2, 1],
    "index": [[None, None, None]], "equation": "ij,kj->ik", "upscale_factor": 2, "downscale_factor": 2, "groups": 1,
    "unflattened_size": [1, -1], "value": 1.0, "dtype": "float32", "size": 5, "pad": [0, 0], "padding": 1,
}  # fmt: skip
"""A first value for options that have no default: what a person would rather change than type."""


def palette(design: Design) -> list[dict[str, Any]]:
    """Groups of entries: blocks, what this design defines, whole templates, and the catalog by category.

    An entry holds the `node` that it inserts, or the name of a `template`, which is too large to send with every page.
    """
    own = [
        _use(each.name, {option.name: option.default or 8 for option in each.options}) for each in design.definitions
    ]
    groups = [{"name": _("Blocks"), "entries": [*_blocks()]}]
    if own:
        groups.append({"name": _("This design"), "entries": own})
    return [*groups, _templates(), *_catalog()]


def _blocks() -> Iterator[Entry]:
    yield _block("Sequential", _("Nodes in a row, each fed by the one before."), "chain row stack", {})
    yield _block("Parallel", _("Branches on one input, joined again."), "branch concat split inception", {})
    yield _block("Residual", _("A body, and its input added to what comes out."), "skip shortcut resnet add", {})
    yield _block(
        "Repeat",
        _("One body several times in a row."),
        "loop stack times n",
        {"body": {"kind": "Sequential", "id": "0"}},
    )
    for kind, text in (
        ("Parameter", _("A tensor that is learned.")),
        ("Buffer", _("A tensor that is saved and not learned.")),
        ("Constant", _("A tensor that is neither learned nor saved.")),
    ):
        node = {"kind": kind, "shape": [1]}
        yield _entry(kind, text, "tensor weight free", "Parameter", kind.lower(), "leaf", node)


def _block(kind: str, text: str, words: str, fields: Mapping[str, Any]) -> Entry:
    return {**_entry(kind, text, words, "Block", kind.lower(), "block", {"kind": kind, **fields}), "block": kind}


def _use(name: str, options: Mapping[str, int]) -> Entry:
    node = {"kind": "Use", "of": name, "options": dict(options)}
    stem = stem_of(Use(of=name))
    return _entry(
        name,
        _("Another instance of {name}, with weights of its own.").format(name=name),
        "linked",
        "Use",
        stem,
        "leaf",
        node,
    )


@cache
def _catalog() -> tuple[dict[str, Any], ...]:
    return tuple(
        {"name": _(category), "entries": [_of_spec(spec) for spec in NODES.values() if spec.category == category]}
        for category in CATEGORIES
        if category != "Loss"
    )


@cache
def parts() -> tuple[str, ...]:
    """The templates that can be a part of a design, the smaller ones first: those with one input."""
    single = (name for name in templates.names() if len(templates.load(name).inputs) == 1)
    return tuple(sorted(single, key=lambda name: len(templates.text(name))))


@cache
def _templates() -> dict[str, Any]:
    return {"name": _("Templates"), "entries": [_template(name) for name in parts()]}


def _template(name: str) -> Entry:
    design = templates.load(name)
    stem = variable(design.name, "model")
    if stem[-1].isdigit():
        stem += "_"  # a number comes behind it
    words = f"{name.replace('_', ' ')} network model"
    entry = _entry(design.name, _(design.description), words, "Block", stem, "block", {})
    return {key: value for key, value in entry.items() if key != "node"} | {
        "key": f"template:{name}",
        "template": name,
        "block": design.root.kind,
    }


def _of_spec(spec: NodeSpec) -> Entry:
    layer = spec.kind in LAYERS
    node: Layer | Op = Layer(kind=spec.kind) if layer else Op(kind=spec.kind)
    options = {option.name: _first(option) for option in spec.options if option.required}
    role = "leaf" if layer else "op"
    words = " ".join(spec.aliases)
    return _entry(
        spec.kind, spec.help, words, spec.category, stem_of(node), role, {"kind": spec.kind, "options": options}
    )


def layer_node(kind: str) -> dict[str, Any]:
    """A layer with the values that its options begin with."""
    return dict(_of_spec(LAYERS[kind])["node"])


def _first(option: Any) -> Any:
    """A value to begin with. The size of an input is 1 until the editor fits it to what comes in."""
    if getattr(option, "measures", None):
        return 1
    value = _STARTERS.get(option.name, 1)
    return value if option.accepts(option.normalize(value)) else _fallback(option)


def _fallback(option: Any) -> Any:
    candidates = (1, [1], 1.0, "", True, *getattr(option, "choices", ()))
    return next((each for each in candidates if option.accepts(option.normalize(each))), None)


def _entry(key: str, text: str, words: str, category: str, stem: str, role: str, node: Mapping[str, Any]) -> Entry:
    return {
        "key": key,
        "name": key,
        "help": text,
        "words": words,
        "family": family(category),
        "stem": stem,
        "role": role,
        "node": node,
    }
