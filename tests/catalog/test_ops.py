"""Every op: its text, run, gives what hand-written torch gives, on the CPU and in shape on meta."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from composer.catalog import LAYERS, OPS
from composer.codegen.render import call_op
from tests.catalog.expected_ops import EXPECTED
from tests.catalog.samples import OP_SAMPLES, op_sample
from tests.catalog.test_layers import assert_equal, flat


def text_of(kind: str, training: str = "False") -> str:
    sample = op_sample(kind)
    names = [None if each is None else f"x{k}" for k, each in enumerate(sample.inputs)]
    return call_op(OPS[kind], sample.options, names, training=training)


def run(kind: str, inputs: list[Any], training: str = "False") -> Any:
    return eval(text_of(kind, training), {"torch": torch, "F": F} | {f"x{k}": each for k, each in enumerate(inputs)})


def test_every_op_has_an_expectation() -> None:
    assert set(EXPECTED) == set(OPS)
    assert set(OP_SAMPLES) <= set(OPS)


@pytest.mark.parametrize("kind", list(OPS))
def test_text_computes_what_is_expected(kind: str) -> None:
    torch.manual_seed(0)
    inputs = op_sample(kind).make()
    got = run(kind, inputs)
    assert_equal(got, EXPECTED[kind](*inputs))
    outputs = OPS[kind].outputs
    assert isinstance(got, tuple) == (outputs != 1)
    if outputs:
        assert len(flat(got)) == outputs


@pytest.mark.parametrize("kind", list(OPS))
def test_shapes_on_meta_are_the_real_ones(kind: str) -> None:
    sample = op_sample(kind)
    real, preview = flat(run(kind, sample.make())), flat(run(kind, sample.make("meta")))
    assert [(each.shape, each.dtype) for each in preview] == [(each.shape, each.dtype) for each in real]
    assert all(each.device.type == "meta" for each in preview)


@pytest.mark.parametrize("kind", list(OPS))
def test_defaults_are_those_of_the_function(kind: str) -> None:
    """Options that are left out of the text must mean what the function takes without them."""
    spec = OPS[kind]
    if not spec.call.startswith("F."):
        return
    function = getattr(F, spec.call.removeprefix("F.").split("(")[0])
    try:
        parameters = inspect.signature(function).parameters
    except ValueError:  # implemented in C
        return
    for option in spec.options[spec.positional :]:
        if "{" not in spec.call and not option.required and (kind, option.name) != ("Pad", "value"):
            assert parameters[option.name].default == option.default, option.name


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("Add", "x0 + x1 + x2"),
        ("SubScalar", "x0 - (-1.5)"),
        ("PowScalar", "x0 ** 2"),
        ("Neg", "-x0"),
        ("MatMul", "x0 @ x1"),
        ("Einsum", 'torch.einsum("ij,jk->ik", x0, x1)'),
        ("Concat", "torch.cat([x0, x1, x2], dim=1)"),
        ("Reshape", "x0.reshape(x0.shape[0], x0.shape[1] // 2, -1, 4)"),
        ("Expand", "x0.expand(x1.shape[0], -1, -1)"),
        ("Permute", "x0.permute(2, 0, 1)"),
        ("Transpose", "x0.transpose(1, 2)"),
        ("Slice", "x0[..., :x0.shape[1] - 2, ::2, None]"),
        ("Chunk", "x0.chunk(3, dim=1)"),
        ("Mean", "x0.mean(dim=(1, 2), keepdim=True)"),
        ("Sum", "x0.sum()"),
        ("flatten", "x0.flatten(1)"),
        ("relu", "F.relu(x0)"),
        ("softmax", "F.softmax(x0, dim=-1)"),
        ("dropout", "F.dropout(x0, p=0.3, training=self.training)"),
        ("layer_norm", "F.layer_norm(x0, (4,), weight=x1, bias=x2)"),
        ("group_norm", "F.group_norm(x0, 2, bias=x2)"),
        ("batch_norm", "F.batch_norm(x0, x1, x2, weight=x3, bias=x4, momentum=0.2, training=self.training)"),
        ("MaskedFill", 'x0.masked_fill(x1, float("-inf"))'),
        ("Norm", 'torch.linalg.vector_norm(x0, ord=float("inf"), dim=1)'),
        ("Arange", "torch.arange(x0.shape[1], device=x0.device)"),
        ("Cast", "x0.to(torch.float64)"),
        ("OneHot", "F.one_hot(x0, 5)"),
        ("Tuple", "(x0, x1)"),
        (
            "ScaledDotProductAttention",
            "F.scaled_dot_product_attention(x0, x1, x2, dropout_p=0.5 if self.training else 0.0, is_causal=True)",
        ),
    ],
)
def test_text_is_what_one_would_write(kind: str, text: str) -> None:
    assert text_of(kind, "self.training") == text


def test_dropout_drops_only_while_training() -> None:
    x = torch.ones(1000)
    assert torch.equal(run("dropout", [x]), x)
    assert run("dropout", [x], "True").eq(0).any()


def test_attention_drops_only_while_training() -> None:
    torch.manual_seed(0)
    inputs = op_sample("ScaledDotProductAttention").make()
    assert not torch.equal(run("ScaledDotProductAttention", inputs, "True"), run("ScaledDotProductAttention", inputs))


def test_adding_an_integer_leaves_integers() -> None:
    tokens = torch.tensor([[1, 2]])
    assert run("AddScalar", [tokens]).dtype == torch.int64


def test_kinds_of_ops_and_layers_never_clash() -> None:
    assert not set(OPS) & set(LAYERS)


def test_samples_use_options_within_their_type() -> None:
    for kind, spec in OPS.items():
        options = op_sample(kind).options
        assert set(options) <= set(spec.by_name), kind
        assert all(spec.by_name[name].accepts(value) for name, value in options.items()), kind
        assert {each.name for each in spec.options if each.required} <= set(options), kind
        for option in spec.options:
            assert option.required or option.accepts(option.normalize(option.default)), (kind, option.name)
