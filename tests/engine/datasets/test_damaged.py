"""Good files in which bytes were changed at random: they load, or are refused as every bad file is."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from composer.data_reports import DataOptions
from composer.engine.datasets.registry import load
from composer.errors import DataError
from tests.engine.datasets.making import csv, noise, npz, zipped

FORMS = {"png": "PNG", "jpg": "JPEG", "bmp": "BMP", "gif": "GIF", "webp": "WEBP"}
IMAGES = {
    f"{name}/{at}.{ending}": noise(at, form=form) for name in "ab" for at, (ending, form) in enumerate(FORMS.items())
}
X, Y = np.arange(24.0).reshape(12, 2), np.arange(12) % 3


def table(path: Path) -> Path:
    return csv(
        path / "a.csv", 'size,"weight, in g",kind\n' + "".join(f'{at}.5,1e{at},"k {at % 3}"\n' for at in range(12))
    )


MAKES: dict[str, Callable[[Path], Path]] = {
    "table": table,
    "arrays": lambda path: npz(path / "a.npz", x=X, y=Y),
    "stored archive": lambda path: zipped(path / "a.zip", IMAGES, zipfile.ZIP_STORED),
    "archive": lambda path: zipped(path / "a.zip", IMAGES),
}


def damaged(content: bytes, dice: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.choice([1, 1, 2, 8])):
        at = dice.randrange(len(changed))
        match dice.randrange(4):
            case 0:
                changed[at] ^= 1 << dice.randrange(8)
            case 1:
                changed[at] = dice.choice([0, 1, 127, 128, 255])
            case 2:
                del changed[at : at + dice.choice([1, 1, 4, 50])]
            case 3:
                changed[at:at] = bytes(dice.choices(range(256), k=dice.choice([1, 4])))
        if not changed:
            break
    return bytes(changed)


def refused(path: Path, content: bytes) -> bool:
    path.write_bytes(content)
    try:
        data = load(path, options=DataOptions(height=4, width=4))
    except DataError as error:
        assert len(str(error)) <= 300
        assert str(error).isprintable()
        return True
    assert len(data.train)
    return False


@pytest.mark.parametrize("name", MAKES)
def test_damaged_files(tmp_path: Path, name: str) -> None:
    path, dice = MAKES[name](tmp_path), random.Random(7)
    content = path.read_bytes()
    assert not refused(path, content)
    count = sum(refused(path, damaged(content, dice)) for _ in range(300))
    assert count > 100
    assert {each.name for each in tmp_path.iterdir()} == {path.name}


@pytest.mark.parametrize("form", FORMS)
def test_damaged_images(tmp_path: Path, form: str) -> None:
    """In an archive that agrees with its checksums, so that the image itself is looked at."""
    dice, good = random.Random(11), noise(1, (30, 20), FORMS[form])
    for _ in range(150):
        files = {"a/1.png": noise(1), f"b/1.{form}": damaged(good, dice)}
        path = zipped(tmp_path / "a.zip", files, zipfile.ZIP_STORED)
        refused(path, path.read_bytes())


def test_damaged_arrays(tmp_path: Path) -> None:
    """In an archive that agrees with its checksums, so that the header itself is looked at."""
    dice, good = random.Random(13), npz(tmp_path / "a.npz", x=X, y=Y)
    with zipfile.ZipFile(good) as archive:
        arrays = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(400):
        head = damaged(arrays["x.npy"][:128], dice)
        path = zipped(tmp_path / "a.npz", arrays | {"x.npy": head + arrays["x.npy"][128:]})
        refused(path, path.read_bytes())
