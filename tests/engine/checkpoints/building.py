"""Pieces of which damaged and hostile files are made: pickles opcode by opcode, archives, headers."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import safetensors.torch
import torch

Case = tuple[Callable[[], bytes], str]
"""How a file is made, and words of the reason why it is refused."""
Cases = dict[str, Case]

VALUES = struct.pack("<6f", *range(6))


# Pickles


def text(value: str) -> bytes:
    data = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value) if -(2**31) <= value < 2**31 else long(value)


def long(value: int) -> bytes:
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def tuple_of(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def name(module: str, attribute: str) -> bytes:
    return f"c{module}\n{attribute}\n".encode()


def call(callee: bytes, *arguments: bytes) -> bytes:
    return callee + tuple_of(*arguments) + b"R"


def dict_of(items: Mapping[str, bytes]) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


def numbers(*values: int) -> bytes:
    return tuple_of(*map(number, values))


HOOKS = name("collections", "OrderedDict") + b")R"
FLOATS = name("torch", "FloatStorage")
UNTYPED = name("torch.storage", "UntypedStorage")


def storage(kind: bytes = FLOATS, key: bytes | None = None, count: int = 6, word: str = "storage") -> bytes:
    return tuple_of(text(word), kind, key or text("0"), text("cpu"), number(count)) + b"Q"


def tensor(
    place: bytes | None = None,
    offset: bytes = b"K\0",
    size: bytes | None = None,
    stride: bytes | None = None,
    required: bytes = b"\x89",
    hooks: bytes = HOOKS,
    more: bytes = b"",
    callee: str = "_rebuild_tensor_v2",
) -> bytes:
    """A tensor of 2 × 3 floats, or with something else in it."""
    arguments = (place or storage(), offset, size or numbers(2, 3), stride or numbers(3, 1), required, hooks, more)
    return call(name("torch._utils", callee), *arguments)


def pickled(body: bytes, protocol: int = 2) -> bytes:
    return b"\x80" + bytes([protocol]) + body + b"."


# Archives


def archive(entries: Mapping[str, bytes], folder: str = "file/", compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as zipped:
        for entry, data in entries.items():
            zipped.writestr(zipfile.ZipInfo(folder + entry), data, compression)
    return file.getvalue()


def pt(pickle: bytes, storages: Mapping[str, bytes] | None = None, **entries: bytes) -> bytes:
    """An archive as of `torch.save`, with two storages of six floats where nothing else is said."""
    data = {
        f"data/{key}": value for key, value in ({"0": VALUES, "1": VALUES} if storages is None else storages).items()
    }
    return archive({"data.pkl": pickle, "byteorder": b"little", **data, "version": b"3\n", **entries})


def body(pickle: bytes) -> Callable[[], bytes]:
    """A file whose pickle has this between its protocol and its end."""
    return lambda: pt(pickled(pickle))


def held(value: bytes) -> Callable[[], bytes]:
    """A file of a state dict in which this stands beside a tensor."""
    return body(dict_of({"weight": tensor(), "other": value}))


def saved(value: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue()


def dumped(value: Any, protocol: int = 2) -> bytes:
    """A file of what Python's own pickle makes of `value`."""
    return pt(pickle.dumps(value, protocol))


def honest() -> bytes:
    """What `torch.save` makes of a small checkpoint."""
    return saved({"model": {"weight": torch.arange(6.0).reshape(2, 3), "bias": torch.ones(2)}, "epoch": 3})


# safetensors


def with_header(header: bytes, data: bytes = b"", length: int | None = None) -> bytes:
    return (len(header) if length is None else length).to_bytes(8, "little") + header + data


def st(header: Any, data: bytes = b"") -> Callable[[], bytes]:
    return lambda: with_header(json.dumps(header).encode(), data)


def row(shape: Any = (2, 3), offsets: Any = (0, 24), dtype: Any = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def honest_safetensors() -> bytes:
    """What safetensors makes of two tensors."""
    return safetensors.torch.save({"weight": torch.arange(6.0).reshape(2, 3), "bias": torch.ones(2)}, {"format": "pt"})
