"""Flips and shifts of images, which are the same however a batch is shared."""

from __future__ import annotations

from pathlib import Path

import torch

from composer import templates
from composer.data_reports import DataOptions
from composer.engine.datasets import registry
from composer.engine.training.augment import Draws, augmented, draw
from composer.training.config import TrainConfig
from tests.engine.training.small import curve, trained

IMAGES = torch.rand(32, 2, 16, 8, generator=torch.Generator().manual_seed(0))


def test_a_flip_is_torchs() -> None:
    draws = draw(["flip"], IMAGES.shape, 1)
    assert 0 < int(draws.flipped.sum()) < 32 and not draws.shifted.any()
    expected = torch.where(draws.flipped[:, None, None, None], IMAGES.flip(-1), IMAGES)
    assert torch.equal(augmented(IMAGES, draws), expected)


def test_a_shift_moves_and_fills_with_zeros() -> None:
    one = augmented(IMAGES[:1], Draws(torch.tensor([False]), torch.tensor([[2, -1]])))
    assert torch.equal(one[0, :, 2:, :-1], IMAGES[0, :, :-2, 1:])
    assert not one[0, :, :2].any() and not one[0, :, :, -1].any()
    draws = draw(["shift"], IMAGES.shape, 1)
    assert (
        not draws.flipped.any()
        and int(draws.shifted[:, 0].abs().max()) == 2
        and int(draws.shifted[:, 1].abs().max()) == 1
    )


def test_a_part_of_a_batch_is_changed_as_in_the_whole() -> None:
    draws = draw(["shift", "flip"], IMAGES.shape, 7)
    part = slice(1, None, 2)
    assert torch.equal(augmented(IMAGES[part], draws.of(part)), augmented(IMAGES, draws)[part])


def test_a_run_with_augmentation_is_repeated(tmp_path: Path) -> None:
    design = templates.load("lenet")
    data = registry.load("digits", design.inputs, DataOptions(samples=100))
    config = TrainConfig(batch_size=32, epochs=1, augment=("shift", "flip"))
    for name in ("one", "two"):
        trained(tmp_path / name, design, config, data)
    trained(tmp_path / "plain", design, config.model_copy(update={"augment": ()}), data)
    assert curve(tmp_path / "one") == curve(tmp_path / "two") != curve(tmp_path / "plain")
