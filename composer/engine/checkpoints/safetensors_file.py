"""Writing a safetensors file as a stream: the header, then every tensor's bytes, which are never together in memory.

Tied names are written by the convention of `safetensors.torch.save_model`: the tensor once, and each further name in
the metadata with the name that has it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from typing import BinaryIO

import torch
from torch import Tensor

from composer.checkpoint_reports import Written
from composer.engine.checkpoints.casting import Casting, raw
from composer.engine.checkpoints.selecting import Selection
from composer.errors import CheckpointError

CODES: Mapping[torch.dtype, str] = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.float8_e4m3fn: "F8_E4M3",
    torch.float8_e5m2: "F8_E5M2",
    torch.complex64: "C64",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint64: "U64",
    torch.uint32: "U32",
    torch.uint16: "U16",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}
"""The names of dtypes in such a file. Others it cannot hold, complex128 among them."""

_ALIGNMENT = 8
_MAX_HEADER = 100_000_000  # bytes; the library reads no more


def write(file: BinaryIO, contents: Selection, casting: Casting, tell: Callable[[Written], None]) -> None:
    """Write the whole file.

    Raises:
        CheckpointError: where the format has no way to hold a tensor.
        OSError: where it cannot be written.
    """
    order = sorted(contents.tensors, key=lambda name: -casting.dtype(contents.tensors[name]).itemsize)
    file.write(_header({name: contents.tensors[name] for name in order}, contents.aliases, casting))
    total = sum(map(casting.nbytes, contents.tensors.values()))
    done = 0
    for name in order:
        for piece in casting.pieces(name, contents.tensors[name]):
            file.write(raw(piece))
            done += piece.nbytes
            tell(Written(name, done, total))


def _header(tensors: Mapping[str, Tensor], aliases: Mapping[str, str], casting: Casting) -> bytes:
    """The header of tensors whose bytes follow each other; larger items come first, so that all are aligned."""
    entries: dict[str, object] = {"__metadata__": {"format": "pt", **aliases}}
    start = 0
    for name, tensor in tensors.items():
        code = CODES.get(casting.dtype(tensor))
        if code is None or name in entries:
            reason = "it cannot hold such a name" if code else f"it cannot hold {str(tensor.dtype)[6:]}"
            raise CheckpointError(f"{name[:60]} does not go into a safetensors file: {reason}. A .pt file can.")
        end = start + casting.nbytes(tensor)
        entries[name] = {"dtype": code, "shape": list(tensor.shape), "data_offsets": [start, end]}
        start = end
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    if len(text) > _MAX_HEADER:
        raise CheckpointError(f"{len(tensors):,} tensors have too long names for a safetensors file. A .pt file can.")
    return struct.pack("<Q", len(text)) + text
