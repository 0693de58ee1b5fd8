"""Every layer, op and initializer: one declaration each.

The form, the checks, the code, the palette, the search and the documentation all read it.
"""

from __future__ import annotations

from composer.catalog import finding
from composer.catalog.initializers import INITIALIZERS
from composer.catalog.layers import LAYERS, LEFT_OUT, OPTIONS_LEFT_OUT, concrete_options
from composer.catalog.ops import OPS
from composer.catalog.reserved import RESERVED_IDS, SEQUENTIAL_NAMES
from composer.catalog.spec import InitSpec, Input, LayerSpec, NodeSpec, OpSpec, Spec

__all__ = [
    "CATEGORIES",
    "INITIALIZERS",
    "LAYERS",
    "LEFT_OUT",
    "LOSSES",
    "NODES",
    "OPS",
    "OPTIONS_LEFT_OUT",
    "RESERVED_IDS",
    "SEQUENTIAL_NAMES",
    "InitSpec",
    "Input",
    "LayerSpec",
    "NodeSpec",
    "OpSpec",
    "Spec",
    "close",
    "concrete_options",
    "find",
    "search",
]

LOSSES: dict[str, LayerSpec] = {kind: spec for kind, spec in LAYERS.items() if spec.category == "Loss"}
"""The layers that training uses."""

NODES: dict[str, NodeSpec] = {**LAYERS, **OPS}
"""All layers and ops, in the order of the palette."""

CATEGORIES: tuple[str, ...] = tuple(dict.fromkeys(spec.category for spec in NODES.values()))
"""Categories of layers, then those of ops, in the order of the palette."""


def find(kind: str) -> NodeSpec:
    """The declaration of a layer or op.

    Raises:
        KeyError: where there is no such kind.
    """
    return NODES[kind]


def close(kind: str) -> list[str]:
    """The kinds whose name resembles `kind`, the nearest first."""
    return finding.close(kind, NODES)


def search(text: str) -> list[NodeSpec]:
    """The layers and ops that fit `text`, by name, alias or purpose, the best first."""
    return finding.search(text, NODES)
