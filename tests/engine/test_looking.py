"""Looking leaves everything as it was: every layer of the catalog, after every sort of look there is."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from composer import templates
from composer.catalog import LAYERS
from composer.codegen.render import call_layer, construct
from composer.design.document import Rule
from composer.design.nodes import Initializer
from composer.engine import showing
from composer.engine.build import live
from composer.engine.data import Sample, load
from composer.engine.gradients import gradients
from composer.engine.held import held, named_tensors
from composer.engine.initialize import compare, twin_of
from composer.engine.lazy import waiting
from composer.engine.run import run
from composer.errors import DesignError
from tests.build import chain
from tests.catalog.samples import layer_sample
from tests.catalog.torch_version import installed
from tests.engine.fingerprint import fingerprint

ONE_RULE = chain(initializers=(Rule(init=Initializer(scheme="zeros")),))
AVAILABLE = [kind for kind, spec in LAYERS.items() if installed(spec.since)]


class Around(nn.Module):
    """A layer with all that it needs for a call, and a parameter of its own before it."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        sample = layer_sample(kind)
        self.layer = eval(construct(LAYERS[kind], sample.options), {"nn": nn, "torch": torch})
        self.noise = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5))
        self.scale = nn.Parameter(torch.ones(3))
        self._given = sample.make()
        names = [None if each is None else f"x{k}" for k, each in enumerate(self._given)]
        self._call = compile(call_layer(LAYERS[kind], "self.layer", sample.options, names), kind, "eval")

    def forward(self, x: Tensor) -> Any:
        scope = {"self": self} | {f"x{k}": _copied(each) for k, each in enumerate(self._given)}
        return eval(self._call, scope), self.noise(x) * self.scale


def _copied(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_copied(each) for each in value)
    return value.clone() if isinstance(value, Tensor) else value


def _ready(kind: str) -> tuple[Around, Sample]:
    """A layer in train mode, with sizes, and with gradients of an earlier step."""
    torch.manual_seed(0)
    model, sample = Around(kind), Sample((torch.randn(4, 3),), (), "made by the test")
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # torch's own of lazy layers
        model(*sample.tensors)
    for each in model.parameters():
        if each.is_floating_point():
            each.grad = torch.ones_like(each)
    return model.train(), sample


@pytest.mark.parametrize("kind", AVAILABLE)
def test_every_layer_is_left_as_it_was(kind: str) -> None:
    model, sample = _ready(kind)
    before = fingerprint(model)
    report = gradients(model, sample, "squares", seed=3)
    assert fingerprint(model) == before
    assert {each.standing for each in report.parameters if each.name == "scale"} == {"trained"}
    run(model, ["x"], sample, seed=3)
    assert fingerprint(model) == before
    held(model, {})
    for name, tensor in named_tensors(model).items():
        showing.window(tensor, "", 0, 0, 5, 5)
        showing.picture(tensor, 0)
        assert fingerprint(model) == before, name
    values = {name: (0, torch.zeros_like(each)) for name, each in model.named_parameters()}
    twin = twin_of(model, values)
    compare(ONE_RULE, model, values)
    gradients(twin, sample, "squares", seed=3)
    assert fingerprint(model) == before


@pytest.mark.parametrize("name", ["tied_mlp", "lenet", "vit", "nested_blocks"])
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
def test_every_template_is_left_as_it_was(name: str, training: bool) -> None:
    design = templates.load(name)
    model = live(design).train(not training)
    next(model.parameters()).requires_grad_(False)
    next(model.modules()).register_forward_hook(lambda *_: None)
    before = fingerprint(model)
    report = gradients(model, load("random", design.inputs, 2), "squares", training)
    assert fingerprint(model) == before
    assert report.parameters[0].standing == "frozen" and report.parameters[0].gradient is None
    assert report.training is training


def test_a_failed_look_leaves_everything_too() -> None:
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 2)).train()
    wrong = nn.Sequential(model[0], nn.Linear(5, 2))
    before = fingerprint(model)
    with pytest.raises(DesignError, match="1: expects input that Linear can take"):
        gradients(wrong, Sample((torch.ones(4, 3),), (), ""))
    with pytest.raises(DesignError, match="expects one row of scores for each sample"):
        gradients(nn.Sequential(model, nn.Flatten(0)), Sample((torch.ones(4, 3),), (), ""), "CrossEntropyLoss")
    assert fingerprint(model) == before


def test_looking_never_gives_a_lazy_layer_its_sizes() -> None:
    model = nn.Sequential(nn.Linear(20, 8), nn.LazyLinear(2))
    before = fingerprint(model)
    with pytest.raises(DesignError, match=r"1: expects sizes before gradients can be looked at .*dry run"):
        gradients(model, Sample((torch.ones(4, 20),), (), ""))
    assert fingerprint(model) == before
    assert list(waiting(model)) == ["1"]
