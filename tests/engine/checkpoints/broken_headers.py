"""Files of safetensors with a header that is damaged or arranged, or values that are not where it says."""

from __future__ import annotations

import json
from typing import Any

from tests.engine.checkpoints.building import Cases, honest_safetensors, row, st, with_header

_DATA = bytes(24)
_META = "__metadata__"


def _one(**changed: Any) -> Any:
    return st({"weight": {**row(), **changed}}, _DATA)


def _text(header: str, data: bytes = b"") -> Any:
    return lambda: with_header(header.encode(), data)


def _bytes(header: bytes) -> Any:
    return lambda: with_header(header)


def _length(claimed: int) -> Any:
    return lambda: claimed.to_bytes(8, "little") + honest_safetensors()[8:]


def _header_size() -> int:
    return int.from_bytes(honest_safetensors()[:8], "little")


_PAIR = json.dumps(row())

CASES: Cases = {
    "a length of 0": (_length(0), ""),
    "a length of 1": (_length(1), "not JSON"),
    "a length one too small": (_length(_header_size() - 8), ""),
    "a length one too large": (_length(_header_size() + 1), ""),
    "a length beyond the file": (_length(10**6), "more than the file"),
    "a length over the limit": (_length(10**8), "8,388,608"),
    "a length of 2**63": (_length(2**63), "8,388,608"),
    "a length of 2**64 - 1": (_length(2**64 - 1), "8,388,608"),
    "an array": (_text("[]{}"), ""),
    "no object": (_text('{"a"'), "not JSON"),
    "two objects": (_text("{}{}"), "not JSON"),
    "something behind the object": (_text("{}x"), "not JSON"),
    "nulls behind the object": (_bytes(b"{}\0\0"), "not JSON"),
    "not UTF-8": (_bytes(b'{"\xff\xfe": 1}'), "not JSON"),
    "UTF-16": (_bytes("{}".encode("utf-16-le")), "not JSON"),
    "a comment": (_text("{} // none"), "not JSON"),
    "a comma too many": (_text("{" + f'"a": {_PAIR},' + "}", _DATA), "not JSON"),
    "single quotes": (_text("{'a': 1}"), "not JSON"),
    "an object 20,000 deep": (_text('{"a":' * 20_000), "not JSON"),
    "an object 100,000 deep": (_text('{"a":' * 100_000), "tensors"),
    "an array 40,000 deep": (_text('{"a":' + "[" * 40_000), "not JSON"),
    "an array 1,000,000 deep": (_text('{"a":' + "[" * 10**6), "tensors"),
    "a number of 5,000 digits": (_text('{"a": ' + "9" * 5000 + "}"), "not JSON"),
    "NaN": (_text('{"a": NaN}'), "NaN"),
    "Infinity": (_text('{"a": Infinity}'), "Infinity"),
    "a name twice": (_text(f'{{"a": {_PAIR}, "a": {_PAIR}}}', _DATA), "twice"),
    "a name twice, once escaped": (_text(f'{{"a": {_PAIR}, "\\u0061": {_PAIR}}}', _DATA), "twice"),
    "the metadata twice": (_text(f'{{"{_META}": {{}}, "{_META}": {{}}}}'), "twice"),
    "a key of the metadata twice": (_text(f'{{"{_META}": {{"a": "1", "a": "2"}}}}'), "twice"),
    "a dtype twice": (_text('{"a": {"dtype": "F32", "dtype": "I32"}}'), "twice"),
    "metadata that is a list": (st({_META: []}), "text by text"),
    "metadata that is none": (st({_META: None}), "text by text"),
    "metadata with a number": (st({_META: {"epoch": 3}}), "text by text"),
    "metadata with an object": (st({_META: {"a": {}}}), "text by text"),
    "a tensor that is none": (st({"a": None}), "does not give"),
    "a tensor that is a list": (st({"a": ["F32", [6], [0, 24]]}, _DATA), "does not give"),
    "a tensor of nothing": (st({"a": {}}), "does not give"),
    "no dtype": (st({"a": {"shape": [6], "data_offsets": [0, 24]}}, _DATA), "does not give"),
    "no shape": (st({"a": {"dtype": "F32", "data_offsets": [0, 24]}}, _DATA), "does not give"),
    "no offsets": (st({"a": {"dtype": "F32", "shape": [6]}}, _DATA), "does not give"),
    "a field more": (_one(strides=[3, 1]), "does not give"),
    "a dtype that is not known": (_one(dtype="F31"), "F31"),
    "a dtype in small letters": (_one(dtype="f32"), "f32"),
    "a dtype that is a number": (_one(dtype=32), "32"),
    "a dtype that is a list": (_one(dtype=["F32"]), "F32"),
    "a dtype of four bits": (st({"a": row([48], [0, 24], "F4")}, _DATA), "packed"),
    "a dtype of six bits": (st({"a": row([32], [0, 24], "F6_E2M3")}, _DATA), "packed"),
    "a dtype that does not fit": (_one(dtype="F64"), "another number of bytes"),
    "a shape that is a number": (_one(shape=6), "list of integers"),
    "a shape that is text": (_one(shape="6"), "list of integers"),
    "a shape of text": (_one(shape=["6"]), "list of integers"),
    "a shape of floats": (_one(shape=[6.0]), "6.0"),
    "a shape of true": (_one(shape=[True, 6]), "list of integers"),
    "a shape of none": (_one(shape=[None, 6]), "list of integers"),
    "a negative shape": (_one(shape=[-6]), "negative"),
    "two negative sizes": (_one(shape=[-2, -3]), "negative"),
    "a shape too large": (_one(shape=[7]), "another number of bytes"),
    "a shape too small": (_one(shape=[5]), "another number of bytes"),
    "an empty shape": (_one(shape=[]), "another number of bytes"),
    "a shape that overflows": (_one(shape=[2**32, 2**32]), "too large"),
    "a shape that is 0 after overflow": (_one(shape=[2**62, 4]), "too large"),
    "a shape of 2**64": (_one(shape=[2**64]), "too large"),
    "an empty shape that hides a large one": (_one(shape=[0, 2**63], data_offsets=[0, 0]), "too large"),
    "nine dimensions": (_one(shape=[1] * 8 + [6]), "9 dimensions"),
    "100,000 dimensions": (_one(shape=[1] * 100_000), "short list"),
    "offsets that are a number": (_one(data_offsets=24), "list of integers"),
    "one offset": (_one(data_offsets=[24]), "outside"),
    "three offsets": (_one(data_offsets=[0, 24, 24]), "outside"),
    "offsets of text": (_one(data_offsets=["0", "24"]), "list of integers"),
    "offsets of floats": (_one(data_offsets=[0.0, 24.0]), "0.0"),
    "negative offsets": (_one(data_offsets=[-24, 0]), "negative"),
    "offsets the wrong way around": (_one(data_offsets=[24, 0]), "outside"),
    "offsets beyond the file": (_one(data_offsets=[24, 48]), "outside"),
    "offsets of 2**64": (_one(data_offsets=[2**64, 2**64 + 24]), "too large"),
    "offsets that are shifted": (_one(data_offsets=[1, 25]), "outside"),
    "offsets of nothing": (_one(data_offsets=[0, 0]), "another number of bytes"),
    "a hole at the beginning": (st({"a": row([2], [4, 12])}, bytes(12)), "does not begin"),
    "a hole in the middle": (st({"a": row([1], [0, 4]), "b": row([1], [8, 12])}, bytes(12)), "does not begin"),
    "two tensors at one place": (st({"a": row(), "b": row()}, _DATA), "does not begin"),
    "two tensors that overlap": (st({"a": row([2], [0, 8]), "b": row([2], [4, 12])}, bytes(12)), "does not begin"),
    "a tensor in a tensor": (st({"a": row([4], [0, 16]), "b": row([1], [4, 8])}, bytes(16)), "does not begin"),
    "an empty tensor in a tensor": (st({"a": row([4], [0, 16]), "b": row([0], [4, 4])}, bytes(16)), "does not begin"),
    "bytes behind the values": (st({"a": row()}, _DATA + b"\0"), "end at byte"),
    "a gigabyte too few": (st({"a": row([2**28], [0, 2**30])}, _DATA), "outside"),
    "no tensors but bytes": (st({}, _DATA), "end at byte"),
    "20,001 tensors": (st({f"t{k}": row([0], [0, 0]) for k in range(20_001)}), "20,001 tensors"),
    "100,000 tensors": (st({f"t{k}": row([0], [0, 0]) for k in range(90_000)}), "tensors"),
    "an empty name": (st({"": row()}, _DATA), "empty name"),
    "a name with a null": (st({"a\0b": row()}, _DATA), "cannot be shown"),
    "a name with a line break": (st({"a\nb": row()}, _DATA), "cannot be shown"),
    "a name written backwards": (st({"a\u202eb": row()}, _DATA), "cannot be shown"),
    "half a character in a name": (_text(f'{{"\\ud800": {_PAIR}}}', _DATA), "cannot be shown"),
    "a name of 1,001 characters": (st({"a" * 1001: row()}, _DATA), "1,000 characters"),
    "a million lists": (_text('{"a": [' + "[]," * 2_700_000 + "[]]}"), "tensors"),
}  # fmt: skip
"""By what is wrong with it."""

_STEPS = (1, 8, 9, 16, 40)


def _cuts() -> Cases:
    """Cut within and at the ends of the length, the header and the values."""
    size = _header_size()
    places = {1, 4, 7, 8, 9, 8 + size // 2, 8 + size - 1, 8 + size, 8 + size + 1, 8 + size + 8, 8 + size + 31}
    return {f"cut at byte {place}": (lambda n=place: honest_safetensors()[:n], "") for place in sorted(places)}


def _flips() -> Cases:
    """One bit of each byte that says something: of the length, and of dtypes, shapes and offsets."""
    data = honest_safetensors()
    found: Cases = {}
    for byte in range(1, 8):
        found[f"a bit in byte {byte} of the length"] = (lambda n=byte: _flipped(n), "")
    for word in (b'"F32"', b'"shape"', b'"data_offsets"', b'"dtype"', b"[2,3]", b"[2]", b"{", b"}"):
        at = data.index(word, 8) + len(word) // 2
        found[f"a bit in {word.decode()}"] = (lambda n=at: _flipped(n), "")
    return found


def _flipped(at: int) -> bytes:
    data = honest_safetensors()
    return data[:at] + bytes([data[at] ^ 2]) + data[at + 1 :]


def cases() -> Cases:
    return {**CASES, **_cuts(), **_flips()}
