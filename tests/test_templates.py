"""The templates: their parameter counts are the book's, and their shapes are known to the end."""

from __future__ import annotations

import pytest
import torch

from composer import templates
from composer.design import text
from composer.design.check import check
from composer.engine.build import live
from composer.engine.shapes import shapes
from composer.reports import count_parameters, describe

FACTS = {
    "mlp": (7_946, "N×10"),
    "nested_mlp": (3_952, "N×16"),
    "mixed_mlp": (4_712, "scalar"),
    "nested_blocks": (309, "N×1"),
    "tied_mlp": (121, "N×1"),
    "lenet": (61_706, "N×10"),
    "googlenet": (5_977_530, "N×10"),
    "resnet18": (11_178_378, "N×10"),
    "vit": (6_457_866, "N×10"),
    "gpt2_small": (124_439_808, "N×T×50257"),
}


def test_every_template_has_facts() -> None:
    assert set(templates.names()) == set(FACTS)


@pytest.mark.parametrize("name", FACTS)
def test_counts_and_shapes(name: str) -> None:
    design = templates.load(name)
    assert check(design) == ()
    report = shapes(design)
    assert report.problems == ()
    assert (count_parameters(report.tensors), describe(report.output)) == FACTS[name]
    assert all("?" not in describe(step.output) for step in report.steps.values())
    assert templates.text(name) == text.dumps(design), "the file is in its canonical form"


@pytest.mark.parametrize("name", [name for name in FACTS if name != "gpt2_small"])
def test_live_model_has_the_same_count(name: str) -> None:
    assert sum(p.numel() for p in live(templates.load(name)).parameters()) == FACTS[name][0]


def test_book_paths() -> None:
    net = live(templates.load("nested_blocks"))
    assert net.get_parameter("0.block 1.0.bias") is net[0][1][0].bias  # type: ignore[index]
    assert len(net.state_dict()) == 18


def test_tied_mlp_is_tied() -> None:
    net = live(templates.load("tied_mlp"))
    assert len(list(net.named_parameters())) == 6
    assert len(net.state_dict()) == 8
    assert net.get_submodule("2") is net.get_submodule("4")


def test_mixed_mlp_is_the_book_s_loop() -> None:
    net = live(templates.load("mixed_mlp"))
    fixed = net.get_submodule("2")
    torch.manual_seed(0)
    for scale in (0.01, 1.0, 100.0, 1e4):
        x = torch.randn(2, 20) * scale
        y = torch.relu(fixed.linear(x) @ fixed.rand_weight + 1)
        y = fixed.linear(y)
        while y.abs().sum() > 1:
            y = y / 2
        assert torch.equal(fixed(x), y.sum())
    assert "2.rand_weight" not in net.state_dict()


def test_gpt2_head_is_tied_in_the_live_model() -> None:
    from composer.engine.build import build, source_of

    design = templates.load("gpt2_small")
    with torch.device("meta"):
        net = build(source_of(design), "GPT2")
    assert net.lm_head.weight is net.wte.weight
    assert sum(p.numel() for p in net.parameters()) == 124_439_808
