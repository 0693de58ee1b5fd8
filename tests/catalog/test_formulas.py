"""Formulas of the catalog, evaluated as they are written, against torch."""

from __future__ import annotations

import math
import re
from itertools import product
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from composer.catalog import LAYERS, NODES, OPS, LayerSpec
from composer.codegen.render import call_op, construct

WINDOWS = [f"{kind}{n}d" for kind in ("Conv", "ConvTranspose", "MaxPool", "AvgPool", "LPPool") for n in (1, 2, 3)]
ELEMENTWISE = {
    "CELU": {"alpha": 0.7},
    "ELU": {"alpha": 1.3},
    "GELU": {},
    "Hardshrink": {"lambd": 0.8},
    "Hardsigmoid": {},
    "Hardswish": {},
    "Hardtanh": {"min_val": -0.5, "max_val": 1.5},
    "LeakyReLU": {"negative_slope": 0.2},
    "LogSigmoid": {},
    "Mish": {},
    "ReLU": {},
    "ReLU6": {},
    "SELU": {},
    "SiLU": {},
    "Sigmoid": {},
    "Softplus": {"beta": 2.0},
    "Softshrink": {"lambd": 0.6},
    "Softsign": {},
    "Tanh": {},
    "Tanhshrink": {},
    "Threshold": {"threshold": 0.5, "value": -3.0},
}
OTHERS = (
    "Linear", "Bilinear", "BatchNorm1d", "LayerNorm", "GroupNorm", "RMSNorm", "Softmax", "LogSoftmax", "Dropout",
    "Embedding", "MultiheadAttention", "LSTM", "GRU", "RNN", "ScaledDotProductAttention", "linear", "softmax",
)  # fmt: skip


def python(formula: str) -> str:
    """The right side of a formula, without what explains its signs, as an expression of Python."""
    text = formula.split(" = ")[-1].split(", Φ")[0]
    for sign, word in {"·": "*", "−": "-", "⌊": "floor(", "⌋": ")", "√": "sqrt", "²": "**2"}.items():
        text = text.replace(sign, word)
    text = re.sub(r"\|(\w+)\|", r"abs(\1)", text)
    text = re.sub(r"Σⱼ (exp\([^)]*\))", r"total(\1)", text)
    return re.sub(r"x[ᵢⱼ]", "x", text)


def evaluate(formula: str, **names: Any) -> Any:
    return eval(python(formula), {"__builtins__": {}}, names)


def normal(x: float) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2


def test_what_everybody_knows_has_a_formula() -> None:
    assert all(NODES[kind].formula for kind in (*WINDOWS, *ELEMENTWISE, *OTHERS))
    lazy = [spec for spec in LAYERS.values() if spec.concrete]
    assert lazy
    assert all(spec.formula == LAYERS[spec.concrete].formula for spec in lazy)
    for spec in NODES.values():
        assert len(spec.formula) < 120, "one line or two"


@pytest.mark.parametrize("kind", ELEMENTWISE)
def test_functions_of_an_entry(kind: str) -> None:
    spec, options = LAYERS[kind], ELEMENTWISE[kind]
    inputs = [-7.0, -2.5, -0.7, -0.1, 0.0, 0.3, 0.9, 2.0, 6.5]
    layer = eval(construct(spec, options), {"nn": nn})
    expected = layer(torch.tensor(inputs, dtype=torch.float64))
    given = {option.name: option.default for option in spec.options} | options
    functions = {name: getattr(math, name) for name in ("exp", "log", "tanh")} | {"Φ": normal, "abs": abs}
    found = [evaluate(spec.formula, x=x, min=min, max=max, **functions, **given) for x in inputs]
    torch.testing.assert_close(torch.tensor(found, dtype=torch.float64), expected, atol=2e-5, rtol=2e-5)


@pytest.mark.parametrize("kind", [kind for kind in ELEMENTWISE if kind.lower() in OPS])
def test_an_op_says_what_its_layer_says(kind: str) -> None:
    spec = OPS[kind.lower()]
    assert spec.formula == LAYERS[kind].formula
    x = torch.randn(5)
    op = eval(call_op(spec, {}, ["x"]), {"torch": torch, "F": F, "x": x})
    layer = getattr(nn, kind)
    torch.testing.assert_close(op, layer()(x))


def _layer(spec: LayerSpec, options: dict[str, Any]) -> nn.Module:
    layer: nn.Module = eval(construct(spec, options), {"nn": nn})
    return layer


@pytest.mark.parametrize("kind", WINDOWS)
def test_sizes_of_windows(kind: str) -> None:
    spec, n = LAYERS[kind], int(kind[-2])
    first = {"in_channels": 2, "out_channels": 2} if kind.startswith("Conv") else {}
    first |= {"norm_type": 2.0} if kind.startswith("LP") else {}
    settings = {
        "kernel_size": (1, 2, 3),
        "stride": (1, 2, 3),
        "padding": (0, 1),
        "dilation": (1, 2),
        "output_padding": (0, 1),
    }
    settings = {name: values for name, values in settings.items() if name in spec.by_name}
    tried = 0
    for values in product(*settings.values()):
        options = dict(zip(settings, values, strict=True))
        try:
            output = _layer(spec, first | options)(torch.zeros(1, 2, *[9] * n))
        except (RuntimeError, ValueError):
            continue  # torch refuses the setting
        size = evaluate(spec.formula, floor=math.floor, **{"LHD"[n - 1]: 9}, **options)
        assert output.shape[2:] == (size,) * n, options
        tried += 1
    assert tried >= 9


@pytest.mark.parametrize("n", [1, 2, 3])
def test_sizes_of_other_pooling(n: int) -> None:
    x = torch.randn(1, 2, *[9] * n)
    for kind in (f"AdaptiveAvgPool{n}d", f"AdaptiveMaxPool{n}d"):
        size = evaluate(LAYERS[kind].formula, output_size=3)
        assert _layer(LAYERS[kind], {"output_size": 3})(x).shape[2:] == (size,) * n
    spec = LAYERS[f"MaxUnpool{n}d"]
    for kernel, stride, padding in ((3, 3, 0), (3, 2, 1), (2, 1, 0)):
        options = {"kernel_size": kernel, "stride": stride, "padding": padding}
        pooled, indices = _layer(LAYERS[f"MaxPool{n}d"], {**options, "return_indices": True})(x)
        size = evaluate(spec.formula, **{"LHD"[n - 1]: pooled.shape[-1]}, **options)
        assert _layer(spec, options)(pooled, indices).shape[2:] == (size,) * n
        assert size == 9


NORMS = {
    "BatchNorm1d": ({"num_features": 4}, (0, 2)),
    "LayerNorm": ({"normalized_shape": (4, 6)}, (1, 2)),
    "GroupNorm": ({"num_groups": 1, "num_channels": 4}, (1, 2)),
    "InstanceNorm1d": ({"num_features": 4}, (2,)),
    "RMSNorm": ({"normalized_shape": (4, 6), "eps": 1e-3}, (1, 2)),
}


@pytest.mark.parametrize("kind", NORMS)
def test_norms(kind: str) -> None:
    options, dims = NORMS[kind]
    layer, x = _layer(LAYERS[kind], options), torch.randn(3, 4, 6)

    def mean(values: Tensor) -> Tensor:
        return values.mean(dims, keepdim=True)

    def var(values: Tensor) -> Tensor:
        return values.var(dims, correction=0, keepdim=True)

    found = evaluate(LAYERS[kind].formula, x=x, mean=mean, var=var, sqrt=torch.sqrt, eps=layer.eps, weight=1, bias=0)
    torch.testing.assert_close(found, layer(x))


@pytest.mark.parametrize("kind", ["Softmax", "LogSoftmax", "Softmin"])
def test_softmax(kind: str) -> None:
    x = torch.randn(7)
    found = evaluate(LAYERS[kind].formula, x=x, exp=torch.exp, log=torch.log, total=torch.sum)
    torch.testing.assert_close(found, _layer(LAYERS[kind], {"dim": 0})(x))


def test_products() -> None:
    linear, x = nn.Linear(3, 2), torch.randn(5, 3)
    assert LAYERS["Linear"].formula == "y = x·Wᵀ + b"
    torch.testing.assert_close(x @ linear.weight.T + linear.bias, linear(x))
    assert LAYERS["Bilinear"].formula == "yₖ = x₁ᵀ·Wₖ·x₂ + bₖ"
    bilinear, first, second = nn.Bilinear(3, 4, 2), torch.randn(3), torch.randn(4)
    by_hand = torch.stack([first @ bilinear.weight[k] @ second + bilinear.bias[k] for k in range(2)])
    torch.testing.assert_close(by_hand, bilinear(first, second))


def test_recurrent_states() -> None:
    x, h, c = torch.randn(1, 3), torch.randn(1, 2), torch.randn(1, 2)
    states = {kind: re.findall(r"(\w) ← ([^,]+)", LAYERS[kind].formula) for kind in ("LSTM", "GRU")}

    def parts(cell: Any, number: int) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        given, kept = F.linear(x, cell.weight_ih, cell.bias_ih), F.linear(h, cell.weight_hh, cell.bias_hh)
        return given.chunk(number, 1), kept.chunk(number, 1)

    lstm = nn.LSTMCell(3, 2)
    i, f, g, o = (a + b for a, b in zip(*parts(lstm, 4), strict=True))
    names: dict[str, Any] = {"i": i.sigmoid(), "f": f.sigmoid(), "o": o.sigmoid(), "g": g.tanh(), "c": c}
    for name, text in states["LSTM"]:
        names[name] = evaluate(text, **names, tanh=torch.tanh)
    torch.testing.assert_close((names["h"], names["c"]), lstm(x, (h, c)))

    gru = nn.GRUCell(3, 2)
    (r, z, n), (hr, hz, hn) = parts(gru, 3)
    z, n = (z + hz).sigmoid(), (n + (r + hr).sigmoid() * hn).tanh()
    [(_, text)] = states["GRU"]
    torch.testing.assert_close(evaluate(text, z=z, n=n, h=h), gru(x, h))
