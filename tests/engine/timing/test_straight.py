"""Models written without modules: they compute the same."""

from __future__ import annotations

import pytest
import torch

from composer import templates
from composer.engine.build import live
from composer.engine.timing.designs import inputs_for
from composer.engine.timing.points import Impossible
from composer.engine.timing.straight import straight_line
from tests.build import chain, layer, linear
from tests.by_hand import Fixed

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    "name", ["mlp", "nested_mlp", "tied_mlp", "lenet", "resnet18", "googlenet", "vit", "gpt2_small"]
)
def test_templates(name: str) -> None:
    design = templates.load(name)
    model = live(design).eval()
    inputs = inputs_for(design, 1, {}, CPU)
    function = straight_line(model)
    with torch.inference_mode():
        assert torch.equal(function(*inputs), model(*inputs))


def test_parameters_are_those_of_the_model_and_its_checks_are_back() -> None:
    model = live(chain(linear("a", 4, 4), layer("norm", "BatchNorm1d", num_features=4))).eval()
    function, x = straight_line(model), torch.ones(2, 4)
    before = function(x)
    with torch.no_grad():
        model.get_parameter("a.weight").add_(1)
    assert not torch.equal(function(x), before) and torch.equal(function(x), model(x))
    with pytest.raises(ValueError, match="expected 2D or 3D input"):
        model(torch.ones(4))


def test_what_depends_on_data_is_refused() -> None:
    with pytest.raises(Impossible, match=r"^it cannot be written without modules: "):
        straight_line(Fixed())
