"""Ready layers as live modules, for tests."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from composer.design.document import Definition, DefinitionOption, Design, Input
from composer.design.nodes import Code, Node, Use
from composer.engine.build import live
from composer.templates import layers
from tests.build import chain
from tests.by_hand import BY_HAND

X20 = torch.randn(2, 20, generator=torch.Generator().manual_seed(3))


def made(name: str) -> nn.Module:
    """A live model of nothing but the ready layer; the layer itself where it is one use."""
    model = live(layers.load(name).design())
    nodes = layers.load(name).clip.nodes
    return model.get_submodule(nodes[0].id) if len(nodes) == 1 else model


def oracle(name: str) -> nn.Module:
    """The same by hand, drawn with the seed of the design."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return BY_HAND[name]()


def custom(
    code: str, *nodes: Node, width: int = 20, inputs: tuple[Input, ...] = (), options: tuple[DefinitionOption, ...] = ()
) -> Design:
    """A design of one custom layer, at `own`."""
    given = inputs or (Input(shape=("N", width)),)
    body = Code(nodes=nodes, code=code, input_names=tuple(each.name for each in given))
    definitions = (Definition(name="Own", options=options, body=body),)
    return chain(
        Use(id="own", of="Own", inputs=tuple(each.name for each in given)), inputs=given, definitions=definitions
    )


def count(module: nn.Module) -> int:
    return sum(each.numel() for each in module.parameters())


def same(a: Tensor, b: Tensor) -> bool:
    return a.dtype == b.dtype and torch.equal(a, b)
