"""The header of a safetensors file, read strictly: every byte of the file belongs to exactly one tensor."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, BinaryIO, NoReturn

import torch

from composer.engine.checkpoints.rules import SIZE, TENSORS, sizes
from composer.engine.checkpoints.views import DTYPES, Stored, View, contiguous
from composer.engine.checkpoints.wording import checked_name, damaged, quoted
from composer.errors import CheckpointError

HEADER = 8 * 2**20
"""Bytes of a header that are read; safetensors writes about 100 for a tensor."""
_DTYPES: dict[str, torch.dtype] = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "C64": torch.complex64, "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8,
    "U64": torch.uint64, "U32": torch.uint32, "U16": torch.uint16, "U8": torch.uint8, "BOOL": torch.bool,
    "F8_E4M3": DTYPES["float8_e4m3fn"], "F8_E4M3FNUZ": DTYPES["float8_e4m3fnuz"], "F8_E5M2": DTYPES["float8_e5m2"],
    "F8_E5M2FNUZ": DTYPES["float8_e5m2fnuz"], "F8_E8M0": DTYPES["float8_e8m0fnu"],
}  # fmt: skip
_PACKED = ("F4", "F6_E2M3", "F6_E3M2")
_METADATA = "__metadata__"
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says: the tensors by name, in its order, and the metadata."""

    tensors: Mapping[str, View]
    metadata: Mapping[str, str]


def is_safetensors(start: bytes) -> bool:
    """Whether a file that starts like this is meant as safetensors: a length, then JSON. Text begins otherwise."""
    return start[8:9] == b"{" and not (start[:8].isascii() and min(start[:8]) >= 9)


def read_header(file: BinaryIO, nbytes: int) -> Header:
    """The header of the safetensors file `file`, of `nbytes`.

    Raises:
        CheckpointError: where it is not as safetensors writes it.
    """
    file.seek(0)
    length = int.from_bytes(file.read(8), "little")
    if length > HEADER:
        raise damaged(f"its header claims {length:,} bytes, and {HEADER:,} are the most that is read")
    if 8 + length > nbytes:
        raise damaged(f"its header claims {length:,} bytes, more than the file has")
    header = _parsed(file.read(length))
    metadata = header.pop(_METADATA, {})
    if type(metadata) is not dict or any(type(each) is not str for each in metadata.values()):
        raise CheckpointError(
            "the metadata in its header is not text by text. Save it again, with str() around each value."
        )
    if len(header) > TENSORS:
        raise CheckpointError(
            f"it holds {len(header):,} tensors, and {TENSORS:,} are the most. Save fewer in one file."
        )
    tensors = {checked_name(name): _tensor(name, row, 8 + length, nbytes) for name, row in header.items()}
    _covered(tensors, 8 + length, nbytes)
    return Header(tensors, metadata)


def _parsed(text: bytes) -> dict[str, Any]:
    """The header as an object of objects."""
    bare = _STRING.sub(b"", text)
    if bare.count(b"{") > TENSORS + 2 or bare.count(b"[") > 2 * TENSORS + 2:
        raise CheckpointError(f"its header holds more than {TENSORS:,} tensors. Save fewer in one file.")
    try:
        header = json.loads(text.decode(), object_pairs_hook=_unique, parse_constant=_no_number, parse_float=_no_number)
    except (ValueError, RecursionError):
        raise damaged("its header is not JSON") from None
    if type(header) is not dict:
        raise damaged("its header is not a JSON object")
    return header


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise damaged(f"its header has {quoted(name)} twice")
        found[name] = value
    return found


def _no_number(text: str) -> NoReturn:
    raise damaged(f"its header has the number {quoted(text)}, where only integers may be")


def _tensor(name: str, row: Any, start: int, end: int) -> View:
    """The tensor `name`, of which the header says `row`; the values begin at `start` of the file."""
    if type(row) is not dict or set(row) != {"dtype", "shape", "data_offsets"}:
        raise damaged(f"its header does not give dtype, shape and data_offsets of {quoted(name)}")
    dtype = _dtype(name, row["dtype"])
    shape = sizes(row["shape"], f"shape of {quoted(name)}")
    offsets = sizes(row["data_offsets"], f"place of {quoted(name)}")
    if any(not 0 <= each < SIZE for each in (*shape, *offsets)) or prod(each or 1 for each in shape) >= SIZE:
        raise damaged(f"its header gives {quoted(name)} a size that is negative or too large")
    if len(offsets) != 2 or not offsets[0] <= offsets[1] <= end - start:
        raise damaged(f"its header places {quoted(name)} outside of the file")
    if prod(shape) * dtype.itemsize != offsets[1] - offsets[0]:
        raise damaged(f"its header gives {quoted(name)} another number of bytes than its shape needs")
    return contiguous(Stored(start + offsets[0], offsets[1] - offsets[0]), dtype, shape)


def _dtype(name: str, given: Any) -> torch.dtype:
    if type(given) is str and given in _PACKED:
        raise CheckpointError(
            f"{quoted(name)} is of the packed dtype {given}, which is not opened. Save it as another dtype."
        )
    if type(given) is not str or given not in _DTYPES:
        raise CheckpointError(
            f"{quoted(name)} is of a dtype that is not known, {quoted(str(given)[:40])}. Save it as another dtype."
        )
    return _DTYPES[given]


def _covered(tensors: Mapping[str, View], start: int, end: int) -> None:
    """Refuse a hole between tensors, and an overlap: another program would see other values there."""
    at = start
    for name, view in sorted(tensors.items(), key=lambda item: (item[1].stored.start, item[1].stored.nbytes)):
        if view.stored.start != at:
            raise damaged(f"in its header {quoted(name)} does not begin where the tensor before it ends")
        at += view.stored.nbytes
    if at != end:
        raise damaged(f"its tensors end at byte {at:,}, and the file at byte {end:,}")
