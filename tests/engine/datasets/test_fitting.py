"""Data in the inputs of designs."""

from __future__ import annotations

import pytest
import torch

from composer import templates
from composer.data_reports import DataOptions
from composer.design.document import Design, Input
from composer.design.edits import apply
from composer.engine.data import load as sample
from composer.engine.datasets.registry import load
from composer.errors import DesignError


def x(*shape: int | str, dtype: str = "float32", high: int | None = None) -> list[Input]:
    return [Input(name="x", shape=("N", *shape), dtype=dtype, high=high)]


def test_digits_fit_lenet_as_they_do_in_a_run() -> None:
    inputs = templates.load("lenet").inputs
    data = load("digits", inputs, DataOptions(test_share=0))
    assert data.train.inputs[0].shape == (1797, 1, 28, 28)
    assert data.text.endswith("Images of 8×8 pixels resized to 28×28.")
    run = sample("digits", inputs, samples=1797).tensors[0]
    key = torch.randn(784, generator=torch.Generator().manual_seed(0))
    sums = [(each.flatten(1) @ key).sort().values for each in (data.train.inputs[0], run)]
    assert torch.allclose(*sums, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "inputs", "shape"),
    [
        ("digits", x(3, 16, 16), (3, 16, 16)),
        ("digits", x("C", "H", "W"), (1, 8, 8)),
        ("digits", x("H", "W"), (8, 8)),
        ("digits", x(64), (64,)),
        ("digits", x("D"), (64,)),
        ("digits", x(784), (784,)),
        ("wine", x(13), (13,)),
        ("wine", x("D"), (13,)),
        ("characters", x("T", dtype="int64", high=50257), (32,)),
        ("characters", x(20, dtype="int64"), (20,)),
        ("characters", x("T", dtype="int32"), (32,)),
        ("diabetes", x(10, dtype="float64"), (10,)),
        ("spirals", x(2, dtype="bfloat16"), (2,)),
    ],
)
def test_what_fits(name: str, inputs: list[Input], shape: tuple[int, ...]) -> None:
    data = load(name, inputs)
    for split in (data.train, data.test):
        assert split.inputs[0].shape == (len(split), *shape)
        assert split.inputs[0].dtype == getattr(torch, inputs[0].dtype)
        assert split.inputs[0].is_contiguous()


def test_flat_images_are_the_same_images_and_their_scale_is_undone() -> None:
    options = DataOptions(normalize="standard", samples=50)
    flat, images = load("digits", x(784), options), load("digits", x(3, 28, 28), options)
    assert torch.equal(flat.train.inputs[0].reshape(-1, 28, 28), images.train.inputs[0][:, 2])
    plain = load("digits", x(784), DataOptions(samples=50))
    assert flat.normalization
    assert torch.allclose(flat.normalization.undo(flat.train.inputs[0]), plain.train.inputs[0], atol=1e-5)


def test_an_empty_test_split_has_the_shape_too() -> None:
    assert load("digits", x(3, 28, 28), DataOptions(test_share=0)).test.inputs[0].shape == (0, 3, 28, 28)
    assert load("wine", x(13), DataOptions(test_share=0)).test.inputs[0].shape == (0, 13)


@pytest.mark.parametrize(
    ("name", "inputs", "told"),
    [
        ("wine", x(20), "N×13, which the data wine has, received N×20"),
        ("digits", x(20), "images, such as N×1×8×8, which the data digits has, received N×20"),
        ("digits", x(2, 8, 8), "images, such as N×1×8×8, which the data digits has, received N×2×8×8"),
        ("digits", x(64, dtype="int64"), "images, such as N×1×8×8, which the data digits has, received N×64 int64"),
        ("characters", x(32), "N×32 int64, which the data characters has, received N×32"),
        ("characters", x("T", 5, dtype="int64"), "N×32 int64, which the data characters has, received N×T×5 int64"),
        ("wine", [Input(shape=())], "N×13, which the data wine has, received scalar"),
        ("wine", [*x(13), Input(name="y", shape=("N",))], "as many inputs as the data wine has, 1, received 2"),
        ("characters", x("T", dtype="int64", high=20), "integers from 0 to 19, received values from 0 to 61"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(name: str, inputs: list[Input], told: str) -> None:
    with pytest.raises(DesignError) as caught:
        load(name, inputs)
    assert str(caught.value) == f"x: expects {told}"


@pytest.mark.parametrize(("template", "name"), [("mlp", "wine"), ("lenet", "characters"), ("gpt2_small", "spirals")])
def test_the_offered_edit_makes_it_fit(template: str, name: str) -> None:
    design: Design = templates.load(template)
    with pytest.raises(DesignError) as caught:
        load(name, design.inputs)
    (fix,) = caught.value.problems[0].fixes
    for edit in fix.edits:
        design = apply(design, edit)
    assert len(load(name, design.inputs).train) > 100
