"""Reusing parts of a design in another one, or in front of a second head of its own."""

from __future__ import annotations

import pytest
import torch

from composer import templates
from composer.design.check import check
from composer.design.document import Design
from composer.design.nodes import Sequential
from composer.design.reuse import first, head_of, reused, shared
from composer.engine.build import live
from composer.errors import EditError


def empty(source: Design, name: str = "New") -> Design:
    return Design(name=name, inputs=source.inputs, root=Sequential())


def test_the_first_layers_go_with_their_ids_and_a_new_head() -> None:
    source = templates.load("mlp")
    result = reused(source, first(source, 2), empty(source), head_of(3, 256, flatten=False), frozen=True)
    assert not check(result.design)
    assert result.moved == {"hidden": "hidden", "relu": "relu"} and result.head == ("head",)
    model = live(result.design)
    assert list(model.state_dict()) == ["hidden.weight", "hidden.bias", "head.weight", "head.bias"]
    trains = {name: each.numel() for name, each in model.named_parameters() if each.requires_grad}
    assert trains == {"head.weight": 768, "head.bias": 3}  # the book's exercise: 771 parameters train


def test_an_instance_of_a_repeat_is_named_by_where_its_weights_are() -> None:
    source = templates.load("gpt2_small")
    result = reused(source, ["blocks.3"], empty(source))
    assert result.moved == {"blocks.3": "0"}
    assert [each.kind for each in result.design.root.children] == ["Use"]
    with pytest.raises(EditError, match="two that lead to one node"):
        reused(source, ["blocks.3", "blocks.4"], empty(source))


def test_parts_get_free_ids_behind_what_the_target_has() -> None:
    source, target = templates.load("lenet"), templates.load("lenet")
    result = reused(source, ["classifier", "features"], target)
    assert list(result.moved) == ["features", "classifier"]
    assert set(result.moved.values()).isdisjoint({"features", "classifier"})
    assert target == templates.load("lenet")


@pytest.mark.parametrize(("name", "count"), [("mlp", 2), ("lenet", 1), ("tied_mlp", 3)])
def test_shared_layers_are_one_module_with_two_heads(name: str, count: int) -> None:
    source = templates.load(name)
    result = shared(source, count, head_of(7, None, flatten=False))
    assert not check(result.design)
    model, alone = live(result.design), live(source)
    inputs = torch.randn(2, *(dim for dim in source.inputs[0].shape if isinstance(dim, int)))
    with torch.no_grad():
        old, new = model(inputs)
        assert torch.equal(old, alone(inputs)) and new.shape[-1] == 7
    modules = dict(model.named_modules(remove_duplicate=False))
    assert any(before in modules for before in result.moved)
    for before, after in result.moved.items():
        assert modules.get(before) is modules.get(after)
    extra = sum(each.numel() for each in model.head.parameters())
    assert sum(each.numel() for each in model.parameters()) == sum(each.numel() for each in alone.parameters()) + extra


def test_training_one_head_trains_what_both_share() -> None:
    """Fact 78: slicing shares layers."""
    model = live(shared(templates.load("mlp"), 2, head_of(3, 256, flatten=False)).design)
    model(torch.randn(2, 20))[1].sum().backward()
    assert model.hidden.weight.grad is not None and model.out.weight.grad is None


def test_what_cannot_be_shared_is_refused() -> None:
    source = templates.load("mlp")
    with pytest.raises(EditError, match="1 to 3 nodes to share, received 9"):
        shared(source, 9, ())
    two = shared(source, 2, head_of(3, 256, flatten=False)).design
    with pytest.raises(EditError, match="a Sequential with one output"):
        shared(two, 1, ())


def test_a_head_for_images_flattens_first() -> None:
    source = templates.load("lenet")
    result = reused(source, ["features.conv1"], empty(source), head_of(5, None, flatten=True))
    assert result.head == ("flatten", "head")
    assert live(result.design)(torch.randn(2, 1, 28, 28)).shape == (2, 5)
