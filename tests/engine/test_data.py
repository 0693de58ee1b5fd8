"""Named data sets."""

from __future__ import annotations

import pytest
import torch
from sklearn.datasets import load_digits

from composer.design.document import Input
from composer.engine.data import DATA_SETS, load
from composer.errors import ComposerError, DesignError

DIGITS = load_digits()


def images(*shape: int | str, dtype: str = "float32") -> list[Input]:
    return [Input(name="x", shape=("N", *shape), dtype=dtype)]


def test_small_digits_are_the_real_pixels():
    sample = load("digits", images(1, 8, 8), samples=1797, seed=3)
    (x,) = sample.tensors
    assert x.shape == (1797, 1, 8, 8)
    assert x.min() == 0
    assert x.max() == 1
    real = {
        (tuple(image.flatten() / 16), str(label)) for image, label in zip(DIGITS.images, DIGITS.target, strict=True)
    }
    found = {(tuple(image.flatten().tolist()), label) for image, label in zip(x, sample.labels, strict=True)}
    assert found == real
    assert sample.text == "1,797 of scikit-learn's 1,797 handwritten digits, 8×8 pixels, values from 0 to 1"


def test_digits_are_resized_and_that_is_said():
    sample = load("digits", images(1, 28, 28), samples=4)
    (x,) = sample.tensors
    assert x.shape == (4, 1, 28, 28)
    assert x.dtype == torch.float32
    assert 0 <= x.min() <= x.max() <= 1
    assert len(sample.labels) == 4
    assert "8×8 pixels resized to 28×28, values from 0 to 1" in sample.text


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((3, 32, 32), "the same gray in all 3 channels"),
        ((64,), "8×8 pixels, flattened to 64 values"),
        ((784,), "resized to 28×28, flattened to 784 values"),
        ((8, 8), "8×8 pixels, values"),
    ],
)
def test_digits_fit_other_layouts(shape: tuple[int, ...], words: str):
    sample = load("digits", images(*shape), samples=2)
    assert sample.tensors[0].shape == (2, *shape)
    assert words in sample.text


def test_layouts_hold_the_same_image():
    image = load("digits", images(1, 28, 28), samples=2, seed=1).tensors[0]
    assert torch.equal(load("digits", images(784), samples=2, seed=1).tensors[0], image.flatten(1))
    for channel in load("digits", images(3, 28, 28), samples=2, seed=1).tensors[0].unbind(1):
        assert torch.equal(channel, image[:, 0])


def test_symbolic_image_sizes_are_32_or_what_is_said():
    assert load("digits", images(1, "H", "W"), samples=2, sizes={"H": 16}).tensors[0].shape == (2, 1, 16, 32)


def test_a_number_of_samples_in_the_design_wins():
    assert load("digits", [Input(shape=(5, 64))], samples=2).tensors[0].shape == (5, 64)


@pytest.mark.parametrize(
    ("inputs", "received"),
    [
        (images(20), "2×20 float32"),
        (images(2, 8, 8), "2×2×8×8 float32"),
        (images(8, 8, dtype="int64"), "2×8×8 int64"),
        ([Input(shape=())], "scalar float32"),
        ([*images(64), Input(name="y", shape=("N",))], "2 inputs"),
    ],
)
def test_digits_refuse_what_holds_no_images(inputs: list[Input], received: str):
    with pytest.raises(DesignError) as caught:
        load("digits", inputs, samples=2)
    expected = "one input of images, such as N×1×28×28 or N×64 float32, for the digits"
    assert str(caught.value) == f"x: expects {expected}, received {received}"


def test_there_are_only_so_many_digits():
    with pytest.raises(DesignError, match=r"x: expects at most 1,797 digits, received 1,798"):
        load("digits", images(64), samples=1798)


def test_random_values_have_the_types_of_the_inputs():
    inputs = [
        Input(name="image", shape=("N", 3, "H", 4)),
        Input(name="tokens", shape=("N", "T"), dtype="int64", high=50257),
        Input(name="mask", shape=("N", "T"), dtype="bool"),
        Input(name="wave", shape=("N", 2), dtype="complex64"),
        Input(name="half", shape=("N",), dtype="bfloat16"),
    ]
    sample = load("random", inputs, samples=64, sizes={"H": 5})
    image, tokens, mask, wave, half = sample.tensors
    assert image.shape == (64, 3, 5, 4)
    assert abs(image.mean()) < 0.1
    assert abs(image.std() - 1) < 0.1
    assert tokens.shape == mask.shape == (64, 32)
    assert tokens.dtype == torch.int64
    assert tokens.min() >= 0
    assert 25_000 < tokens.max() < 50_257
    assert mask.dtype == torch.bool
    assert mask.any()
    assert not mask.all()
    assert wave.dtype == torch.complex64
    assert half.dtype == torch.bfloat16
    assert "tokens: integers from 0 to 50,256" in sample.text
    assert sample.labels == ()


def test_small_integers_stay_in_their_type():
    sample = load("random", [Input(shape=("N",), dtype="uint8", high=1000)], samples=10_000)
    assert sample.tensors[0].dtype == torch.uint8
    assert sample.tensors[0].max() > 200


def test_integers_without_a_high_are_0_and_1():
    sample = load("random", [Input(shape=("N",), dtype="int32")], samples=100)
    assert sample.tensors[0].unique().tolist() == [0, 1]
    assert sample.text == "random values; integers from 0 to 1"


@pytest.mark.parametrize("name", DATA_SETS)
def test_equal_seeds_give_equal_samples_and_leave_the_random_state(name: str):
    before = torch.random.get_rng_state()
    first, again, other = (load(name, images(1, 8, 8), samples=16, seed=seed).tensors[0] for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_an_unknown_name():
    with pytest.raises(ComposerError, match=r"There is no data set 'mnist'; there are: digits, random\."):
        load("mnist", images(64))
