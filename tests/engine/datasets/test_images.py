"""Images in class folders, zipped or not, against Pillow."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from composer import templates
from composer.data_reports import DataOptions
from composer.engine.datasets.base import DataSet
from composer.engine.datasets.registry import load
from tests.engine.datasets.making import image, noise, zipped

Put = Callable[[Path, Mapping[str, bytes]], Path]


def in_folder(path: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        if not name.endswith("/"):
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
    return path


def in_archive(path: Path, files: Mapping[str, bytes]) -> Path:
    return zipped(path.with_suffix(".zip"), files)


PUT = pytest.mark.parametrize("put", [in_folder, in_archive])


def pets(count: int = 6, size: tuple[int, int] = (8, 6), form: str = "PNG") -> dict[str, bytes]:
    return {
        f"{name}/{at}.png": noise(at + 10 * len(name), size, form) for name in ("cat", "horse") for at in range(count)
    }


def by_pixels(data: DataSet) -> dict[bytes, str]:
    return {
        (each * 255).round().byte().numpy().tobytes(): data.classes[target]
        for split in (data.train, data.test)
        for each, target in zip(split.inputs[0], split.targets, strict=True)
    }


@PUT
def test_images_are_those_of_pillow(tmp_path: Path, put: Put) -> None:
    files = pets()
    data = load(put(tmp_path / "pets", files), options=DataOptions(height=6, width=8))
    assert (data.images, data.task, data.classes) == (True, "classes", ("cat", "horse"))
    assert (len(data.train), len(data.test)) == (10, 2)
    expected = {}
    for name, content in files.items():
        pixels = np.asarray(Image.open(io.BytesIO(content)))
        expected[pixels.transpose(2, 0, 1).tobytes()] = name.split("/")[0]
    assert by_pixels(data) == expected


@PUT
@pytest.mark.parametrize("form", ["PNG", "BMP", "GIF", "WEBP"])
@pytest.mark.parametrize("channels", [1, 3])
def test_images_are_resized_as_pillow_does(tmp_path: Path, put: Put, form: str, channels: int) -> None:
    files = pets(2, (30, 20), form)
    data = load(put(tmp_path / "pets", files), options=DataOptions(height=9, width=7, channels=channels))
    expected = {}
    for name, content in files.items():
        found = Image.open(io.BytesIO(content)).convert("L" if channels == 1 else "RGB")
        small = np.asarray(found.resize((7, 9), Image.Resampling.BILINEAR)).reshape(9, 7, channels)
        expected[small.transpose(2, 0, 1).tobytes()] = name.split("/")[0]
    assert by_pixels(data) == expected


@PUT
def test_archive_and_folder_give_the_same_and_order_is_no_matter(tmp_path: Path, put: Put) -> None:
    files = pets()
    data = load(put(tmp_path / "pets", dict(reversed(files.items()))), options=DataOptions(seed=3))
    other = load(in_archive(tmp_path / "pets2", files), options=DataOptions(seed=3))
    assert torch.equal(data.train.inputs[0], other.train.inputs[0])
    assert torch.equal(data.test.targets, other.test.targets)


@PUT
def test_what_systems_put_beside_images_is_left_out(tmp_path: Path, put: Put) -> None:
    files = {f"my pets/{name}": content for name, content in pets(2).items()}
    files |= {
        "my pets/.DS_Store": b"1",
        "__MACOSX/my pets/cat/._1.png": b"1",
        "my pets/cat/Thumbs.db": b"1",
        ".git/a": b"1",
    }
    data = load(put(tmp_path / "pets", files))
    assert data.classes == ("cat", "horse")
    assert data.train.inputs[0].shape[1:] == (3, 64, 64)


@PUT
@pytest.mark.parametrize("outer", ["", "all/"])
def test_folders_of_training_and_testing(tmp_path: Path, put: Put, outer: str) -> None:
    files = {f"{outer}train/{name}": content for name, content in pets(4).items()}
    test = {f"{outer}Test/{name}": noise(100 + at) for at, name in enumerate(pets(3))}
    data = load(put(tmp_path / "pets", files | test), options=DataOptions(height=6, width=8))
    assert (len(data.train), len(data.test), data.classes) == (8, 6, ("cat", "horse"))
    pixels = {np.asarray(Image.open(io.BytesIO(each))).transpose(2, 0, 1).tobytes() for each in test.values()}
    assert {(each * 255).round().byte().numpy().tobytes() for each in data.test.inputs[0]} == pixels


def test_images_fit_a_design_without_a_second_resizing(tmp_path: Path) -> None:
    path = in_archive(tmp_path / "pets", pets(5, (30, 20)))
    data = load(path, templates.load("lenet").inputs)
    assert data.train.inputs[0].shape == (8, 1, 28, 28)
    assert data.text == (
        "The images in “pets.zip”, resized to 28×28. 8 samples to train with, 2 to test with. Images of 28×28 pixels."
    )
    assert torch.equal(
        data.train.inputs[0], load(path, options=DataOptions(height=28, width=28, channels=1)).train.inputs[0]
    )


def test_a_limit_reads_no_more_images(tmp_path: Path) -> None:
    files = pets(10) | {"cat/bad.png": b"no image"}
    path = in_archive(tmp_path / "pets", files)
    seeds = [seed for seed in range(20) if _loads(path, DataOptions(samples=4, seed=seed))]
    assert seeds


def _loads(path: Path, options: DataOptions) -> bool:
    try:
        data = load(path, options=options)
    except Exception as error:
        assert "bad.png" in str(error)
        return False
    return len(data.train) + len(data.test) == 4


@pytest.mark.parametrize(
    ("content", "color"),
    [
        (image(True, mode="1"), (255, 255, 255)),
        (image((40, 0), mode="LA"), (40, 40, 40)),
        (image((1, 2, 3, 0), mode="RGBA"), (1, 2, 3)),
        (image((10, 20, 30), form="JPEG"), (10, 20, 30)),
        (image((0, 0, 0, 0), form="JPEG", mode="CMYK"), (255, 255, 255)),
        (image((9, 9, 9), size=(3000, 2000), form="JPEG"), (9, 9, 9)),
    ],
)
def test_modes(tmp_path: Path, content: bytes, color: tuple[int, ...]) -> None:
    data = load(in_archive(tmp_path / "a", {"a/1.png": content, "b/1.png": image()}), options=DataOptions(test_share=0))
    (found,) = data.train.inputs[0][data.train.targets == 0]
    assert (found[:, 30, 30] * 255 - torch.tensor(color)).abs().max() <= 3


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = in_folder(tmp_path / "pets", pets(2))
    os.mkfifo(path / "cat" / "pipe.png")
    with pytest.raises(Exception, match=r"pets, entry “cat/pipe\.png”: expects a file, received something else"):
        load(path)
