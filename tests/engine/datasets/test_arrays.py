"""Arrays in `.npz` files, against NumPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from composer import templates
from composer.data_reports import DataOptions
from composer.design.document import Input
from composer.engine.datasets.registry import load
from composer.errors import DesignError
from tests.engine.datasets.making import npz, whole

PLAIN = DataOptions(normalize="none")
RNG = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", ">f4", "int64", "uint16", "bool"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("compressed", [True, False])
def test_values_are_those_of_numpy(tmp_path: Path, dtype: str, order: Any, compressed: bool) -> None:
    x = np.asarray(RNG.integers(0, 2, (30, 5)), dtype, order=order)
    y = RNG.integers(3, 6, 30)
    (np.savez_compressed if compressed else np.savez)(tmp_path / "a.npz", x=x, y=y)
    data = load(tmp_path / "a.npz", options=PLAIN)
    inputs, targets = whole(data)
    assert (data.task, data.classes, inputs.dtype) == ("classes", ("3", "4", "5"), torch.float32)
    found = sorted((*row, int(data.classes[target])) for row, target in zip(inputs.tolist(), targets, strict=True))
    assert found == sorted((*map(float, row), label) for row, label in zip(x, y, strict=True))


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        (RNG.integers(0, 256, (20, 28, 28), np.uint8), (1, 28, 28)),
        (RNG.integers(0, 256, (20, 10, 12, 3), np.uint8), (3, 10, 12)),
        (RNG.integers(0, 256, (20, 3, 10, 12)), (3, 10, 12)),
        (RNG.random((20, 1, 10, 12)), (1, 10, 12)),
        (RNG.random((20, 10, 12, 1)).astype("float32"), (1, 10, 12)),
    ],
)
def test_images(tmp_path: Path, values: np.ndarray, shape: tuple[int, ...]) -> None:
    path = npz(tmp_path / "a.npz", images=values, labels=np.arange(20))
    data = load(path, options=DataOptions(test_share=0))
    assert data.images
    assert data.train.inputs[0].shape == (20, *shape)
    channels_first = (
        values.reshape(20, *shape) if values.shape[1:] in (shape, shape[1:]) else values.transpose(0, 3, 1, 2)
    )
    expected = torch.from_numpy(channels_first[data.train.targets.numpy()].astype("float32"))
    assert torch.allclose(data.train.inputs[0], expected / (255 if values.dtype.kind in "iu" else 1))
    assert load(path, [Input(shape=("N", 3, 16, 16))]).train.inputs[0].shape[1:] == (3, 16, 16)


def test_what_is_no_image_keeps_its_shape(tmp_path: Path) -> None:
    values = RNG.normal(size=(20, 1, 28, 28))
    path = npz(tmp_path / "a.npz", x=values, y=np.arange(20) % 2)
    data = load(path, templates.load("lenet").inputs)
    assert not data.images
    assert data.train.inputs[0].shape[1:] == (1, 28, 28)
    assert load(path, [Input(shape=("N", 784))]).train.inputs[0].shape[1:] == (784,)
    with pytest.raises(DesignError, match=r"x: expects N×1×28×28, which the data a\.npz has, received N×1×32×32"):
        load(path, [Input(shape=("N", 1, 32, 32))])


def test_splits_of_the_file(tmp_path: Path) -> None:
    x, y = RNG.integers(0, 256, (50, 6, 6), np.uint8), np.arange(50) % 10
    path = npz(tmp_path / "mnist.npz", x_train=x[:40], y_train=y[:40], x_test=x[40:], y_test=y[40:])
    data = load(path, options=DataOptions(test_share=0.5))
    assert (len(data.train), len(data.test)) == (40, 10)
    test = torch.from_numpy(x[40:]).unsqueeze(1) / 255
    assert sorted(data.test.inputs[0].flatten(1).tolist()) == sorted(test.flatten(1).tolist())


def test_arrays_are_found_by_the_names_of_inputs(tmp_path: Path) -> None:
    image, mask = RNG.normal(size=(20, 4)), RNG.integers(0, 9, (20, 3))
    path = npz(tmp_path / "a.npz", Image=image, mask=mask, y=RNG.normal(size=(20, 2)), other=np.arange(3))
    inputs = [Input(name="image", shape=("N", 4)), Input(name="mask", shape=("N", "T"), dtype="int64", high=9)]
    data = load(path, inputs, PLAIN)
    assert (data.task, data.train.targets.shape) == ("values", (16, 2))
    rows = torch.cat([data.train.inputs[0], data.test.inputs[0]]).double()
    order = [int(((torch.from_numpy(image) - row).abs().sum(1)).argmin()) for row in rows]
    assert torch.cat([data.train.inputs[1], data.test.inputs[1]]).tolist() == mask[order].tolist()
    with pytest.raises(DesignError, match=r"mask: expects integers from 0 to 4, received values from 0 to 8"):
        load(path, [inputs[0], Input(name="mask", shape=("N", "T"), dtype="int64", high=5)])


def test_tokens(tmp_path: Path) -> None:
    tokens = RNG.integers(0, 50, (20, 9))
    path = npz(tmp_path / "a.npz", x=tokens[:, :-1], y=tokens[:, 1:])
    data = load(path, [Input(shape=("N", "T"), dtype="int64", high=50)])
    assert (data.task, len(data.vocabulary)) == ("tokens", int(tokens.max()) + 1)
    assert torch.equal(data.train.inputs[0][:, 1:], data.train.targets[:, :-1])
    assert len(data.train) + len(data.test) == 20


@pytest.mark.parametrize(
    ("target", "task", "expected", "classes"),
    [
        (np.array(["b", "a", "b"]), None, "classes", ("a", "b")),
        (np.array([b"b", b"a", b"b"]), None, "classes", ("a", "b")),
        (np.array([[1], [0], [1]]), None, "classes", ("0", "1")),
        (np.array([1.5, 2, 3]), None, "values", ()),
        (np.array([1.0, 2, 1]), "classes", "classes", ("1.0", "2.0")),
        (np.array([1, 2, 1]), "values", "values", ()),
    ],
)
def test_targets(tmp_path: Path, target: np.ndarray, task: Any, expected: str, classes: tuple[str, ...]) -> None:
    path = npz(tmp_path / "a.npz", x=np.arange(3.0), mine=target)
    data = load(path, options=DataOptions(target="mine", task=task, normalize="none", test_share=0))
    assert (data.task, data.classes) == (expected, classes)
    assert data.train.inputs[0].shape == (3, 1)
    for value, found in zip(
        data.train.inputs[0][:, 0].int().tolist(), data.train.targets.flatten().tolist(), strict=True
    ):
        real = target.flatten()[value]
        assert (
            (classes[found] == (real.decode() if isinstance(real, bytes) else str(real))) if classes else found == real
        )
