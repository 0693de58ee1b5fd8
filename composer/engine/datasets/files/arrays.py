"""The arrays of a `.npz` file. What their headers say is checked against what is there; no pickle is opened."""

from __future__ import annotations

import io
import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.lib import format as npy

from composer.engine.datasets.files.archives import Packed, open_archive
from composer.engine.datasets.files.limits import ARRAY_BYTES, ARRAYS, DIMENSIONS, VALUES
from composer.engine.datasets.wording import quoted, refused

_HEADER = 10_000
_KINDS = "biufUS"
_SAVE = "Save plain arrays with numpy.savez."
_BROKEN = (
    ValueError,
    SyntaxError,
    TypeError,
    KeyError,
    EOFError,
    OverflowError,
    MemoryError,
    RecursionError,
    TokenError,
)


@dataclass(frozen=True, slots=True)
class Array:
    """An array by its name; `place` is where it is, for a message."""

    name: str
    place: str
    values: np.ndarray


def arrays(path: Path) -> dict[str, Array]:
    """The arrays in the file at `path`, by name.

    Raises:
        DataError: where it is no archive of plain arrays of numbers or text.
    """
    with open_archive(path, "a .npz file", ARRAY_BYTES) as packed:
        if not packed:
            raise refused(path.name, "arrays", "none", _SAVE)
        if len(packed) > ARRAYS:
            raise refused(path.name, f"at most {ARRAYS} arrays", f"{len(packed):,}", "Save inputs and targets alone.")
        for each in packed:
            if not each.parts[-1].endswith(".npy"):
                raise refused(each.place, "an array, .npy", "a file of another kind", _SAVE)
        named = {"/".join(each.parts).removesuffix(".npy"): each for each in packed}
        return {name: Array(name, each.place, _values(each)) for name, each in named.items()}


def _values(packed: Packed) -> np.ndarray:
    shape, fortran, dtype, start = _header(packed.place, packed.start(2 * _HEADER))
    if dtype.hasobject:
        received = "objects of Python, which only a pickle holds"
        raise refused(packed.place, "numbers", received, "Save arrays of one type and shape.")
    if dtype.kind not in _KINDS or dtype.names or not dtype.itemsize:
        raise refused(packed.place, "numbers or text", f"values of type {quoted(str(dtype))}", _SAVE)
    if len(shape) > DIMENSIONS:
        raise refused(packed.place, f"at most {DIMENSIONS} dimensions", f"{len(shape)}", _SAVE)
    count, nbytes = math.prod(shape), packed.nbytes - start
    if any(size < 0 for size in shape) or count * dtype.itemsize != nbytes:
        received = f"a header that tells of {count * dtype.itemsize:,}"
        raise refused(packed.place, f"{nbytes:,} bytes of values, as are there", received, "Save it again.")
    if count > VALUES:
        raise refused(packed.place, f"at most {VALUES:,} values", f"{count:,}", "Use a part of the samples.")
    values = np.frombuffer(packed.read(), dtype, offset=start).reshape(shape, order="F" if fortran else "C")
    return values.astype(dtype.newbyteorder("="))  # a copy: what was read cannot be written to


def _header(place: str, data: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Shape, order and type of an array, and where its values begin."""
    file = io.BytesIO(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # headers of Python 2 are read all the same
            version = npy.read_magic(file)
            read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[version]
            shape, fortran, dtype = read(file, max_header_size=_HEADER)
    except _BROKEN:
        raise refused(place, "an array, .npy", "one whose header is damaged", "Save it again.") from None
    return shape, fortran, dtype, file.tell()
