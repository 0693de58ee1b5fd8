"""Files of data that tests make."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from composer.engine.datasets.base import DataSet

Make = Callable[[Path], Path]
"""Makes a file or folder, and says where it is."""


def whole(data: DataSet) -> tuple[torch.Tensor, torch.Tensor]:
    """All inputs and all targets, those to train with first."""
    inputs = torch.cat([data.train.inputs[0], data.test.inputs[0]])
    return inputs, torch.cat([data.train.targets, data.test.targets])


def image(color: Any = (10, 200, 30), size: tuple[int, int] = (8, 6), form: str = "PNG", mode: str = "RGB") -> bytes:
    """An image file of one color; `size` is width and height."""
    file = io.BytesIO()
    Image.new(mode, size, color).save(file, form)
    return file.getvalue()


def noise(seed: int, size: tuple[int, int] = (8, 6), form: str = "PNG") -> bytes:
    """An image file of random pixels."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form)
    return file.getvalue()


def zipped(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """An archive of these files; names that end in a slash are folders."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def npz(path: Path, **arrays: Any) -> Path:
    """A `.npz` file of these arrays."""
    np.savez(path, **arrays)
    return path


def npy(values: Any, pickle: bool = False) -> bytes:
    """An array as a `.npy` file."""
    file = io.BytesIO()
    np.save(file, values, allow_pickle=pickle)
    return file.getvalue()


def raw(content: bytes) -> Make:
    """A file of these bytes."""

    def make(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return make


def csv(path: Path, text: str | bytes) -> Path:
    """A file of this text."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
