"""The data sets that can be loaded by name."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
import torch
from sklearn import datasets

from composer.data_reports import ClassReport, DataOptions
from composer.design.document import Input
from composer.engine.datasets.assembling import Samples, assembled
from composer.engine.datasets.base import DataSet, Split
from composer.engine.datasets.generated import BIAS, WEIGHT
from composer.engine.datasets.preview import preview
from composer.engine.datasets.registry import DATA_SETS, Declared, load, offered
from composer.errors import DataError

EXPECTED = {
    "digits": ("classes", (1, 8, 8), (), 1438, 359, 10),
    "breast_cancer": ("classes", (30,), (), 456, 113, 2),
    "wine": ("classes", (13,), (), 142, 36, 3),
    "diabetes": ("values", (10,), (1,), 354, 88, 0),
    "linear": ("values", (2,), (1,), 800, 200, 0),
    "spirals": ("classes", (2,), (), 799, 201, 3),
    "clouds": ("classes", (2,), (), 799, 201, 3),
    "characters": ("tokens", (32,), (32,), 577, 144, 0),
}


def whole(data: DataSet) -> Split:
    inputs = torch.cat([data.train.inputs[0], data.test.inputs[0]])
    return Split((inputs,), torch.cat([data.train.targets, data.test.targets]))


def rows(values: torch.Tensor) -> Counter[tuple[float, ...]]:
    return Counter(map(tuple, values.flatten(1).tolist()))


@pytest.mark.parametrize("name", DATA_SETS)
def test_shapes_and_counts(name: str) -> None:
    task, sample, target, train, test, classes = EXPECTED[name]
    data = load(name)
    assert (data.name, data.task, len(data.classes)) == (name, task, classes)
    assert (len(data.train), len(data.test)) == (train, test)
    for split in (data.train, data.test):
        assert split.inputs[0].shape == (len(split), *sample)
        assert split.targets.shape == (len(split), *target)
        assert split.inputs[0].dtype == (torch.int64 if task == "tokens" else torch.float32)
        assert split.targets.dtype == (torch.float32 if task == "values" else torch.int64)
    assert data.text.endswith(f"{train:,} samples to train with, {test:,} to test with.")
    assert {each.name: each.task for each in offered()}[name] == task


def test_digits_are_those_of_scikit_learn() -> None:
    data, real = load("digits"), datasets.load_digits()
    both = whole(data)
    labelled = torch.cat([both.inputs[0].flatten(1) * 16, both.targets.unsqueeze(1)], dim=1)
    expected = np.concatenate([real.data, real.target.reshape(-1, 1)], axis=1).astype("float32")
    assert rows(labelled) == rows(torch.from_numpy(expected))
    assert data.images
    assert data.normalization is None


@pytest.mark.parametrize("name", ["breast_cancer", "wine", "diabetes"])
def test_tables_are_those_of_scikit_learn(name: str) -> None:
    real = datasets.load_diabetes(scaled=False) if name == "diabetes" else getattr(datasets, f"load_{name}")()
    data = load(name, options=DataOptions(normalize="none"))
    both = whole(data)
    expected = np.concatenate([real.data.astype("float32"), real.target.reshape(-1, 1)], axis=1)
    assert rows(torch.cat([both.inputs[0], both.targets.reshape(-1, 1)], dim=1)) == rows(torch.from_numpy(expected))
    assert data.features == tuple(real.feature_names)
    if data.classes:
        assert data.classes == tuple(real.target_names)


@pytest.mark.parametrize("name", ["digits", "breast_cancer", "wine", "spirals"])
def test_splits_have_the_same_share_of_every_class(name: str) -> None:
    data = load(name, options=DataOptions(test_share=0.25, seed=5))
    train, test = (torch.bincount(each.targets) for each in (data.train, data.test))
    assert (test - 0.25 * (train + test)).abs().max() <= 0.5


@pytest.mark.parametrize("name", DATA_SETS)
def test_the_same_options_give_the_same_data_and_leave_the_random_states(name: str) -> None:
    before = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
    first, again = load(name, options=DataOptions(seed=1)), load(name, options=DataOptions(seed=1))
    other = load(name, options=DataOptions(seed=2))
    for split in ("train", "test"):
        one, two, three = (getattr(each, split) for each in (first, again, other))
        assert torch.equal(one.inputs[0], two.inputs[0])
        assert torch.equal(one.targets, two.targets)
        assert torch.equal(one.inputs[0], three.inputs[0]) is (name == "characters")
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]
    assert np.random.get_state()[1].tolist() == before[2]


def test_statistics_are_of_the_training_split_alone() -> None:
    raw = load("diabetes", options=DataOptions(normalize="none"))
    data = load("diabetes", options=DataOptions(normalize_targets=True))
    train, test = raw.train.inputs[0].double(), raw.test.inputs[0].double()
    mean, std = train.mean(0), train.std(0, correction=0)
    assert torch.allclose(data.train.inputs[0].double(), (train - mean) / std, atol=1e-5)
    assert torch.allclose(data.test.inputs[0].double(), (test - mean) / std, atol=1e-5)
    assert data.normalization and data.target_normalization
    assert torch.allclose(data.normalization.undo(data.test.inputs[0]), raw.test.inputs[0], rtol=1e-4)
    assert torch.allclose(data.target_normalization.undo(data.test.targets), raw.test.targets, rtol=1e-4)
    assert abs(data.train.targets.mean()) < 1e-5


def test_from_0_to_1_over_the_training_split() -> None:
    data = load("wine", options=DataOptions(normalize="unit"))
    assert torch.equal(data.train.inputs[0].amin(0), torch.zeros(13))
    assert torch.allclose(data.train.inputs[0].amax(0), torch.ones(13))
    assert data.normalization and data.normalization.text == "from 0 to 1 over the training samples"


def test_linear_data_has_the_weights_of_the_book() -> None:
    data = load("linear", options=DataOptions(samples=5000))
    both = whole(data)
    design = torch.cat([both.inputs[0], torch.ones(5000, 1)], dim=1).double()
    found = torch.linalg.lstsq(design, both.targets.double()).solution[:, 0]
    assert torch.allclose(found, torch.tensor([*WEIGHT, BIAS], dtype=torch.float64), atol=1e-3)
    residual = both.targets[:, 0].double() - design @ found
    assert residual.std().item() == pytest.approx(0.01, rel=0.05)


def test_generated_data_has_the_features_that_a_design_takes() -> None:
    inputs = [Input(name="x", shape=("N", 5))]
    data, clouds = load("linear", inputs), load("clouds", inputs, DataOptions(clouds=4))
    both = whole(data)
    design = torch.cat([both.inputs[0], torch.ones(1000, 1)], dim=1).double()
    found = torch.linalg.lstsq(design, both.targets.double()).solution
    assert (both.targets.double() - design @ found).std().item() == pytest.approx(0.01, rel=0.1)
    assert "of 5 numbers" in data.text and data.features == ("x1", "x2", "x3", "x4", "x5")
    points = whole(clouds)
    centers = torch.stack([points.inputs[0][points.targets == k].mean(0) for k in range(4)])
    nearest = torch.cdist(points.inputs[0], centers).argmin(1)
    assert points.inputs[0].shape == (1000, 5) and (nearest == points.targets).float().mean() > 0.9


@pytest.mark.parametrize("arms", [2, 7])
def test_spirals_have_arms(arms: int) -> None:
    data = load("spirals", options=DataOptions(arms=arms, samples=700))
    both = whole(data)
    assert set(torch.bincount(both.targets).tolist()) == {700 // arms}
    assert both.inputs[0].norm(dim=1).max() <= 1
    assert data.classes[-1] == f"arm {arms}"


def test_characters_follow_one_another() -> None:
    data = load("characters", options=DataOptions(context=50))
    assert torch.equal(data.train.inputs[0][:, 1:], data.train.targets[:, :-1])
    text = "".join(data.vocabulary[token] for token in whole(data).inputs[0].flatten())
    assert text.startswith("The Time Traveller (for so it will be convenient")
    assert len(text) == 50 * (len(data.train) + len(data.test))
    words = "".join(data.vocabulary[token] for token in data.test.inputs[0].flatten())
    assert text.endswith(words)


def test_a_limit_keeps_so_many() -> None:
    few = load("digits", options=DataOptions(samples=100, test_share=0))
    assert (len(few.train), len(few.test)) == (100, 0)
    assert few.test.inputs[0].shape == (0, 1, 8, 8)


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("mnist", {}, "“mnist”: expects a data set by its name, received one that is not known. There are: digits,"),
        ("digits", {"samples": 1}, "samples: expects at least 2, received 1. Use more, or all."),
        ("digits", {"test_share": 1.0}, "test share: expects a number from 0 to 0.9, received 1. 0.2 keeps"),
        ("wine", {"test_share": float("nan")}, "test share: expects a number from 0 to 0.9, received nan."),
        ("wine", {"seed": -1}, "seed: expects a number from 0 to 2⁶³ - 1, received -1. 0 is as good as any."),
        ("linear", {"seed": 2**63}, "seed: expects a number from 0 to 2⁶³ - 1, received 9223372036854775808."),
        ("linear", {"samples": 10**9}, "samples: expects at most 1,000,000 that are generated, received 1,000,000,000"),
        ("spirals", {"arms": 1}, "spirals: expects 2 to 10 arms, received 1."),
        ("spirals", {"arms": 3, "samples": 5}, "spirals: expects at least 6 samples, received 5."),
        ("linear", {"features": 0}, "features: expects 1 to 100,000, received 0. 2 is a good start."),
        ("clouds", {"clouds": 1}, "clouds: expects 2 to 1,000 clouds, received 1."),
        ("clouds", {"clouds": 9, "samples": 17}, "clouds: expects at least 18 samples, received 17."),
        ("characters", {"context": 0}, "context: expects 1 to 11,542 characters, received 0."),
        ("characters", {"context": 12000}, "context: expects 1 to 11,542 characters, received 12,000."),
    ],
)
def test_options_that_leave_nothing_are_refused(name: str, options: dict[str, object], told: str) -> None:
    with pytest.raises(DataError) as caught:
        load(name, options=DataOptions(**options))  # type: ignore[arg-type]
    assert str(caught.value).startswith(told)


def test_a_declaration_is_all_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    def xor(options: DataOptions) -> DataSet:
        inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).repeat(50, 1)
        targets = inputs.sum(1).long() % 2
        return assembled(Samples("xor", "Generated.", "classes", (inputs,), targets, ("even", "odd")), options)

    monkeypatch.setitem(DATA_SETS, "xor", Declared("xor", "Exclusive or", "Generated.", "classes", xor))  # type: ignore[misc]
    data = load("xor", [Input(shape=("N", "D"), dtype="float64")], DataOptions(test_share=0.25, normalize="standard"))
    assert (len(data.train), len(data.test), data.train.inputs[0].shape[1]) == (150, 50, 2)
    assert data.train.inputs[0].mean(0).tolist() == pytest.approx([0, 0], abs=1e-6)
    assert preview("xor").classes == (ClassReport("even", 80, 20), ClassReport("odd", 80, 20))
    assert offered()[-1].title == "Exclusive or"


def test_inputs_and_targets_are_as_many() -> None:
    with pytest.raises(DataError) as caught:
        assembled(Samples("mine", "", "values", (torch.ones(3, 2),), torch.ones(4, 1)), DataOptions())
    told = "mine: expects a target for each input, received 3 inputs and 4 targets. Give as many of each."
    assert str(caught.value) == told
