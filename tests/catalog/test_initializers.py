"""Every scheme of `torch.nn.init`: its options, its text, and which tensors it can fill; and the one of our own.

What an expression means is tested with its source, in `tests/codegen/test_custom.py`.
"""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from torch import nn

from composer.catalog import INITIALIZERS
from composer.codegen.render import fill

OWN = {"expression"}  # no function of torch.nn.init
OF_TORCH = {kind: spec for kind, spec in INITIALIZERS.items() if kind not in OWN}

NOT_OPTIONS = {"tensor": "what is filled", "generator": "the seed of the design decides"}

OPTIONS: dict[str, dict[str, Any]] = {
    "uniform": {"a": -1.0, "b": 2.0},
    "normal": {"mean": 1.0, "std": 0.01},
    "trunc_normal": {"std": 2.0, "a": -1.0, "b": 1.0},
    "constant": {"val": 42.0},
    "dirac": {"groups": 2},
    "xavier_uniform": {"gain": 2.0},
    "xavier_normal": {"gain": 0.5},
    "kaiming_uniform": {"mode": "fan_out", "nonlinearity": "relu"},
    "kaiming_normal": {"a": 0.1},
    "orthogonal": {"gain": 2.0},
    "sparse": {"sparsity": 0.3, "std": 1.0},
}


def _shape(kind: str, dims: int) -> tuple[int, ...]:
    return (4, 6, 3, 3, 3, 3)[:dims]


def _fill(kind: str, dims: int) -> torch.Tensor:
    tensor = torch.empty(_shape(kind, dims))
    eval(fill(INITIALIZERS[kind], OPTIONS.get(kind, {}), "w", {}), {"nn": nn, "w": tensor})
    return tensor


def test_every_scheme_is_there() -> None:
    schemes = {
        name.removesuffix("_")
        for name, each in vars(nn.init).items()
        if name.endswith("_") and not name.startswith("_") and callable(each)
    }
    assert schemes == set(OF_TORCH)
    assert {kind for kind, spec in INITIALIZERS.items() if not spec.call} == OWN


@pytest.mark.parametrize("kind", list(OF_TORCH))
def test_options_and_defaults_are_those_of_torch(kind: str) -> None:
    spec = INITIALIZERS[kind]
    assert spec.call == f"nn.init.{kind}_"
    parameters = inspect.signature(getattr(nn.init, f"{kind}_")).parameters
    assert [option.name for option in spec.options] == [name for name in parameters if name not in NOT_OPTIONS]
    for option in spec.options:
        default = parameters[option.name].default
        assert option.required if default is inspect.Parameter.empty else option.default == default, option.name
        assert option.name not in OPTIONS.get(kind, {}) or option.accepts(OPTIONS[kind][option.name])


@pytest.mark.parametrize("kind", list(OF_TORCH))
def test_text_fills_as_torch_does(kind: str) -> None:
    spec = INITIALIZERS[kind]
    for dims in range(max(spec.min_dims, 1), min(spec.max_dims, 5) + 1):
        torch.manual_seed(0)
        ours = _fill(kind, dims)
        torch.manual_seed(0)
        theirs = getattr(nn.init, f"{kind}_")(torch.empty(_shape(kind, dims)), **OPTIONS.get(kind, {}))
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("kind", [kind for kind, spec in INITIALIZERS.items() if spec.min_dims])
def test_tensors_of_other_dimensions_cannot_be_filled(kind: str) -> None:
    spec = INITIALIZERS[kind]
    for dims in (spec.min_dims - 1, *([spec.max_dims + 1] if spec.max_dims < 6 else [])):
        with pytest.raises(ValueError, match="dimension"):
            _fill(kind, dims)


def test_words_of_kaiming_are_those_torch_knows() -> None:
    nonlinearity = INITIALIZERS["kaiming_normal"].by_name["nonlinearity"]
    for word in nonlinearity.choices:  # type: ignore[attr-defined]
        nn.init.kaiming_normal_(torch.empty(3, 3), nonlinearity=word)


def test_text_leaves_defaults_out() -> None:
    assert fill(INITIALIZERS["normal"], {"std": 0.01, "mean": 0.0}, "self.weight", {}) == (
        "nn.init.normal_(self.weight, std=0.01)"
    )
    assert fill(INITIALIZERS["constant"], {"val": 42.0}, "b", {}) == "nn.init.constant_(b, val=42.0)"


def test_an_expression_is_called_by_the_name_of_its_function() -> None:
    spec = INITIALIZERS["expression"]
    assert fill(spec, {"expression": "w * 2"}, "self.weight", {"w * 2": "init_custom"}) == "init_custom(self.weight)"
    assert spec.options[0].required and spec.text({"expression": "w * 2"}) == "w * 2"
    assert spec.wants({"expression": "w * 2"}, ()) == "" == spec.wants({"expression": "w * fan_in"}, (3, 4))
    assert spec.wants({"expression": "w * fan_in"}, (3,)) == "at least 2 dimensions"
