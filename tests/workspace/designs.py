"""Small designs."""

from __future__ import annotations

from composer.design.document import Design, Input
from composer.design.nodes import Layer, Sequential


def design(name: str = "LeNet", layers: int = 1) -> Design:
    nodes = tuple(Layer(kind="ReLU", id=str(k)) for k in range(layers))
    return Design(name=name, inputs=(Input(name="x", shape=("N", 4)),), root=Sequential(nodes=nodes))
