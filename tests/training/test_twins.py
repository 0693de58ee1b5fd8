"""The untied twin: the same names, the same values to begin with, and nothing shared."""

from __future__ import annotations

import torch

from composer import templates
from composer.design.document import Definition
from composer.design.nodes import Repeat, Sequential, Shared, Use
from composer.engine.valued import initial
from composer.training.twins import shares, untied
from tests.build import chain, linear


def test_nothing_is_shared_any_more_and_names_stay() -> None:
    inner = Sequential(nodes=(linear("p", 4, 4), Shared(id="q", of="p")))
    design = chain(
        linear("a", 4, 4), linear("b", 4, 4), Shared(id="c", of="a"), Shared(id="d", of="c"),
        Repeat(id="r", body=linear("0", 4, 4), times=3, mode="same"), Use(id="u", of="Inner"), linear("e", 4, 4),
        definitions=(Definition(name="Inner", body=inner),), ties=(("b.weight", "e.weight"),),
    )  # fmt: skip
    one, two = initial(design).model, initial(untied(design)).model
    assert list(one.state_dict()) == list(two.state_dict())
    assert len(list(one.parameters())) == 9 and len(list(two.parameters())) == len(two.state_dict()) == 20
    two.load_state_dict(one.state_dict())
    inputs = torch.randn(3, 4)
    assert torch.equal(one(inputs), two(inputs))


def test_what_shares_nothing_is_the_same() -> None:
    design = templates.load("lenet")
    assert untied(design) == design and not shares(design) and shares(templates.load("tied_mlp"))
