"""Short ways to write designs in tests."""

from __future__ import annotations

from typing import Any

from composer.design.document import Design, Input
from composer.design.nodes import Block, Layer, Node, Op, Sequential

X = (Input(shape=("N", 4)),)


def layer(id: str, kind: str, *inputs: str, **options: Any) -> Layer:
    return Layer(id=id, kind=kind, inputs=inputs, options=options)


def op(id: str, kind: str, *inputs: str, **options: Any) -> Op:
    return Op(id=id, kind=kind, inputs=inputs, options=options)


def linear(id: str, in_features: int | str, out_features: int | str, *inputs: str) -> Layer:
    return layer(id, "Linear", *inputs, in_features=in_features, out_features=out_features)


def chain(*nodes: Node, inputs: tuple[Input, ...] = X, **fields: Any) -> Design:
    """A design whose root is a Sequential of `nodes`."""
    names = tuple(each.name for each in inputs)
    return Design(inputs=inputs, root=Sequential(nodes=nodes, input_names=names), **fields)


def of(root: Block, inputs: tuple[Input, ...] = X, **fields: Any) -> Design:
    return Design(inputs=inputs, root=root, **fields)
