"""The text of constructing and calling layers, where the catalog's samples do not show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from composer.catalog import LAYERS, OPS
from composer.catalog.options import Number
from composer.codegen.render import call_layer, call_op, construct, names_in


@pytest.mark.parametrize(
    ("kind", "options", "text"),
    [
        ("Linear", {"in_features": 20, "out_features": 256}, "nn.Linear(20, 256)"),
        ("Linear", {"in_features": 4, "out_features": 8, "bias": False}, "nn.Linear(4, 8, bias=False)"),
        ("Linear", {"in_features": "=2*width", "out_features": 8}, "nn.Linear(2 * width, 8)"),
        ("LazyLinear", {"out_features": 10}, "nn.LazyLinear(10)"),
        (
            "Conv2d",
            {"in_channels": 1, "out_channels": 6, "kernel_size": 5, "padding": 2, "stride": 1},
            "nn.Conv2d(1, 6, kernel_size=5, padding=2)",
        ),
        ("LazyConv2d", {"out_channels": 6, "kernel_size": (3, 5)}, "nn.LazyConv2d(6, kernel_size=(3, 5))"),
        ("MaxPool2d", {"kernel_size": 2, "stride": 2}, "nn.MaxPool2d(2, stride=2)"),
        ("BatchNorm2d", {"num_features": 6}, "nn.BatchNorm2d(6)"),
        ("LazyBatchNorm2d", {"eps": 1e-3}, "nn.LazyBatchNorm2d(eps=0.001)"),
        ("Dropout", {}, "nn.Dropout()"),
        ("Dropout", {"p": 0.5}, "nn.Dropout(0.5)"),
        ("Dropout", {"inplace": True}, "nn.Dropout(inplace=True)"),
        ("ReLU", {}, "nn.ReLU()"),
        ("Flatten", {"start_dim": 1}, "nn.Flatten()"),
        ("Softmax", {"dim": 1}, "nn.Softmax(dim=1)"),
        ("LayerNorm", {"normalized_shape": (64,)}, "nn.LayerNorm((64,))"),
        ("Embedding", {"num_embeddings": 9, "embedding_dim": 4}, "nn.Embedding(9, 4)"),
        ("MultiheadAttention", {"embed_dim": 8, "num_heads": 2, "need_weights": False}, "nn.MultiheadAttention(8, 2)"),
        ("ConstantPad1d", {"padding": (1, 2), "value": 0.5}, "nn.ConstantPad1d((1, 2), 0.5)"),
        ("CrossEntropyLoss", {"weight": (1.0, 2.0)}, "nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0]))"),
    ],
)
def test_constructors_read_as_written_by_hand(kind: str, options: Mapping[str, Any], text: str) -> None:
    assert construct(LAYERS[kind], options) == text


@pytest.mark.parametrize(
    ("kind", "options", "inputs", "text"),
    [
        ("Linear", {}, ["x"], "self.f(x)"),
        ("Bilinear", {}, ["a", "b"], "self.f(a, b)"),
        ("LSTM", {}, ["x"], "self.f(x)"),
        ("LSTM", {}, ["x", "state"], "self.f(x, state)"),
        ("MultiheadAttention", {"need_weights": False}, ["q", "k", "v"], "self.f(q, k, v, need_weights=False)"),
        ("MultiheadAttention", {}, ["q", "k", "v", "pad"], "self.f(q, k, v, key_padding_mask=pad)"),
        ("MultiheadAttention", {}, ["q", "k", "v", None, "mask"], "self.f(q, k, v, attn_mask=mask)"),
        ("EmbeddingBag", {}, ["x", None, "w"], "self.f(x, per_sample_weights=w)"),
        ("MaxUnpool2d", {"output_size": (4, 4)}, ["x", "i"], "self.f(x, i, output_size=(4, 4))"),
    ],
)
def test_calls_read_as_written_by_hand(kind: str, options: Mapping[str, Any], inputs: list[str], text: str) -> None:
    assert call_layer(LAYERS[kind], "self.f", options, inputs) == text


@pytest.mark.parametrize(
    ("kind", "options", "inputs", "text"),
    [
        ("Add", {}, ["x + y", "f(z)"], "(x + y) + (f(z))"),
        ("MulScalar", {"value": "=k+1"}, ["x"], "x * (k + 1)"),
        ("MulScalar", {"value": "=(a+b)*(c+d)"}, ["x"], "x * ((a + b) * (c + d))"),
        ("PowScalar", {"value": 0.5}, ["-x"], "(-x) ** 0.5"),
        ("DivScalar", {"value": "=min(a, b)"}, ["x[0]"], "x[0] / min(a, b)"),
        ("Mean", {"dim": 1}, ["x + y"], "(x + y).mean(dim=1)"),
        ("Mean", {}, ['self.get_buffer("a b")[0]'], 'self.get_buffer("a b")[0].mean()'),
        ("Add", {}, ['f("a") + g("b")', "y"], '(f("a") + g("b")) + y'),
        ("GreaterScalar", {"value": "inf"}, ["x"], 'x > float("inf")'),
        ("Reshape", {"sizes": ("=d0", "=d1*k")}, ["x"], "x.reshape(x.shape[0], x.shape[1] * k)"),
        ("Expand", {"sizes": ("=d0", -1)}, ["x"], "x.expand(x.shape[0], -1)"),
        ("Expand", {"sizes": ("=d0", -1)}, ["x", None], "x.expand(x.shape[0], -1)"),
        ("ScaledDotProductAttention", {}, ["q", "k", "v", "m"], "F.scaled_dot_product_attention(q, k, v, attn_mask=m)"),
    ],
)
def test_operands_get_parentheses_where_needed(
    kind: str, options: Mapping[str, Any], inputs: list[str], text: str
) -> None:
    assert call_op(OPS[kind], options, inputs) == text


def test_sizes_of_an_input_are_no_names_of_the_design_in_ops_only() -> None:
    assert names_in(OPS["Reshape"], {"sizes": ("=d0", "=d1*heads", -1)}) == {"heads"}
    assert names_in(LAYERS["Linear"], {"in_features": "=d0*k", "out_features": 3}) == {"d0", "k"}


def test_enclosing_options_are_renamed_but_sizes_are_not() -> None:
    text = call_op(OPS["Reshape"], {"sizes": ("=d0", "=heads")}, ["x"], {"heads": "self.heads", "d0": "wrong"})
    assert text == "x.reshape(x.shape[0], self.heads)"


def test_a_number_that_is_an_expression_may_be_renamed() -> None:
    assert isinstance(OPS["MulScalar"].by_name["value"], Number)
    assert call_op(OPS["MulScalar"], {"value": "=index"}, ["x"], {"index": "2"}) == "x * 2"
