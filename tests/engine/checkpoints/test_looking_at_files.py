"""A look at a live model and a file: what lazy layers would refuse is said before anything is loaded."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from composer import templates
from composer.checkpoint_reports import Part
from composer.engine.build import live
from composer.engine.checkpoints.loading import load
from composer.engine.checkpoints.looking import look
from composer.engine.live import tensors_of
from composer.engine.values import Changes
from composer.errors import CheckpointError
from composer.matching.match import match
from tests.build import chain, layer
from tests.engine.checkpoints.stub import Stub
from tests.engine.fingerprint import fingerprint


def part_of(**shapes: tuple[int, ...]) -> Part:
    return Stub({name.replace("__", "."): torch.ones(shape) for name, shape in shapes.items()}).report.parts[0]


def lazy(kind: str, **options: Any) -> Any:
    return live(chain(layer("fc", kind, **options)))


def test_a_model_without_lazy_layers_is_matched_as_it_is() -> None:
    model = live(templates.load("mlp"))
    part = Stub({name: torch.ones(3) for name in ("hidden.weight", "x")}).report.parts[0]
    assert look(model, part) == match(tensors_of(model), part)


def test_what_fits_gives_the_layer_its_size() -> None:
    model = lazy("LazyLinear", out_features=3)
    before = fingerprint(model)
    report = look(model, part_of(fc__weight=(3, 7), fc__bias=(3,)))
    assert report == match(tensors_of(model), part_of(fc__weight=(3, 7), fc__bias=(3,))) and report.complete
    assert fingerprint(model) == before


@pytest.mark.parametrize(
    ("kind", "options", "shapes", "name", "reason"),
    [
        (
            "LazyLinear", {"out_features": 3}, {"fc__weight": (4, 7)}, "fc.weight",
            "expects 3×7, the file has 4×7: only slices of it would fit",
        ),
        (
            "LazyLinear", {"out_features": 3}, {"fc__weight": (3, 7), "fc__bias": (4,)}, "fc.bias",
            "expects 3, the file has 4: only slices of it would fit",
        ),
        (
            "LazyLinear", {"out_features": 3}, {"fc__weight": (3,)}, "fc.weight",
            "fc.weight: a LazyLinear takes its size from 2 sizes of at least 1; the file has 3.",
        ),
        (
            "LazyConvTranspose1d", {"out_channels": 4, "kernel_size": 3, "groups": 2}, {"fc__weight": (3, 2, 3)},
            "fc.weight",
            "fc: the sizes of the file do not suit this layer: in_channels must be divisible by groups",
        ),
    ],
)  # fmt: skip
def test_what_a_lazy_layer_refuses_is_said_as_loading_says_it(
    kind: str, options: dict[str, Any], shapes: dict[str, tuple[int, ...]], name: str, reason: str
) -> None:
    model, part = lazy(kind, **options), part_of(**shapes)
    (row,) = (row for row in look(model, part).rows if row.name == name)
    assert (row.loads, row.reason) == (False, reason)
    pairs = match(tensors_of(model), part).pairs()
    stub = Stub({each.name: torch.ones(each.shape) for each in part.tensors})
    with pytest.raises(CheckpointError):
        load(model, stub, "", pairs, Changes(), torch.get_rng_state())
